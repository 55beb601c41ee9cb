package dev.plumbline.producer.schedule;

import java.util.SplittableRandom;

/**
 * Independent gamma gaps of mean 1. Their shape is the burstiness: 1 is a Poisson process, less is burstier (the variance of a gap
 * is 1 / shape), more is more even. So vLLM's benchmark defines it.
 *
 * <p>Marsaglia and Tsang, <i>A simple method for generating gamma variables</i> (2000); below shape 1 by their boost
 * {@code gamma(a) = gamma(a + 1) U^(1/a)}.
 */
final class GammaArrivals implements UnitArrivals {

    private final double shape;
    private final SplittableRandom random;
    private double at;

    GammaArrivals(double shape, long seed) {
        this.shape = FireTimes.requireBurstiness(shape);
        this.random = new SplittableRandom(seed);
    }

    @Override
    public double next() {
        double gap = shape >= 1 ? standard(shape) : standard(shape + 1) * Math.pow(1 - random.nextDouble(), 1 / shape);
        at += gap / shape;
        return at;
    }

    /** A gamma variable of scale 1; each round is accepted with a chance of at least 95 %. */
    private double standard(double a) {
        double d = a - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }
}
