package dev.plumbline.judgement.statistics;

/**
 * How much evidence must be discounted because windows are not independent.
 *
 * <p>For independent requests the evidence L of a window has E[exp L] = 1 when nothing has changed, from which all
 * bounds on false alarms come. Correlated windows break that. Scaling by {@code s} restores it at long-run scale: for
 * sums that are nearly normal, E[exp(s ΣL)] = exp(n (s m + s² V / 2)) = 1 at s = −2 m / V, with m the mean and V the
 * long-run variance over the baseline. Quiet series have s near 1; noisy ones become slower, not blinder.
 */
public final class NoiseFactor {

    private NoiseFactor() {}

    /**
     * @param mean m, of the evidence where nothing has changed, below 0
     * @param longRunVariance V, of the evidence over the baseline
     * @return above 0 up to 1; 0 or less when the baseline itself looks changed, and the test cannot be used
     */
    public static double of(double mean, double longRunVariance) {
        return longRunVariance <= 0 ? (mean < 0 ? 1 : 0) : Math.min(1, -2 * mean / longRunVariance);
    }

    /**
     * The factor of a window of another size than those of the baseline. The variance of a count of n requests is a n + b n²: their
     * own, and that of the load which is common to them. So with the design effect D of the baseline's windows, 1 + b n / a, a window
     * of m requests has 1 + (D - 1) m / n, and the evidence of many requests must be discounted by more.
     *
     * @param noiseFactor of the baseline
     * @param designEffect D of the baseline, 1 or more
     * @param usual n, requests in a window of the baseline, above 0
     * @param now m
     */
    public static double of(double noiseFactor, double designEffect, double usual, double now) {
        return Math.min(1, noiseFactor * designEffect / designEffect(designEffect, usual, now));
    }

    /** The design effect of windows of another size. */
    public static double designEffect(double designEffect, double usual, double now) {
        return usual > 0 ? 1 + (designEffect - 1) * now / usual : designEffect;
    }
}
