package dev.plumbline.cli.time;

/** The one place of the command line that reads the machine's clocks. */
public final class SystemTime {

    private SystemTime() {}

    /** Monotonic nanoseconds, for durations. */
    public static long monotonicNanos() {
        return System.nanoTime();
    }

    /** Wall clock, milliseconds since the Unix epoch. */
    public static long epochMillis() {
        return System.currentTimeMillis();
    }
}
