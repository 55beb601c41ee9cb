package dev.plumbline.cli.history;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.run.Soundness;
import java.util.Objects;

/** A run and how it was judged: the content of a run file. */
public record StoredRun(RunResult result, RunVerdict verdict) {

    public StoredRun {
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(verdict, "verdict");
    }

    /** The id of the run. */
    public String runId() {
        return result.identity().runId();
    }

    /** What it can be compared with. */
    public ComparisonGroup group() {
        return result.identity().series().group();
    }

    /**
     * Whether it ended by itself, was sound, and was neither judged bad nor left open. The findings are asked as well as the
     * decision: {@code --inconclusive pass} once stored an open question as a pass.
     */
    boolean isGoodByItself() {
        boolean ended = switch (result.ending()) {
            case RunEnding.Completed completed -> true;
            case RunEnding.LimitReached limit -> true;
            case RunEnding.Interrupted interrupted -> false;
            case RunEnding.Broken broken -> false;
        };
        boolean judgedWell = switch (verdict.decision()) {
            case PASS, NOT_JUDGED -> true;
            case REGRESSION, INCONCLUSIVE, FAILED -> false;
        };
        return ended
                && judgedWell
                && verdict.findings().stream().noneMatch(finding -> finding.answer() == Answer.CANNOT_TELL)
                && Soundness.of(result, verdict.findings()) instanceof Soundness.Sound;
    }
}
