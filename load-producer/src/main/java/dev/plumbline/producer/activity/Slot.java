package dev.plumbline.producer.activity;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;

/**
 * A slot of wall-clock time as stamps see it: cut where the wall clock was set.
 *
 * @param startEpochMillis its start, a whole second, in milliseconds since the Unix epoch
 * @param fromNanos its first stamp, which may lie before the clock's start
 * @param untilNanos the first stamp that lies in it no more
 * @param isRepeated whether wall time was here before: the clock was set back
 */
public record Slot(long startEpochMillis, long fromNanos, long untilNanos, boolean isRepeated) {

    /** The one in which a stamp lies, by what is known of anchors now. */
    public static Slot at(ProducerClock clock, long nanos) {
        Anchor anchor = clock.anchorAt(nanos);
        long startEpochMillis = startOf(anchor.epochMillisAt(nanos));
        return new Slot(
                startEpochMillis,
                Math.max(anchor.fromNanos(), anchor.nanosAt(startEpochMillis)),
                Math.min(anchor.untilNanos(), anchor.nanosAt(startEpochMillis + Activity.SLOT_MILLIS)),
                Math.max(startEpochMillis, anchor.fromEpochMillis()) < anchor.toldToEpochMillis());
    }

    /** The start of the slot that holds a wall time, both in milliseconds since the Unix epoch. */
    public static long startOf(long epochMillis) {
        return epochMillis - Math.floorMod(epochMillis, Activity.SLOT_MILLIS);
    }
}
