package dev.plumbline.telemetry.sampling;

/**
 * How often a source is asked.
 *
 * @param intervalNanos between two polls that succeed
 * @param longestPauseNanos between two polls after many failures; pauses double from the interval up to it
 * @param keptReadings most readings that are kept for requests that are still under way
 */
public record Pace(long intervalNanos, long longestPauseNanos, int keptReadings) {

    /** A reading further away than so many intervals is not near. */
    private static final int NEAR_INTERVALS = 5;

    public Pace {
        if (intervalNanos < 1 || longestPauseNanos < intervalNanos || keptReadings < 1) {
            throw new IllegalArgumentException("interval " + intervalNanos + " ns, longest pause " + longestPauseNanos
                    + " ns, kept " + keptReadings);
        }
    }

    /** The largest distance at which a reading still speaks for a moment. */
    long nearNanos() {
        return intervalNanos * NEAR_INTERVALS;
    }

    /** The pause after so many failures in a row, at least one. */
    long pauseNanos(int failures) {
        long pause = intervalNanos;
        for (int i = 1; i < failures && pause < longestPauseNanos; i++) {
            pause *= 2;
        }
        return Math.min(pause, longestPauseNanos);
    }
}
