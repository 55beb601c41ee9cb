package dev.plumbline.producer.schedule;

import java.util.SplittableRandom;

/**
 * A Poisson process: gaps are {@code -ln(1 - U)} with U uniform in [0, 1), the inverse of the exponential distribution function.
 * Read along a {@link RateCurve} it is the Poisson process of that rate (time change; Lewis and Shedler, <i>Simulation of
 * nonhomogeneous Poisson processes by thinning</i>, 1979, §1, name this inversion of the cumulative rate beside their own method).
 */
final class PoissonArrivals implements UnitArrivals {

    private final SplittableRandom random;
    private double at;

    PoissonArrivals(long seed) {
        this.random = new SplittableRandom(seed);
    }

    @Override
    public double next() {
        at += -Math.log1p(-random.nextDouble());
        return at;
    }
}
