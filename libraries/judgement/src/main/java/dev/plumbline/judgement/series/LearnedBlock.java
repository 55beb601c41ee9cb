package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Windows that lie together and go into a baseline; judged parts only. Tens of thousands of these are held.
 *
 * @param counts of all windows, without distributions
 * @param latencies merged, one for each of {@link Measure#JUDGED_LATENCIES}
 * @param windows each in numbers, oldest first
 */
record LearnedBlock(
        long startEpochMillis, WindowSummary counts, List<Histogram> latencies, List<WindowNumbers> windows) {

    /** A block, its two lists and their arrays. */
    private static final long OWN_BYTES = 140;

    /** Seven numbers, a header and a reference. */
    private static final long WINDOW_BYTES = 76;

    LearnedBlock {
        latencies = List.copyOf(latencies);
        windows = List.copyOf(windows);
    }

    static LearnedBlock of(WindowRecord window) {
        WindowSummary delta = window.delta();
        return new LearnedBlock(
                window.id().startEpochMillis(),
                new WindowSummary(
                        delta.requests(), Map.of(), delta.tokens(), delta.offered(), delta.inFlightNanos(), Map.of()),
                Measure.JUDGED_LATENCIES.stream().map(delta::latency).toList(),
                List.of(WindowNumbers.of(delta)));
    }

    /** Both, this one being the older. */
    LearnedBlock plus(LearnedBlock next) {
        List<Histogram> sums = new ArrayList<>();
        for (int i = 0; i < latencies.size(); i++) {
            sums.add(latencies.get(i).plus(next.latencies.get(i)));
        }
        List<WindowNumbers> both = new ArrayList<>(windows);
        both.addAll(next.windows);
        return new LearnedBlock(startEpochMillis, counts.plus(next.counts), sums, both);
    }

    /** The distribution of a judged metric; empty for others. */
    Histogram latency(LatencyMetric metric) {
        int index = Measure.JUDGED_LATENCIES.indexOf(metric);
        return index < 0 ? Histogram.empty() : latencies.get(index);
    }

    /** All of them added up. */
    static WindowSummary sum(List<LearnedBlock> blocks) {
        WindowSummary counts = WindowSummary.empty();
        Map<LatencyMetric, HistogramAccumulator> all = new EnumMap<>(LatencyMetric.class);
        for (LearnedBlock block : blocks) {
            counts = counts.plus(block.counts);
            for (LatencyMetric metric : Measure.JUDGED_LATENCIES) {
                all.computeIfAbsent(metric, unused -> new HistogramAccumulator())
                        .add(block.latency(metric));
            }
        }
        Map<LatencyMetric, Histogram> sums = new EnumMap<>(LatencyMetric.class);
        all.forEach((metric, accumulator) -> sums.put(metric, accumulator.toHistogram()));
        return new WindowSummary(
                counts.requests(), sums, counts.tokens(), counts.offered(), counts.inFlightNanos(), Map.of());
    }

    /** About how many bytes it takes in memory. */
    long heapBytes() {
        long bytes = OWN_BYTES + counts.heapBytes() + WINDOW_BYTES * windows.size();
        for (Histogram histogram : latencies) {
            bytes += histogram.heapBytes();
        }
        return bytes;
    }
}
