package dev.plumbline.contract.verdict;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a pair of a canary and what serves beside it stands: sums over the blocks of time that both were measured in.
 *
 * @param stable the variant that the canary is held against
 * @param sinceEpochMillis start of the first block
 * @param throughEpochMillis blocks that begin before it are in, or were left out
 * @param blocks that both were measured in
 * @param unmatched blocks that were left out, because the two were not measured in the same windows
 * @param first what was offered in the first blocks
 * @param all what was offered, and how it ended, in all of them
 * @param differences one for each metric that had a value
 * @param errorBlocks blocks in which the canary had errors
 * @param state what was said last
 * @param alertId of the alert that is open, where one is
 */
public record CanaryProgress(
        String stable,
        long sinceEpochMillis,
        long throughEpochMillis,
        long blocks,
        long unmatched,
        Counts first,
        Counts all,
        List<Difference> differences,
        long errorBlocks,
        CanaryFinding.State state,
        Optional<String> alertId) {

    public CanaryProgress {
        Objects.requireNonNull(stable, "stable");
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(all, "all");
        differences = List.copyOf(differences);
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(alertId, "alertId");
        if (blocks < 0 || unmatched < 0 || errorBlocks < 0) {
            throw new IllegalArgumentException("negative count of blocks");
        }
    }

    long heapBytes() {
        return 300 + 130L * differences.size();
    }

    /** Requests of both sides: what fell due, what ended by itself, what failed of that, and pairs that both completed. */
    public record Counts(
            long canaryOffered,
            long stableOffered,
            long canaryEnded,
            long stableEnded,
            long canaryFailed,
            long stableFailed,
            long pairs) {

        /** None. */
        public static Counts none() {
            return new Counts(0, 0, 0, 0, 0, 0, 0);
        }

        /** Of both. */
        public Counts plus(Counts other) {
            return new Counts(
                    canaryOffered + other.canaryOffered,
                    stableOffered + other.stableOffered,
                    canaryEnded + other.canaryEnded,
                    stableEnded + other.stableEnded,
                    canaryFailed + other.canaryFailed,
                    stableFailed + other.stableFailed,
                    pairs + other.pairs);
        }
    }

    /**
     * The log of canary / stable of a metric over blocks.
     *
     * @param paired blocks in which it is the mean of pairs, and not the difference of two quantiles
     * @param blocks that it has a value in
     * @param thin blocks in which one of the two had too few requests
     * @param sum of the differences
     * @param squares sum of their squares
     * @param neighbours sum of the products of each with the one before it
     * @param last the newest
     * @param stableLogs sum of the logarithms of what stable had, in nanoseconds
     * @param fewest requests of the poorer side, summed over all blocks
     */
    public record Difference(
            JudgedMetric metric,
            long paired,
            long blocks,
            long thin,
            double sum,
            double squares,
            double neighbours,
            double last,
            double stableLogs,
            long fewest) {

        public Difference {
            Objects.requireNonNull(metric, "metric");
        }
    }
}
