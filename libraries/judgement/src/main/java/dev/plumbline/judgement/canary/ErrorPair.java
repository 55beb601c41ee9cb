package dev.plumbline.judgement.canary;

import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.CanaryProgress.Counts;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.judgement.statistics.ErrorShare;
import java.util.Optional;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * The errors of a canary beside those of stable.
 *
 * <p><b>Worse.</b> Were both alike, each error would be the canary's with the chance that an ended request is. The ratio of two
 * likelihoods, that its errors are 2, 4 or 16 times as many against that they are not more, is a test martingale: it reaches 1 / alpha
 * with chance alpha at most, whenever one looks (Ville, 1939). Besides, five errors in three blocks or more, so that no burst stops a
 * roll-out, and a share that is nearer to the one that counts than to stable's.
 *
 * <p><b>No worse.</b> The bound of Clopper and Pearson at every look, the chance of the n-th being alpha / (n (n + 1)), so that all
 * of them together are wrong with chance alpha at most.
 *
 * <p>Both take errors for independent of each other within a block.
 */
record ErrorPair(Counts counts, long blocks, long errorBlocks) {

    private static final double[] TIMES_AS_MANY = {2, 4, 16};
    private static final long FEWEST_ERRORS = 5;
    private static final long FEWEST_BLOCKS_WITH_ERRORS = 3;

    static ErrorPair of(CanaryProgress progress) {
        return new ErrorPair(progress.all(), progress.blocks(), progress.errorBlocks());
    }

    private double canary() {
        return (double) counts.canaryFailed() / Math.max(1, counts.canaryEnded());
    }

    private double stable() {
        return (double) counts.stableFailed() / Math.max(1, counts.stableEnded());
    }

    /** The share from which on a canary is worse: twice as many, or half a point more. */
    private double limit() {
        return Math.min(1, Math.max(2 * stable(), stable() + ErrorShare.SMALLEST_STEP));
    }

    boolean isWorse(double alpha) {
        return counts.canaryFailed() >= FEWEST_ERRORS
                && errorBlocks >= FEWEST_BLOCKS_WITH_ERRORS
                && canary() >= (stable() + limit()) / 2
                && logEvidence() >= -Math.log(alpha);
    }

    private double logEvidence() {
        double share = (double) counts.canaryEnded() / Math.max(1, counts.canaryEnded() + counts.stableEnded());
        if (share <= 0 || share >= 1) {
            return 0;
        }
        double largest = Double.NEGATIVE_INFINITY;
        double[] logs = new double[TIMES_AS_MANY.length];
        for (int i = 0; i < logs.length; i++) {
            double odds = TIMES_AS_MANY[i] * share / (1 - share);
            double more = odds / (1 + odds);
            logs[i] = counts.canaryFailed() * Math.log(more / share)
                    + counts.stableFailed() * Math.log((1 - more) / (1 - share));
            largest = Math.max(largest, logs[i]);
        }
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - largest);
        }
        return largest + Math.log(sum / logs.length);
    }

    boolean isNoWorse(double alpha) {
        return upper(alpha) < limit();
    }

    private double upper(double alpha) {
        long failed = counts.canaryFailed();
        long ended = counts.canaryEnded();
        double once = alpha / ((double) Math.max(1, blocks) * (blocks + 1));
        return failed >= ended
                ? 1
                : BetaDistribution.of(failed + 1.0, ended - failed).inverseSurvivalProbability(once);
    }

    /** As of an error rate: one plus the difference; empty before both had requests. */
    Optional<Effect> effect() {
        if (counts.canaryEnded() == 0 || counts.stableEnded() == 0) {
            return Optional.empty();
        }
        double difference = canary() - stable();
        double down = Math.hypot(
                canary() - ErrorShare.low(counts.canaryFailed(), counts.canaryEnded()),
                ErrorShare.high(counts.stableFailed(), counts.stableEnded()) - stable());
        double up = Math.hypot(
                ErrorShare.high(counts.canaryFailed(), counts.canaryEnded()) - canary(),
                stable() - ErrorShare.low(counts.stableFailed(), counts.stableEnded()));
        return Optional.of(new Effect(stable(), canary(), 1 + difference, 1 + difference - down, 1 + difference + up));
    }
}
