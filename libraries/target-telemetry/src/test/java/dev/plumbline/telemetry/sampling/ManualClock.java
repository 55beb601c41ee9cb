package dev.plumbline.telemetry.sampling;

/** A clock that stands still until it is told to move. */
final class ManualClock implements SampleClock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long anchorEpochMillis;
    private volatile long nanos;

    ManualClock(long anchorEpochMillis) {
        this.anchorEpochMillis = anchorEpochMillis;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long epochMillisAt(long atNanos) {
        return anchorEpochMillis + Math.floorDiv(atNanos, NANOS_PER_MILLI);
    }

    void advanceMillis(long millis) {
        moveTo(nanos + millis * NANOS_PER_MILLI);
    }

    void moveTo(long atNanos) {
        nanos = atNanos;
    }
}
