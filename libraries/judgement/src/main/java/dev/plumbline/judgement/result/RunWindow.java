package dev.plumbline.judgement.result;

import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.Objects;

/**
 * One window of a run, its corrections added in.
 *
 * @param lengthMillis of the window; a multiple of the run's window length where neighbours were merged
 * @param measured what is judged
 * @param excluded what a sick producer contributed: counted, in no distribution
 * @param coverage share of the load that healthy producers offered, 0 to 1; below 0.8 the window is not judged
 * @param partial whether a part of the window only was measured, or nothing: first and last windows of a run, those behind its end,
 *     and neighbours that were merged although something between them is missing; their rates mean nothing, their latencies do
 */
public record RunWindow(
        long startEpochMillis,
        long lengthMillis,
        WindowSummary measured,
        ExcludedPart excluded,
        double coverage,
        boolean partial) {

    public RunWindow {
        Objects.requireNonNull(measured, "measured");
        Objects.requireNonNull(excluded, "excluded");
        if (lengthMillis < 1_000 || !(coverage >= 0 && coverage <= 1)) {
            throw new IllegalArgumentException("window of " + lengthMillis + " ms with coverage " + coverage);
        }
    }

    /** Whether it is covered well enough: the others are counted, and are in no percentile, share, rate or verdict. */
    public boolean canBeJudged() {
        return coverage >= WindowRecord.MINIMUM_COVERAGE;
    }

    /** First moment after the window. */
    public long endEpochMillis() {
        return startEpochMillis + lengthMillis;
    }
}
