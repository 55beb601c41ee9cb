package dev.plumbline.reports;

import dev.plumbline.judgement.result.RunVerdict;
import java.util.List;
import java.util.Objects;

/**
 * A verdict on what was measured elsewhere, as documents.
 *
 * @param candidate names of what was judged, for people
 * @param baseline names of what it was held against
 * @param verdict with its findings
 * @param notes what to know beside them: what was assumed, and what was left out; a sentence each, without a full stop
 */
public record Judgement(List<String> candidate, List<String> baseline, RunVerdict verdict, List<String> notes) {

    public Judgement {
        candidate = List.copyOf(candidate);
        baseline = List.copyOf(baseline);
        Objects.requireNonNull(verdict, "verdict");
        notes = List.copyOf(notes);
    }

    /** For programs: {@code judgement.schema.json}. */
    public byte[] json() {
        return SummaryDocument.of(this);
    }

    /** For CI: a test case per finding; "cannot tell" is a skipped one. */
    public byte[] junit() {
        return JUnitDocument.of(this);
    }

    /** For pull requests. */
    public byte[] markdown() {
        return MarkdownDocument.of(this);
    }
}
