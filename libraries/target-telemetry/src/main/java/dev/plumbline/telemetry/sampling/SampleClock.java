package dev.plumbline.telemetry.sampling;

/**
 * The clock of whoever looks: monotonic nanoseconds, and the wall clock that follows from them. Samples and what they are held
 * against must be stamped by the same one.
 *
 * <p>Safe for any thread.
 */
public interface SampleClock {

    /** Nanoseconds since a moment of the clock's own choice, never less than before. */
    long nanos();

    /** Wall clock at a stamp, in milliseconds since the Unix epoch, rounded down. */
    long epochMillisAt(long nanos);
}
