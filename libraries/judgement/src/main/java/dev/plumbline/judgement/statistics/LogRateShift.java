package dev.plumbline.judgement.statistics;

/**
 * A test for "this rate has changed by a factor", on a logarithmic scale, where the windows of the baseline scatter
 * around a mean with a known long-run variance V: the log-likelihood ratio of two normal distributions,
 * (δ / V) (y − δ / 2) with y the distance from the mean in the direction that is looked for and δ = ln factor. Because V
 * is of long-run scale, E[exp ΣL] = 1 holds there without a further factor.
 */
public final class LogRateShift {

    /** A perfectly even baseline is not believed beyond a standard deviation of half a percent. */
    public static final double SMALLEST_VARIANCE = 0.005 * 0.005;

    private LogRateShift() {}

    /**
     * @param distance of the window's logarithm from the baseline's mean, positive in the direction that is looked for
     * @param factor the change that is looked for, above 1
     */
    public static double evidence(double distance, double factor, double longRunVariance) {
        double delta = Math.log(factor);
        return delta / Math.max(SMALLEST_VARIANCE, longRunVariance) * (distance - delta / 2);
    }
}
