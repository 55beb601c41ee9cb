package dev.plumbline.telemetry.sampling;

/** The system's clock, for tests of what really waits. */
public final class RunningClock implements SampleClock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long originNanos = System.nanoTime();
    private final long anchorEpochMillis = System.currentTimeMillis();

    @Override
    public long nanos() {
        return System.nanoTime() - originNanos;
    }

    @Override
    public long epochMillisAt(long nanos) {
        return anchorEpochMillis + Math.floorDiv(nanos, NANOS_PER_MILLI);
    }
}
