package dev.plumbline.aggregator.topology;

import dev.plumbline.windowing.Tally;
import java.util.OptionalLong;

/** Who wants to know how the aggregation goes. Called by stream threads, any of them, and must not block. */
public interface Progress {

    /** Something happened {@code times} times; what an aborted transaction repeats is told again. */
    void counted(Tally tally, long times);

    /** How a partition of the events topic stands, about once per tick. */
    void intake(int partition, IntakeState state);

    /** How many windows of a merge partition are not final yet, about once per tick. */
    void merge(int partition, long openWindows);

    /** A partition of the events topic is no longer here. */
    void intakeGone(int partition);

    /** A merge partition is no longer here. */
    void mergeGone(int partition);

    /**
     * How a partition of the events topic stands.
     *
     * @param watermarkEpochMillis smallest watermark of the live producers, 0 when one has none yet; empty when nobody is
     *     live
     */
    record IntakeState(long openWindows, int series, long liveProducers, OptionalLong watermarkEpochMillis) {}
}
