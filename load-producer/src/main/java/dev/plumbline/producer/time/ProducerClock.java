package dev.plumbline.producer.time;

import dev.plumbline.telemetry.sampling.SampleClock;
import java.util.Optional;

/**
 * The one clock of a producer: monotonic nanoseconds since its start, and the wall clock that follows from them by an {@link
 * Anchor}. Durations are of the former alone, and nothing that happens to the machine's wall clock moves them. Wall time never
 * contradicts the order of the stamps within an anchor; from one anchor to the next it jumps, forward or back, and there begins
 * another epoch.
 *
 * <p>Safe for any thread.
 */
public interface ProducerClock extends SampleClock {

    long NANOS_PER_MILLI = 1_000_000;

    /** Nanoseconds since the start, 0 or more, never less than before. */
    @Override
    long nanos();

    /** The anchor that holds at a stamp. Of a stamp that has passed it is always the same, but for what it knows of its end. */
    Anchor anchorAt(long nanos);

    /**
     * How far the machine's wall clock has gone from the one that follows from the stamps, in milliseconds; positive when it is
     * ahead. Near 0 unless it was set, or the machine slept, a moment ago.
     */
    default long wallOffsetMillis() {
        return 0;
    }

    /** Looks whether the machine's wall clock was set; the new anchor, where that made one. Cheap, and meant to be done often. */
    default Optional<Anchor> look() {
        return Optional.empty();
    }

    /** How often a look has made a new anchor. */
    default long timesReanchored() {
        return 0;
    }

    /** Wall clock at a stamp, rounded down. */
    @Override
    default long epochMillisAt(long nanos) {
        return anchorAt(nanos).epochMillisAt(nanos);
    }
}
