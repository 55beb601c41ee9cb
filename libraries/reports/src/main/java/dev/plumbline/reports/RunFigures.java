package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunWindow;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The numbers of a whole run: its windows added up, distributions merged.
 *
 * @param judged windows that are covered well enough to be judged; latencies and error share come from these, as in the
 *     verdict
 * @param measured all windows, healthy producers; counts come from these
 * @param excluded of sick producers, counted only
 * @param rates empty when there was no time under load
 * @param lowCoverageWindows windows below the coverage that judging needs
 */
record RunFigures(
        WindowSummary judged,
        WindowSummary measured,
        ExcludedPart excluded,
        Optional<RunRates> rates,
        long lowCoverageWindows) {

    static RunFigures of(RunResult result) {
        WindowSummary judged = WindowSummary.empty();
        WindowSummary measured = WindowSummary.empty();
        ExcludedPart excluded = ExcludedPart.none();
        for (RunWindow window : result.windows()) {
            measured = measured.plus(window.measured());
            excluded = excluded.plus(window.excluded());
            if (RunRates.isCovered(window)) {
                judged = judged.plus(window.measured());
            }
        }
        long lowCoverage = result.windows().stream()
                .filter(window -> !RunRates.isCovered(window))
                .count();
        return new RunFigures(judged, measured, excluded, RunRates.of(result), lowCoverage);
    }

    /** Latencies that nobody vouches for, where too little of the run can be judged; else none. */
    static Map<LatencyMetric, Histogram> unvouched(RunResult result) {
        return result.totals().heard().map(RunTotals.Heard::unvouched).orElse(Map.of());
    }

    Histogram latency(LatencyMetric metric) {
        return judged.latency(metric);
    }

    RequestCounts requests() {
        return measured.requests();
    }

    /** Failed requests of those that were sent and not cancelled; empty when there are none. */
    OptionalDouble errorShare() {
        return errorShare(judged.requests());
    }

    static OptionalDouble errorShare(RequestCounts requests) {
        long sent = requests.completed() + requests.failedTotal();
        return sent == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) requests.failedTotal() / sent);
    }

    /** Share of the load that healthy producers offered; empty when none was offered. */
    OptionalDouble coverage() {
        long offered = measured.offered() + excluded.offered();
        return offered == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) measured.offered() / offered);
    }
}
