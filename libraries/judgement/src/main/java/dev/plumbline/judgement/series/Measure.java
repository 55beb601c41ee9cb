package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LaneState.RateSum;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Reads the judged numbers off windows. */
final class Measure {

    /** The distributions that judged metrics are read from. */
    static final List<LatencyMetric> JUDGED_LATENCIES = Stream.of(JudgedMetric.values())
            .flatMap(metric -> metric.latency().stream())
            .distinct()
            .toList();

    private Measure() {}

    /** What is judged under a load, in the order of {@link JudgedMetric}. */
    static List<JudgedMetric> judgedUnder(LoadPoint loadPoint) {
        List<JudgedMetric> metrics = new ArrayList<>(List.of(JudgedMetric.values()));
        switch (loadPoint) {
            case LoadPoint.ClosedLoop closed -> metrics.remove(JudgedMetric.ACHIEVED_RATIO);
            case LoadPoint.OpenLoop open -> metrics.remove(JudgedMetric.OUTPUT_TOKEN_RATE);
            // Its sessions pause as they did, so neither is for the server to decide.
            case LoadPoint.Trace trace ->
                metrics.removeAll(
                        trace.sessions().isPresent()
                                ? List.of(JudgedMetric.ACHIEVED_RATIO, JudgedMetric.OUTPUT_TOKEN_RATE)
                                : List.of(JudgedMetric.OUTPUT_TOKEN_RATE));
            case LoadPoint.ShapedSlots shaped -> metrics.remove(JudgedMetric.ACHIEVED_RATIO);
            case LoadPoint.ShapedRate shaped -> metrics.remove(JudgedMetric.OUTPUT_TOKEN_RATE);
            // What drives it is not known, so neither is which of the two it decides.
            case LoadPoint.Other other ->
                metrics.removeAll(List.of(JudgedMetric.ACHIEVED_RATIO, JudgedMetric.OUTPUT_TOKEN_RATE));
        }
        return metrics;
    }

    static Histogram latencies(JudgedMetric metric, WindowSummary summary) {
        return metric.latency().map(summary::latency).orElse(Histogram.empty());
    }

    /** A rate over a stretch of time; empty where it has no meaning: nothing was offered, or the metric is no rate. */
    static OptionalDouble rate(JudgedMetric metric, WindowNumbers window, double seconds) {
        return rateSum(metric, window, seconds).stream()
                .mapToDouble(sum -> sum.counted() / sum.over())
                .findFirst();
    }

    /** What a rate over a stretch of time is made of; empty where it has no meaning. */
    static Optional<RateSum> rateSum(JudgedMetric metric, WindowSummary summary, double seconds) {
        return rateSum(metric, WindowNumbers.of(summary), seconds);
    }

    private static Optional<RateSum> rateSum(JudgedMetric metric, WindowNumbers window, double seconds) {
        return switch (metric) {
            case OUTPUT_TOKEN_RATE ->
                seconds > 0
                        ? Optional.of(new RateSum(Math.max(0, window.streamedOutput()), seconds))
                        : Optional.empty();
            case ACHIEVED_RATIO ->
                window.offered() == 0
                        ? Optional.empty()
                        : Optional.of(new RateSum(window.completed(), window.offered()));
            case TTFT_P50, TTFT_P95, TPOT_P50, TPOT_P95, E2E_P50, E2E_P95, ERROR_RATE -> Optional.empty();
        };
    }

    /** Requests that were sent and ended by themselves: the denominator of the error rate. Rejections are failures. */
    static long ended(WindowSummary summary) {
        return WindowNumbers.of(summary).ended();
    }

    /** Something was asked of the target and nothing came back. */
    static boolean isUnanswered(WindowSummary summary) {
        return !summary.hasNoLoad()
                && summary.requests().completed() == 0
                && summary.tokens().streamedOutput() <= 0;
    }

    /** Only what judging needs, so that state and baselines stay small. */
    static WindowSummary judgedPart(WindowSummary summary) {
        Map<LatencyMetric, Histogram> judged = new EnumMap<>(LatencyMetric.class);
        JUDGED_LATENCIES.forEach(latency -> judged.put(latency, summary.latency(latency)));
        return new WindowSummary(
                summary.requests(), judged, summary.tokens(), summary.offered(), summary.inFlightNanos(), Map.of());
    }
}
