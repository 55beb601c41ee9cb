package dev.plumbline.producer.limits;

/**
 * When a target is left alone for a while.
 *
 * @param failureRatio share of failures among the last requests from which on it is left alone, above 0; above 1 = never
 * @param requests how many of the last requests are looked at, 1 or more
 * @param pauseNanos how long it is left alone before one request tries again, above 0
 */
public record BreakerSettings(double failureRatio, int requests, long pauseNanos) {

    public BreakerSettings {
        if (!(failureRatio > 0) || requests < 1 || pauseNanos < 1) {
            throw new IllegalArgumentException(
                    "breaker at " + failureRatio + " of " + requests + " requests, pause " + pauseNanos + " ns");
        }
    }
}
