package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
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
        Optional<Rates> rates,
        long lowCoverageWindows) {

    /**
     * Per second of the windows that were under load from end to end and well covered; where there is none of these, of
     * all windows over the length of the run.
     *
     * @param windows how many windows it rests on
     * @param seconds their length, or the run's
     * @param wholeWindows whether they were under load from end to end
     * @param outputTokensPerSecond when they streamed; of answers in one piece when they ended
     * @param meanInFlight requests in flight, averaged over the time
     */
    record Rates(
            long windows,
            double seconds,
            boolean wholeWindows,
            double offeredPerSecond,
            double completedPerSecond,
            double promptTokensPerSecond,
            double outputTokensPerSecond,
            double meanInFlight) {

        static Rates of(WindowSummary sum, long windows, double seconds, boolean wholeWindows) {
            return new Rates(
                    windows,
                    seconds,
                    wholeWindows,
                    sum.offered() / seconds,
                    sum.requests().completed() / seconds,
                    sum.tokens().prompt() / seconds,
                    sum.tokens().streamedOutput() / seconds,
                    sum.inFlightNanos() / 1e9 / seconds);
        }
    }

    static RunFigures of(RunResult result) {
        WindowSummary judged = WindowSummary.empty();
        WindowSummary measured = WindowSummary.empty();
        ExcludedPart excluded = ExcludedPart.none();
        for (RunWindow window : result.windows()) {
            measured = measured.plus(window.measured());
            excluded = excluded.plus(window.excluded());
            if (isCovered(window)) {
                judged = judged.plus(window.measured());
            }
        }
        long lowCoverage =
                result.windows().stream().filter(window -> !isCovered(window)).count();
        return new RunFigures(judged, measured, excluded, rates(result, measured), lowCoverage);
    }

    /** Rates of one window; empty where they mean nothing. */
    static Optional<Rates> ratesOf(RunWindow window) {
        return window.partial()
                ? Optional.empty()
                : Optional.of(Rates.of(window.measured(), 1, window.lengthMillis() / 1e3, true));
    }

    static boolean isCovered(RunWindow window) {
        return window.coverage() >= WindowRecord.MINIMUM_COVERAGE;
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

    private static Optional<Rates> rates(RunResult result, WindowSummary measured) {
        List<RunWindow> whole = result.windows().stream()
                .filter(window -> !window.partial() && isCovered(window))
                .toList();
        if (!whole.isEmpty()) {
            WindowSummary sum = WindowSummary.empty();
            long millis = 0;
            for (RunWindow window : whole) {
                sum = sum.plus(window.measured());
                millis += window.lengthMillis();
            }
            return Optional.of(Rates.of(sum, whole.size(), millis / 1e3, true));
        }
        double seconds = result.identity().durationSeconds();
        return result.windows().isEmpty() || seconds <= 0
                ? Optional.empty()
                : Optional.of(Rates.of(measured, result.windows().size(), seconds, false));
    }
}
