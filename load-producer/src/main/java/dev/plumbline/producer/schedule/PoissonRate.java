package dev.plumbline.producer.schedule;

import java.util.SplittableRandom;

/**
 * Due times of a Poisson process: gaps are {@code -ln(1 - U) / rate} with U uniform in [0, 1), the inverse of the
 * exponential distribution function.
 */
final class PoissonRate implements FireTimes {

    private final double meanGapNanos;
    private final SplittableRandom random;
    private double atNanos;

    PoissonRate(double requestsPerSecond, long seed) {
        this.meanGapNanos = 1e9 / Rates.requireInRange(requestsPerSecond);
        this.random = new SplittableRandom(seed);
    }

    @Override
    public long nextDueNanos() {
        atNanos += -Math.log1p(-random.nextDouble()) * meanGapNanos;
        return Math.round(atNanos);
    }
}
