package dev.plumbline.cli.run;

import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
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
        // A window that no healthy producer vouches for is judged by nobody: its silence is not a pass.
        if (!isSecond && verdict.baselineId().isPresent() && verdict.coverage() >= WindowRecord.MINIMUM_COVERAGE) {
            judgedWindows++;
        }
    }

    /** Windows that were covered and held against a baseline. */
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
