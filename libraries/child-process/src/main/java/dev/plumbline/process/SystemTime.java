package dev.plumbline.process;

/** The one place of this module that reads the machine's clock. */
final class SystemTime {

    private SystemTime() {}

    /** Monotonic nanoseconds, for durations. */
    static long monotonicNanos() {
        return System.nanoTime();
    }
}
