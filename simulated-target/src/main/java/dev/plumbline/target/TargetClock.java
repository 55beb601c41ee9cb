package dev.plumbline.target;

/** The two clocks of the target. */
interface TargetClock {

    /** Monotonic time in nanoseconds from an arbitrary origin, the one of {@link System#nanoTime()}. */
    long nanos();

    /** Wall clock in milliseconds since 1970. */
    long epochMillis();

    /** The clocks of this machine. */
    static TargetClock system() {
        return new SystemTime();
    }
}
