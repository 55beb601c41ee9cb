package dev.plumbline.producer.time;

import dev.plumbline.telemetry.sampling.SampleClock;

/**
 * The one clock of a producer: monotonic nanoseconds since the start of its epoch, and the wall clock that follows from
 * them. Because wall time is derived, it never jumps and never contradicts the order of the stamps.
 *
 * <p>Safe for any thread.
 */
public interface ProducerClock extends SampleClock {

    long NANOS_PER_MILLI = 1_000_000;

    /** Nanoseconds since the start of the epoch, 0 or more, never less than before. */
    @Override
    long nanos();

    /** Wall clock at {@code nanos() == 0}, in milliseconds since the Unix epoch. */
    long anchorEpochMillis();

    /**
     * How far the machine's wall clock has gone from the one that follows from the stamps, in milliseconds; positive when it is
     * ahead. Near 0 unless it was set, or the machine slept: then what is told of this epoch lies so far beside the true time.
     */
    default long wallOffsetMillis() {
        return 0;
    }

    /** Wall clock at a stamp, rounded down. */
    @Override
    default long epochMillisAt(long nanos) {
        return anchorEpochMillis() + Math.floorDiv(nanos, NANOS_PER_MILLI);
    }

    /** The first stamp at which {@link #epochMillisAt} gives {@code epochMillis}; negative before the epoch's start. */
    default long nanosAt(long epochMillis) {
        return (epochMillis - anchorEpochMillis()) * NANOS_PER_MILLI;
    }
}
