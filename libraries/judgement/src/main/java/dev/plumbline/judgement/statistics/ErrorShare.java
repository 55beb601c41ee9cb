package dev.plumbline.judgement.statistics;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * The share of failed requests. "10 % more errors" is never the question: from 1 % to 1.1 % takes 225,000 requests to
 * see, and from 0 there is no percentage at all. Asked is whether the share is clearly above anything that the baseline
 * allows: p0 is the upper 95 % bound of Clopper and Pearson (1934), p1 the larger of 2 p0 and p0 + 0.5 percentage points.
 */
public final class ErrorShare {

    /** Half a point more is always a change that matters. */
    public static final double SMALLEST_STEP = 0.005;

    static final double SMALLEST_GROSS_STEP = 0.05;

    /** A changed share is never taken for more than this, so that one success does not blind the test. */
    static final double LARGEST_SHARE = 0.9;

    private ErrorShare() {}

    /** The share that is exceeded by truth in at most 5 % of baselines; about 3/n without any error; 1 for no request. */
    public static double upper95(long errors, long requests) {
        return errors >= requests
                ? 1
                : BetaDistribution.of(errors + 1.0, requests - errors).inverseCumulativeProbability(0.95);
    }

    /** Lower end of the two-sided 95 % interval. */
    public static double low(long errors, long requests) {
        return errors == 0
                ? 0
                : BetaDistribution.of(errors, requests - errors + 1.0).inverseCumulativeProbability(0.025);
    }

    /** Upper end of the two-sided 95 % interval; 1 for no request. */
    public static double high(long errors, long requests) {
        return errors >= requests
                ? 1
                : BetaDistribution.of(errors + 1.0, requests - errors).inverseCumulativeProbability(0.975);
    }

    /** The test for a change that matters. */
    public static Share worse(double p0) {
        return bounded(p0, Math.max(2 * p0, p0 + SMALLEST_STEP));
    }

    /** The test for an outage: ten times as many, at least 5 percentage points more. */
    public static Share grosslyWorse(double p0) {
        return bounded(p0, Math.max(10 * p0, p0 + SMALLEST_GROSS_STEP));
    }

    private static Share bounded(double p0, double p1) {
        double cautious = Math.min(p0, LARGEST_SHARE / 2);
        return new Share(cautious, Math.min(LARGEST_SHARE, Math.max(p1, cautious * 1.1)));
    }
}
