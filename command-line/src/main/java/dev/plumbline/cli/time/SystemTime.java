package dev.plumbline.cli.time;

/** The one place of the command line that reads the machine's clocks. */
public final class SystemTime {

    private SystemTime() {}

    /** Monotonic nanoseconds, for durations. */
    public static long monotonicNanos() {
        return System.nanoTime();
    }

    /** Monotonic milliseconds, for durations. */
    public static long elapsedMillis() {
        return System.nanoTime() / 1_000_000;
    }

    /** Wall clock, milliseconds since the Unix epoch. */
    public static long epochMillis() {
        return System.currentTimeMillis();
    }
}
