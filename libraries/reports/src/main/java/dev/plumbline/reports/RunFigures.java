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
import java.util.stream.Stream;

/**
 * The numbers of a whole run, the same for every surface that tells of it: the terminal, the list of runs, the page of a run,
 * and all documents.
 *
 * <p>What is covered decides what a number is of. Counts are of every request, whoever sent it. Percentiles, the error share and
 * rates are of the windows that can be judged ({@link RunWindow#canBeJudged()}), as in the verdict, also where that is little
 * or nothing; over how many requests that is, and what is left out, is said beside them ({@link #over()}). What all requests
 * showed, where little is judged, never stands in their place: it has a title of its own ({@link #overUnvouched()}).
 *
 * @param requests every request of every producer, sick ones included
 * @param judged windows that can be judged, added up, distributions merged
 * @param measured all windows, healthy producers
 * @param excluded of sick producers, counted only
 * @param rates empty when there was no time under load, or none that anybody vouches for
 * @param unvouched latencies of all completed requests, where too little of the load can be judged: shown beside the judged
 *     ones, and called that; else none
 * @param unvouchedCompletedPerSecond completed requests over the length of the run, where there are no rates
 * @param windows of the run
 * @param lowCoverageWindows those among them that cannot be judged
 */
public record RunFigures(
        RequestCounts requests,
        WindowSummary judged,
        WindowSummary measured,
        ExcludedPart excluded,
        Optional<RunRates> rates,
        Map<LatencyMetric, Histogram> unvouched,
        OptionalDouble unvouchedCompletedPerSecond,
        long windows,
        long lowCoverageWindows) {

    /** Of a run that has ended. */
    public static RunFigures of(RunResult result) {
        WindowSummary judged = WindowSummary.empty();
        WindowSummary measured = WindowSummary.empty();
        ExcludedPart excluded = ExcludedPart.none();
        long lowCoverage = 0;
        for (RunWindow window : result.windows()) {
            measured = measured.plus(window.measured());
            excluded = excluded.plus(window.excluded());
            if (window.canBeJudged()) {
                judged = judged.plus(window.measured());
            } else {
                lowCoverage++;
            }
        }
        RequestCounts all = measured.requests().plus(excluded.requests());
        Optional<RunRates> rates = RunRates.of(result);
        double seconds = result.identity().durationSeconds();
        return new RunFigures(
                all,
                judged,
                measured,
                excluded,
                rates,
                result.totals().heard().map(RunTotals.Heard::unvouched).orElse(Map.of()),
                rates.isPresent() || seconds <= 0 || all.completed() == 0
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(all.completed() / seconds),
                result.windows().size(),
                lowCoverage);
    }

    /** Whether enough of the load can be judged: else there are latencies of all requests, too. */
    public boolean isVouched() {
        return unvouched.isEmpty();
    }

    /** The latencies of the windows that can be judged; empty where there are none. */
    public Histogram latency(LatencyMetric metric) {
        return judged.latency(metric);
    }

    /** The latencies of all completed requests, which nobody vouches for; empty where enough can be judged. */
    public Histogram unvouchedLatency(LatencyMetric metric) {
        return unvouched.getOrDefault(metric, Histogram.empty());
    }

    /** Whether there is a judged latency. */
    public boolean hasLatencies() {
        return Stream.of(LatencyMetric.values())
                .anyMatch(metric -> !latency(metric).isEmpty());
    }

    /** Requests in windows that can be judged, those of sick producers not among them. */
    public long judgedRequests() {
        return judged.requests().total();
    }

    /** Requests that are counted and in no percentile, error rate or rate. */
    public long leftOutRequests() {
        return requests.total() - judgedRequests();
    }

    /** Failed requests of those that were sent and not cancelled, of what can be judged; empty when there are none. */
    public OptionalDouble errorShare() {
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

    /** Over what percentiles, error rate and rates are, with what is left out of them and why, as one clause. */
    public String over() {
        String judgedOnes = "of " + Figures.count(judgedRequests()) + " judged requests";
        if (leftOutRequests() == 0 && lowCoverageWindows == 0) {
            return judgedOnes;
        }
        return judgedOnes + "; " + Figures.count(leftOutRequests()) + " left out: "
                + (lowCoverageWindows == 0
                        ? ""
                        : Figures.count(lowCoverageWindows) + " of " + Figures.count(windows) + " windows, ")
                + "the load generator was not well";
    }

    /** The title of the latencies that nobody vouches for, with over what they are; empty where there are none. */
    public Optional<String> overUnvouched() {
        return isVouched()
                ? Optional.empty()
                : Optional.of("not vouched for: all " + Figures.count(unvouchedRequests())
                        + " completed requests, in no budget and no comparison");
    }

    /** Of gaps between chunks there are many in a request, of every other latency one at most. */
    private long unvouchedRequests() {
        return unvouched.entrySet().stream()
                .filter(metric -> metric.getKey() != LatencyMetric.ITL)
                .mapToLong(metric -> metric.getValue().count())
                .max()
                .orElse(0);
    }

    /**
     * Requests and output tokens per second, with what they are per second of where that is not whole windows.
     *
     * @param unit what output tokens are: {@code tokens} or {@code chunks}
     */
    public String throughput(String unit) {
        if (rates.isEmpty()) {
            return unvouchedCompletedPerSecond.isPresent()
                    ? Figures.significant(unvouchedCompletedPerSecond.getAsDouble())
                            + " req/s over the whole run, not vouched for: no whole window in which all was well"
                    : "unknown: no whole window";
        }
        RunRates known = rates.get();
        OptionalDouble output = known.countedOutputPerSecond();
        return Figures.significant(known.completedPerSecond()) + " req/s"
                + (output.isPresent()
                        ? ", " + Figures.significant(output.getAsDouble()) + " output "
                                + (unit.equals("chunks") ? "chunks/s" : "tok/s")
                        : "; nobody counted output tokens")
                + (known.wholeWindows() ? "" : ", over the whole run: no window was measured from end to end");
    }
}
