package dev.plumbline.contract.window;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.Sums;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.LoadEdges;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a window, in a form that adds: the summary of two parts equals the sum of their summaries.
 *
 * @param latencies distributions; metrics without a value are absent
 * @param offered requests that fell due in the window
 * @param inFlightNanos time in flight during the window, summed over requests
 * @param slowest per metric (TTFT, TPOT, E2E) the slowest completed requests, slowest first: where to look
 * @param grades how requests did by what was stated with them; empty for a plain load
 * @param circumstances GPU, engine, cost and the producer's own lateness of the same time; empty where nothing is known
 * @param edges loads that began or ended in the window; empty where none did, or nobody said
 */
public record WindowSummary(
        RequestCounts requests,
        Map<LatencyMetric, Histogram> latencies,
        TokenTotals tokens,
        long offered,
        long inFlightNanos,
        Map<LatencyMetric, List<SlowRequest>> slowest,
        Optional<Grades> grades,
        Optional<Circumstances> circumstances,
        Optional<LoadEdges> edges) {

    /** A summary with its counts. */
    private static final long OWN_BYTES = 152;

    /** A map of an enum; one without an entry takes nothing. */
    private static final long MAP_BYTES = 144;

    private static final WindowSummary EMPTY =
            new WindowSummary(RequestCounts.none(), Map.of(), TokenTotals.none(), 0, 0, Map.of());

    public WindowSummary {
        Objects.requireNonNull(requests, "requests");
        Objects.requireNonNull(tokens, "tokens");
        grades = grades.filter(known -> !known.saysNothing());
        circumstances = circumstances.filter(known -> !known.saysNothing());
        edges = edges.filter(known -> !known.equals(LoadEdges.none()));
        EnumMap<LatencyMetric, Histogram> histograms = new EnumMap<>(LatencyMetric.class);
        latencies.forEach((metric, histogram) -> {
            if (!histogram.isEmpty()) {
                histograms.put(metric, histogram);
            }
        });
        latencies = histograms.isEmpty() ? Map.of() : Collections.unmodifiableMap(histograms);
        EnumMap<LatencyMetric, List<SlowRequest>> slow = new EnumMap<>(LatencyMetric.class);
        slowest.forEach((metric, list) -> slow.put(metric, List.copyOf(list)));
        slowest = slow.isEmpty() ? Map.of() : Collections.unmodifiableMap(slow);
        if (offered < 0 || inFlightNanos < 0) {
            throw new IllegalArgumentException("negative activity: " + offered + " offered, " + inFlightNanos + " ns");
        }
    }

    /** A summary in the midst of a plain load around which nothing is known. */
    public WindowSummary(
            RequestCounts requests,
            Map<LatencyMetric, Histogram> latencies,
            TokenTotals tokens,
            long offered,
            long inFlightNanos,
            Map<LatencyMetric, List<SlowRequest>> slowest) {
        this(
                requests,
                latencies,
                tokens,
                offered,
                inFlightNanos,
                slowest,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Nothing happened. */
    public static WindowSummary empty() {
        return EMPTY;
    }

    /** The distribution of a metric, empty where there is none. */
    public Histogram latency(LatencyMetric metric) {
        return latencies.getOrDefault(metric, Histogram.empty());
    }

    /** Whether nothing was due, nothing was in flight and nothing ended. */
    public boolean hasNoLoad() {
        return offered == 0 && inFlightNanos == 0 && requests.total() == 0 && tokens.streamedOutput() <= 0;
    }

    /** Whether requests that had been sent ended, and no load is told: they had fallen due before. */
    boolean liesAfterLoad() {
        return offered == 0
                && inFlightNanos == 0
                && tokens.streamedOutput() <= 0
                && requests.total() > requests.dropped();
    }

    /** About how many bytes it takes in memory, without the slowest requests. */
    public long heapBytes() {
        long bytes = OWN_BYTES + (requests.failed().isEmpty() ? 0 : MAP_BYTES) + (latencies.isEmpty() ? 0 : MAP_BYTES);
        for (Histogram histogram : latencies.values()) {
            bytes += histogram.heapBytes();
        }
        for (Histogram histogram :
                grades.map(Grades::pairRatios).orElse(Map.of()).values()) {
            bytes += histogram.heapBytes();
        }
        bytes += circumstances.map(Circumstances::heapBytes).orElse(0L);
        return bytes;
    }

    /** The summary of both parts. */
    public WindowSummary plus(WindowSummary other) {
        EnumMap<LatencyMetric, Histogram> histograms = new EnumMap<>(LatencyMetric.class);
        histograms.putAll(latencies);
        other.latencies.forEach((metric, histogram) -> histograms.merge(metric, histogram, Histogram::plus));
        EnumMap<LatencyMetric, List<SlowRequest>> slow = new EnumMap<>(LatencyMetric.class);
        slow.putAll(slowest);
        other.slowest.forEach((metric, list) -> slow.merge(metric, list, SlowRequest::slowest));
        return new WindowSummary(
                requests.plus(other.requests),
                histograms,
                tokens.plus(other.tokens),
                offered + other.offered,
                inFlightNanos + other.inFlightNanos,
                slow,
                Sums.of(grades, other.grades, Grades::plus),
                Sums.of(circumstances, other.circumstances, Circumstances::plus),
                Sums.of(edges, other.edges, LoadEdges::plus));
    }
}
