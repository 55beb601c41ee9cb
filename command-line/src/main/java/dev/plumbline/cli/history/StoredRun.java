package dev.plumbline.cli.history;

import dev.plumbline.cli.result.RunEnding;
import dev.plumbline.cli.result.RunResult;
import dev.plumbline.cli.result.RunVerdict;
import dev.plumbline.contract.series.ComparisonGroup;
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

    /** Whether it ended by itself with at least one completed request and was not judged bad. */
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
                && result.windows().stream()
                        .anyMatch(window -> window.measured().requests().completed() > 0);
    }
}
