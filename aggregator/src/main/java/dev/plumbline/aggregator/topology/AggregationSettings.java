package dev.plumbline.aggregator.topology;

import dev.plumbline.contract.wire.Topics;
import dev.plumbline.windowing.IntakeLimits;
import java.time.Duration;

/**
 * What the topology is a function of.
 *
 * @param window window length, a whole number of seconds
 * @param partitions partitions of the events, partials, windows and undecodable topic, 1 or more
 * @param shards over how many shards a hot group is spread, 1 or more
 * @param tickInterval how often the passing of wall-clock time is looked at, 1 ms or more
 * @param limits times and bounds of the first stage; its window length is {@code window}
 */
public record AggregationSettings(
        Duration window, int partitions, int shards, Duration tickInterval, IntakeLimits limits) {

    /** Most windows of a group whose revision is remembered one by one. */
    static final int REVISIONS_REMEMBERED = 1_000;

    /** Most bytes of an undecodable record that are kept. */
    static final int UNDECODABLE_BYTES_KEPT = 64 << 10;

    public AggregationSettings {
        if (partitions < 1 || shards < 1 || tickInterval.toMillis() < 1) {
            throw new IllegalArgumentException(
                    partitions + " partitions, " + shards + " shards, tick every " + tickInterval);
        }
        if (limits.windowMillis() != window.toMillis()) {
            throw new IllegalArgumentException(
                    "window " + window + " differs from the limits' " + limits.windowMillis() + " ms");
        }
    }

    /** The topic between the stages. */
    public String partialsTopic() {
        return Topics.partials(window);
    }

    /** The topic of the results. */
    public String windowsTopic() {
        return Topics.windows(window);
    }
}
