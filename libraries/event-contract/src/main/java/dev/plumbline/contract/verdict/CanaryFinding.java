package dev.plumbline.contract.verdict;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is said of a canary beside what serves in the same seconds.
 *
 * @param stable the variant that it is held against; empty while there is none
 * @param sinceEpochMillis start of the first block of time that both were measured in
 * @param blocks how many there were
 * @param blockMillis how long one is
 * @param metrics every metric that had a value, those that gate first
 * @param smallestVisibleRatio ratio of the smallest change that would be found by now in four of five cases, in the metric that sees
 *     least: 1.14 for 14 %; empty where too little was seen
 * @param words one line for people
 */
public record CanaryFinding(
        State state,
        Optional<String> stable,
        long sinceEpochMillis,
        long blocks,
        long blockMillis,
        List<Metric> metrics,
        OptionalDouble smallestVisibleRatio,
        String words) {

    /** Where a canary stands. */
    public enum State {
        /** Too little was seen to say either. */
        UNDECIDED,
        /** No metric is worse by the threshold effect; said as soon as it is certain. */
        PASSED,
        /** Some metric is worse by the threshold effect: the roll-out should stop. */
        REGRESSED,
        /** The two cannot be compared; {@code words} says why. */
        CANNOT_TELL
    }

    public CanaryFinding {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(stable, "stable");
        metrics = List.copyOf(metrics);
        Objects.requireNonNull(smallestVisibleRatio, "smallestVisibleRatio");
        Objects.requireNonNull(words, "words");
    }

    /**
     * A metric of both.
     *
     * @param gates whether the state rests on it; one with too few requests is shown only
     * @param worse whether it is what makes the canary regressed
     * @param paired whether it is read off pairs, the same ask to both, and not off two quantiles
     * @param blocks that it has a value in
     * @param effect canary over stable with an interval that holds the truth at every look with 95 % certainty; empty before
     *     there are enough blocks
     */
    public record Metric(
            JudgedMetric metric, boolean gates, boolean worse, boolean paired, long blocks, Optional<Effect> effect) {
        public Metric {
            Objects.requireNonNull(metric, "metric");
            Objects.requireNonNull(effect, "effect");
        }
    }
}
