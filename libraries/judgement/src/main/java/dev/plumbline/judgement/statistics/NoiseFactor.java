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
     * @param evidence of each window of the baseline, in order
     * @return above 0 up to 1; 0 or less when the baseline itself looks changed, and the test cannot be used
     */
    public static double of(double[] evidence) {
        LongRunVariance spread = LongRunVariance.of(evidence);
        if (spread.longRunVariance() <= 0) {
            return spread.mean() < 0 ? 1 : 0;
        }
        return Math.min(1, -2 * spread.mean() / spread.longRunVariance());
    }
}
