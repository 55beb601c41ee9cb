package dev.plumbline.judgement.canary;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.PairSide;
import dev.plumbline.contract.verdict.PairSide.Closed;
import dev.plumbline.contract.verdict.PairSide.Filling;
import dev.plumbline.contract.verdict.PairSide.PairSum;
import dev.plumbline.contract.verdict.PairSide.Quantile;
import dev.plumbline.contract.window.Grades;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers the windows of one series into blocks of time. Blocks lie on a grid of the wall clock, the same for every series, and know
 * which windows are in them. A block that is over is kept as a few numbers.
 */
final class Blocks {

    private final long blockMillis;

    /** @param blockMillis a whole number of windows, at most 60 */
    Blocks(long blockMillis) {
        this.blockMillis = blockMillis;
    }

    /**
     * With one window more.
     *
     * @param counts whether it is fit to be compared; one that is not moves time on, and is missing in its block
     */
    PairSide plus(PairSide before, WindowRecord window, boolean counts) {
        long length = window.id().lengthMillis();
        long block = Math.floorDiv(window.id().startEpochMillis(), blockMillis) * blockMillis;
        PairSide side = before.filling()
                        .filter(filling -> filling.startEpochMillis() != block)
                        .isPresent()
                ? closed(before)
                : before;
        if (counts) {
            long bit = 1L << ((window.id().startEpochMillis() - block) / length);
            Filling filling = side.filling().orElse(new Filling(block, 0, WindowSummary.empty()));
            side = new PairSide(
                    Optional.of(new Filling(
                            block, filling.windows() | bit, filling.summary().plus(compared(window.delta())))),
                    side.closed());
        }
        return window.id().endEpochMillis() == block + blockMillis ? closed(side) : side;
    }

    private static PairSide closed(PairSide side) {
        if (side.filling().isEmpty()) {
            return side;
        }
        List<Closed> closed = new ArrayList<>(side.closed());
        closed.add(closed(side.filling().get()));
        int surplus = Math.max(0, closed.size() - PairSide.MOST_CLOSED);
        return new PairSide(Optional.empty(), closed.subList(surplus, closed.size()));
    }

    private static Closed closed(Filling filling) {
        WindowSummary summary = filling.summary();
        Map<JudgedMetric, Quantile> quantiles = new EnumMap<>(JudgedMetric.class);
        for (JudgedMetric metric : JudgedMetric.values()) {
            metric.latency()
                    .map(summary::latency)
                    .filter(latencies -> !latencies.isEmpty())
                    .ifPresent(latencies -> quantiles.put(
                            metric,
                            new Quantile(
                                    latencies
                                            .quantileNanos(metric.quantile().orElseThrow())
                                            .orElseThrow(),
                                    latencies.count())));
        }
        Map<LatencyMetric, PairSum> pairs = new EnumMap<>(LatencyMetric.class);
        pairRatios(summary).forEach((metric, ratios) -> {
            if (!ratios.isEmpty()) {
                pairs.put(metric, new PairSum(ratios.count(), LogRatios.sum(ratios)));
            }
        });
        long failed = summary.requests().failedTotal();
        return new Closed(
                filling.startEpochMillis(),
                filling.windows(),
                summary.offered(),
                summary.requests().completed() + failed,
                failed,
                quantiles,
                pairs);
    }

    private static Map<LatencyMetric, Histogram> pairRatios(WindowSummary summary) {
        return summary.grades().map(Grades::pairRatios).orElse(Map.of());
    }

    /** Only what a block is read for. */
    private static WindowSummary compared(WindowSummary summary) {
        Map<LatencyMetric, Histogram> latencies = new EnumMap<>(LatencyMetric.class);
        for (JudgedMetric metric : JudgedMetric.values()) {
            metric.latency().ifPresent(latency -> latencies.put(latency, summary.latency(latency)));
        }
        return new WindowSummary(
                summary.requests(),
                latencies,
                TokenTotals.none(),
                summary.offered(),
                0,
                Map.of(),
                Optional.of(new Grades(Optional.empty(), Optional.empty(), pairRatios(summary))),
                Optional.empty(),
                Optional.empty());
    }
}
