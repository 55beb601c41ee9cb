package dev.plumbline.pipeline.cause;

import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.CounterSum;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Gathers what a simulated engine did into windows, as producer and aggregator do. */
final class MeasuredWindows {

    private static final long START = 1_763_856_000_000L;

    private final LoadPoint load;
    private final long lengthMillis;
    private final List<WindowRecord> windows = new ArrayList<>();
    private Map<LatencyMetric, HistogramAccumulator> latencies = new EnumMap<>(LatencyMetric.class);
    private Map<FailureKind, Long> failed = new EnumMap<>(FailureKind.class);
    private final Map<String, GaugeSum> gauges = new HashMap<>();
    private final Map<String, CounterSum> counters = new HashMap<>();
    private long completed;
    private long offered;
    private long outputTokens;
    private long promptTokens;
    private long streamed;
    private double inFlightNanos;

    MeasuredWindows(LoadPoint load, long lengthMillis) {
        this.load = load;
        this.lengthMillis = lengthMillis;
    }

    List<WindowRecord> windows() {
        return windows;
    }

    /** How many are over. */
    int count() {
        return windows.size();
    }

    /** So many requests were in flight for so long, and so many tokens came at its end. */
    void flying(int requests, long nanos, int tokens) {
        inFlightNanos += (double) requests * nanos;
        streamed += tokens;
    }

    /** Ends the windows that are over at a moment of the simulation. */
    void until(long nanos) {
        while ((windows.size() + 1) * lengthMillis * 1_000_000 <= nanos) {
            close();
        }
    }

    void offered() {
        offered++;
    }

    void failed(FailureKind kind) {
        failed.merge(kind, 1L, Long::sum);
    }

    /** @param stamps of its tokens */
    void completed(long sentNanos, List<Long> stamps, int prompt) {
        completed++;
        promptTokens += prompt;
        outputTokens += stamps.size();
        long first = stamps.getFirst();
        long last = stamps.getLast();
        record(LatencyMetric.TTFT, first - sentNanos);
        record(LatencyMetric.E2E, last - sentNanos);
        if (stamps.size() > 1) {
            record(LatencyMetric.TPOT, (last - first) / (stamps.size() - 1));
        }
        for (int i = 1; i < stamps.size(); i++) {
            record(LatencyMetric.ITL, stamps.get(i) - stamps.get(i - 1));
        }
    }

    private void record(LatencyMetric metric, long nanos) {
        latencies.computeIfAbsent(metric, unused -> new HistogramAccumulator()).record(nanos);
    }

    void gauge(String name, double value) {
        gauges.merge(name, GaugeSum.of(value), GaugeSum::plus);
    }

    void counter(String name, double increase, long spanMillis) {
        counters.merge(name, CounterSum.of(increase, spanMillis), CounterSum::plus);
    }

    private void close() {
        Map<LatencyMetric, dev.plumbline.contract.distribution.Histogram> histograms =
                new EnumMap<>(LatencyMetric.class);
        latencies.forEach((metric, values) -> histograms.put(metric, values.toHistogram()));
        Series series = new Series(new ComparisonGroup("svc", "m", "chat", load, "default"), "stable");
        windows.add(new WindowRecord(
                new WindowId(series, START + windows.size() * lengthMillis, lengthMillis),
                0,
                new WindowSummary(
                        new RequestCounts(completed, failed, 0, 0, 0),
                        histograms,
                        new TokenTotals(promptTokens, outputTokens, 0, 0, streamed),
                        offered,
                        Math.round(inFlightNanos),
                        Map.of(),
                        Optional.empty(),
                        Optional.of(new Circumstances(gauges, counters, OptionalLong.empty(), Optional.empty())),
                        Optional.empty()),
                ExcludedPart.none()));
        latencies = new EnumMap<>(LatencyMetric.class);
        failed = new EnumMap<>(FailureKind.class);
        gauges.clear();
        counters.clear();
        completed = 0;
        offered = 0;
        outputTokens = 0;
        promptTokens = 0;
        streamed = 0;
        inFlightNanos = 0;
    }
}
