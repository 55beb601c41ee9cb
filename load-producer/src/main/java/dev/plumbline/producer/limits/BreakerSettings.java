package dev.plumbline.producer.limits;

import dev.plumbline.producer.settings.Allowed;

/**
 * When a target is left alone for a while.
 *
 * @param failureRatio share of failures among the last requests from which on it is left alone, above 0; above 1 = never
 * @param requests how many of the last requests are looked at, 1 to 100,000
 * @param pauseNanos how long it is left alone before one request tries again, 1 ns to 365 days
 */
public record BreakerSettings(double failureRatio, int requests, long pauseNanos) {

    private static final int MOST_REQUESTS = 100_000;

    public BreakerSettings {
        Allowed.require(failureRatio > 0, "failure-ratio", failureRatio, "above 0; above 1 = never");
        Allowed.number("requests", requests, 1, MOST_REQUESTS);
        Allowed.span("pause", pauseNanos, 1);
    }
}
