package dev.plumbline.cli.run;

import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import java.util.Optional;

/**
 * What the detector's verdicts on the windows of a run say beside its alerts, which tell of changes only: how many windows it
 * held against a baseline, and whether an incident is open. One thread.
 */
final class VerdictTally {

    private long judgedWindows;
    private long lastEndEpochMillis;
    private Optional<OpenIncident> open = Optional.empty();

    void add(VerdictRecord verdict) {
        long endEpochMillis = verdict.window().endEpochMillis();
        // A goodbye that came after the last window is told by a second verdict on it.
        boolean isSecond = endEpochMillis == lastEndEpochMillis;
        if (endEpochMillis >= lastEndEpochMillis) {
            lastEndEpochMillis = endEpochMillis;
            open = verdict.snapshot().incident();
        }
        // Of a window in which nothing was due, or that nobody vouches for, the detector's silence is not a pass.
        boolean isJudged =
                verdict.metrics().stream().anyMatch(metric -> !(metric.verdict() instanceof Verdict.Inconclusive));
        if (!isSecond && verdict.baselineId().isPresent() && isJudged) {
            judgedWindows++;
        }
    }

    /** Windows of which a metric was held against a baseline and could be told. */
    long judgedWindows() {
        return judgedWindows;
    }

    /** End of the newest window that was judged; 0 before the first. */
    long lastEndEpochMillis() {
        return lastEndEpochMillis;
    }

    /** The incident that was open at the newest window, whether it began in this run or before. */
    Optional<OpenIncident> openIncident() {
        return open;
    }
}
