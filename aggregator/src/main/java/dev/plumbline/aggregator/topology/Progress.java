package dev.plumbline.aggregator.topology;

import dev.plumbline.windowing.PartitionIntake;
import dev.plumbline.windowing.Tally;
import java.util.Optional;
import java.util.OptionalLong;

/** Who wants to know how the aggregation goes. Called by stream threads, any of them, and must not block. */
public interface Progress {

    /** Something happened {@code times} times; what an aborted transaction repeats is told again. */
    void counted(Tally tally, long times);

    /** How a partition of the events topic stands, about once per tick. */
    void intake(int partition, IntakeState state);

    /** How a merge partition stands, about once per tick. */
    void merge(int partition, MergeState state);

    /** A partition of the events topic is no longer here. */
    void intakeGone(int partition);

    /** A merge partition is no longer here. */
    void mergeGone(int partition);

    /**
     * How a partition of the events topic stands.
     *
     * @param openBytes about how much memory the open windows take
     * @param liveProducers producers that are there, each once per group
     * @param stalledProducers of those, the ones that nobody waits for
     * @param slowestHolder the one with the smallest watermark that windows wait for; empty when they wait for nobody
     * @param slowestStalled the one with the smallest watermark that nobody waits for; empty when there is none
     */
    record IntakeState(
            long openWindows,
            long openBytes,
            int series,
            long liveProducers,
            long stalledProducers,
            Optional<PartitionIntake.Holder> slowestHolder,
            Optional<PartitionIntake.Holder> slowestStalled) {}

    /**
     * How a merge partition stands.
     *
     * @param openWindows windows that are not final yet
     * @param openBytes about how much memory they take
     * @param oldestOpenEndEpochMillis where the oldest of them ends; empty when there is none
     */
    record MergeState(long openWindows, long openBytes, OptionalLong oldestOpenEndEpochMillis) {}
}
