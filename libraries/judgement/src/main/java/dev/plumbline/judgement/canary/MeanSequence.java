package dev.plumbline.judgement.canary;

/**
 * A confidence sequence for a mean: an interval that holds the truth at every look together with the stated certainty, however often
 * one looks and whenever one stops. A plain interval of 99 % that is looked at a hundred times is wrong far more often.
 *
 * <p>The one-sided normal mixture (Robbins, 1970; Howard, Ramdas, McAuliffe and Sekhon, 2021), with the variance that was seen in
 * place of the one that is true, which holds for long sequences (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, 2024):
 *
 * <pre>s sqrt(2 (n r + 1) / (n² r) · ln(1 + sqrt(n r + 1) / (2 alpha)))</pre>
 *
 * <p>{@code r} says at which length it is narrowest. With {@value #NARROWEST} that is near a dozen observations, where a healthy
 * canary of 200 requests per window and side is told from one that is 10 % slower.
 */
final class MeanSequence {

    static final double NARROWEST = 0.5;

    private MeanSequence() {}

    /**
     * How far below or above the mean of what was seen the true one may lie.
     *
     * @param n observations, at least one
     * @param deviation standard deviation of one
     * @param alpha chance that it ever lies further on one side
     */
    static double halfWidth(long n, double deviation, double alpha) {
        double grown = n * NARROWEST + 1;
        return deviation
                * Math.sqrt(2 * grown / ((double) n * n * NARROWEST) * Math.log1p(Math.sqrt(grown) / (2 * alpha)));
    }
}
