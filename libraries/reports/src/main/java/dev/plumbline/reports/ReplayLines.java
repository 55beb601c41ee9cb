package dev.plumbline.reports;

import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.judgement.result.RunTotals;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What of a trace the load was, for a person: a short name and what was found, in order. */
final class ReplayLines {

    private ReplayLines() {}

    /** Empty where the run asked no trace. */
    static Map<String, String> of(RunStory story) {
        return story.result()
                .totals()
                .heard()
                .flatMap(RunTotals.Heard::replayed)
                .map(ReplayLines::of)
                .orElse(Map.of());
    }

    private static Map<String, String> of(Replayed replayed) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(
                "Was it the trace?",
                replayed.invalid()
                        .map(why -> "INVALID: " + why)
                        .orElse("yes: rows, sends and lengths are within bounds"));
        lines.put(
                "Rows that were sent",
                Figures.count(replayed.sent()) + " of " + Figures.count(replayed.rows())
                        + (replayed.strangers() > 0
                                ? ", and " + Figures.count(replayed.strangers()) + " requests that are none of them"
                                : ""));
        if (replayed.lagMaxNanos().isPresent()) {
            lines.put(
                    "From due to sent",
                    "p50 " + Figures.millis(replayed.lagP50Nanos()) + " ms, p99 "
                            + Figures.millis(replayed.lagP99Nanos()) + " ms, largest "
                            + Figures.millis(replayed.lagMaxNanos()) + " ms; " + Figures.count(replayed.late())
                            + " later than 50 ms");
        }
        share(lines, "Prompt tokens, of the trace's", replayed.promptShare());
        share(lines, "Output tokens, of the trace's", replayed.outputShare());
        share(lines, "Answers exactly as long", replayed.sameOutputShare());
        share(lines, "Prefix structure sent", replayed.structureShare());
        share(lines, "Prompt tokens that the server's cache found", replayed.realisedHitShare());
        share(lines, "What a cache that forgets nothing finds of them", replayed.expectedHitShare());
        return lines;
    }

    private static void share(Map<String, String> lines, String name, OptionalDouble share) {
        share.ifPresent(known -> lines.put(name, String.format(Locale.ROOT, "%.1f %%", 100 * known)));
    }
}
