package dev.plumbline.producer.time;

/**
 * Which wall time stamps stand for, from one of them on, and the epoch of what ended since. Immutable.
 *
 * @param epoch that of the records which tell of it, see the contract's origin
 * @param fromNanos the first stamp that it holds for; of the first anchor the smallest there is
 * @param untilNanos the first stamp that it holds for no more, as far as is known by now; of the newest the largest there is
 * @param zeroEpochMillis wall clock at stamp 0, in milliseconds since the Unix epoch
 * @param toldToEpochMillis up to this time the anchors before have been, in milliseconds since the Unix epoch; what lies before
 *     it and is of this one comes a second time, because the clock was set back
 * @param movedMillis how far wall time jumps where it begins, negative when back; 0 for the first
 */
public record Anchor(
        long epoch, long fromNanos, long untilNanos, long zeroEpochMillis, long toldToEpochMillis, long movedMillis) {

    public Anchor {
        if (untilNanos <= fromNanos) {
            throw new IllegalArgumentException("an anchor from " + fromNanos + " ns until " + untilNanos + " ns");
        }
    }

    /** The first one of a process. */
    public static Anchor first(long zeroEpochMillis) {
        return new Anchor(zeroEpochMillis, Long.MIN_VALUE, Long.MAX_VALUE, zeroEpochMillis, Long.MIN_VALUE, 0);
    }

    /** Wall clock at a stamp, rounded down. */
    public long epochMillisAt(long nanos) {
        return zeroEpochMillis + Math.floorDiv(nanos, ProducerClock.NANOS_PER_MILLI);
    }

    /** The first stamp at which {@link #epochMillisAt} gives {@code epochMillis}; negative before stamp 0. */
    public long nanosAt(long epochMillis) {
        return (epochMillis - zeroEpochMillis) * ProducerClock.NANOS_PER_MILLI;
    }

    /** The first stamp, as a wall time; of the first anchor none is earlier than stamp 0. */
    public long fromEpochMillis() {
        return epochMillisAt(Math.max(0, fromNanos));
    }

    Anchor until(long nanos) {
        return new Anchor(epoch, fromNanos, nanos, zeroEpochMillis, toldToEpochMillis, movedMillis);
    }
}
