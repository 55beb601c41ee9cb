package dev.plumbline.producer.schedule;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;

/**
 * The distance of a sample from the distribution that it should be of: the largest difference between the two distribution
 * functions.
 *
 * <p>A sample of n that is of it has a distance over ε with a chance of at most {@code 2 exp(-2 n ε²)}, for every n (Dvoretzky,
 * Kiefer and Wolfowitz, 1956; Massart, <i>The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality</i>, 1990).
 */
public final class KolmogorovSmirnov {

    /** The chance with which a sample that is right is called wrong. */
    public static final double FALSE_ALARM = 1e-6;

    private KolmogorovSmirnov() {}

    /**
     * The distance of a sample, 0 to 1.
     *
     * @param distribution its distribution function, which must be continuous
     */
    public static double distance(DoubleStream sample, DoubleUnaryOperator distribution) {
        double[] sorted = sample.sorted().toArray();
        double largest = 0;
        for (int i = 0; i < sorted.length; i++) {
            double expected = distribution.applyAsDouble(sorted[i]);
            largest = Math.max(
                    largest, Math.max(expected - (double) i / sorted.length, (i + 1.0) / sorted.length - expected));
        }
        return largest;
    }

    /** The distance that a sample of this size which is right has with a chance of {@link #FALSE_ALARM} at most. */
    public static double allowed(long size) {
        return Math.sqrt(Math.log(2 / FALSE_ALARM) / (2 * size));
    }
}
