package dev.plumbline.judgement.statistics;

/**
 * A rate over a whole run, Σ numerator / Σ denominator over its windows (tokens / seconds, completed / due, nanoseconds /
 * requests), with the variance of that ratio: the long-run variance of what each window has beyond its share, numerator −
 * ratio × denominator. This is the ratio estimator of survey sampling (Cochran, Sampling Techniques, 1977, ch. 6); windows
 * may differ in size, and correlation of neighbours counts.
 *
 * @param value the ratio
 * @param variance of the ratio; never below that of windows that scatter by half a percent
 */
public record RatioOfSums(double value, double variance) {

    /** Fewest windows for which the variance means anything. */
    public static final int FEWEST_WINDOWS = 3;

    /**
     * @param numerators one per window, in order
     * @param denominators one per window, positive in sum
     * @throws IllegalArgumentException if there are fewer windows than {@link #FEWEST_WINDOWS} or nothing to divide by
     */
    public static RatioOfSums of(double[] numerators, double[] denominators) {
        double numerator = sum(numerators);
        double denominator = sum(denominators);
        if (numerators.length < FEWEST_WINDOWS || numerators.length != denominators.length || !(denominator > 0)) {
            throw new IllegalArgumentException(
                    numerators.length + " windows over " + denominators.length + " with a sum of " + denominator);
        }
        double ratio = numerator / denominator;
        double[] surplus = new double[numerators.length];
        for (int i = 0; i < surplus.length; i++) {
            surplus[i] = numerators[i] - ratio * denominators[i];
        }
        double windows = surplus.length;
        double variance = windows * LongRunVariance.of(surplus).longRunVariance() / (denominator * denominator);
        return new RatioOfSums(ratio, Math.max(variance, ratio * ratio * LogRateShift.SMALLEST_VARIANCE / windows));
    }

    /** Lower end of the 95 % interval. */
    public double low() {
        return value - QuantileEstimate.Z_95 * Math.sqrt(variance);
    }

    /** Upper end of the 95 % interval. */
    public double high() {
        return value + QuantileEstimate.Z_95 * Math.sqrt(variance);
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
