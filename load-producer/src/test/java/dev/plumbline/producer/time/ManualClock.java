package dev.plumbline.producer.time;

/** A clock that stands still until it is told to move. */
public final class ManualClock implements ProducerClock {

    private final long anchorEpochMillis;
    private volatile long nanos;

    public ManualClock(long anchorEpochMillis) {
        this.anchorEpochMillis = anchorEpochMillis;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long anchorEpochMillis() {
        return anchorEpochMillis;
    }

    public void advanceMillis(long millis) {
        moveTo(nanos + millis * NANOS_PER_MILLI);
    }

    public void moveTo(long atNanos) {
        nanos = atNanos;
    }
}
