package dev.plumbline.contract.verdict;

import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One side of a pair of a canary and what serves beside it, block of time by block of time.
 *
 * @param filling the block that is not over
 * @param closed the last blocks that are, oldest first; they wait for their counterpart
 */
public record PairSide(Optional<Filling> filling, List<Closed> closed) {

    /** Most closed blocks that wait for their counterpart. */
    public static final int MOST_CLOSED = 8;

    public PairSide {
        Objects.requireNonNull(filling, "filling");
        closed = List.copyOf(closed);
    }

    /** Nothing yet. */
    public static PairSide none() {
        return new PairSide(Optional.empty(), List.of());
    }

    long heapBytes() {
        return 64
                + filling.map(block -> 48 + block.summary().heapBytes()).orElse(0L)
                + closed.stream().mapToLong(Closed::heapBytes).sum();
    }

    /**
     * A block that is not over.
     *
     * @param startEpochMillis of the block
     * @param windows which of its windows are in it, a bit for each, the first lowest
     * @param summary their sum
     */
    public record Filling(long startEpochMillis, long windows, WindowSummary summary) {
        public Filling {
            Objects.requireNonNull(summary, "summary");
        }
    }

    /**
     * A block that is over.
     *
     * @param startEpochMillis of the block
     * @param windows which of its windows are in it, a bit for each, the first lowest
     * @param offered requests that fell due
     * @param ended requests that were sent and ended by themselves
     * @param failed those of them that failed
     * @param quantiles of the metrics that have enough requests
     * @param pairs log-ratios canary / stable of the pairs whose later half ended here
     */
    public record Closed(
            long startEpochMillis,
            long windows,
            long offered,
            long ended,
            long failed,
            Map<JudgedMetric, Quantile> quantiles,
            Map<LatencyMetric, PairSum> pairs) {

        public Closed {
            quantiles = Map.copyOf(quantiles);
            pairs = Map.copyOf(pairs);
        }

        long heapBytes() {
            return 150 + 60L * (quantiles.size() + pairs.size());
        }
    }

    /**
     * A quantile of a block.
     *
     * @param nanos its value
     * @param samples that it is of
     */
    public record Quantile(long nanos, long samples) {}

    /**
     * Log-ratios of pairs.
     *
     * @param pairs how many
     * @param sumOfLogs natural logarithms of canary / stable
     */
    public record PairSum(long pairs, double sumOfLogs) {

        /** Of both. */
        public PairSum plus(PairSum other) {
            return new PairSum(pairs + other.pairs, sumOfLogs + other.sumOfLogs);
        }
    }
}
