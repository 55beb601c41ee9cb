package dev.plumbline.judgement.canary;

import dev.plumbline.contract.verdict.CanaryProgress.Difference;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.PairSide.Closed;
import dev.plumbline.contract.verdict.PairSide.PairSum;
import dev.plumbline.contract.verdict.PairSide.Quantile;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The log of canary / stable of one metric, block by block, and what its sums say.
 *
 * <p>Where asks went to both, a median is compared by the mean log-ratio of the pairs of a block; else, and for tails, by the
 * logarithms of both quantiles. Blocks need not be independent: what the next one has in common with the one before, beyond what
 * chance alone would show, makes the deviation wider.
 */
final class Differences {

    /** Pairs of a block from which on their mean is taken. */
    private static final long FEWEST_PAIRS = 10;

    /** Requests of each side from which on a median of a block is compared. */
    private static final long FEWEST_FOR_A_MEDIAN = 20;

    /** The same of a tail: three lie beyond a p95. */
    private static final long FEWEST_FOR_A_TAIL = 60;

    /** A quantile is known to its bucket only, about a percent wide: no deviation is below it. */
    private static final double RESOLUTION = 0.004;

    /** Fewest blocks that say something of how much they scatter. */
    static final long FEWEST_BLOCKS = 5;

    /** A few blocks show less scatter than there is: for no worse, the deviation of n blocks is made wider by 1 + this / n. */
    private static final double FEW_BLOCKS = 1.5;

    /** Neighbours of so many blocks say whether they resemble each other. */
    private static final long FEWEST_NEIGHBOURS = 8;

    private static final double MOST_ALIKE = 0.9;

    /** Standard normal quantile of 0.8. */
    private static final double FOUR_IN_FIVE = 0.8416;

    private Differences() {}

    /** Of a metric that was not seen yet. */
    static Difference none(JudgedMetric metric) {
        return new Difference(metric, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** With one block more. */
    static Difference plus(Difference before, Closed canary, Closed stable) {
        JudgedMetric metric = before.metric();
        Quantile there = stable.quantiles().get(metric);
        Quantile here = canary.quantiles().get(metric);
        if (here == null && there == null) {
            return before;
        }
        long poorer = here == null || there == null ? 0 : Math.min(here.samples(), there.samples());
        Optional<PairSum> pairs = pairs(metric, canary, stable);
        if (here == null || there == null || (pairs.isEmpty() && poorer < fewest(metric))) {
            return new Difference(
                    metric,
                    before.paired(),
                    before.blocks(),
                    before.thin() + 1,
                    before.sum(),
                    before.squares(),
                    before.neighbours(),
                    before.last(),
                    before.stableLogs(),
                    before.fewest() + poorer);
        }
        double log = pairs.map(sum -> sum.sumOfLogs() / sum.pairs())
                .orElseGet(() -> Math.log((double) Math.max(1, here.nanos()) / Math.max(1, there.nanos())));
        return new Difference(
                metric,
                before.paired() + (pairs.isPresent() ? 1 : 0),
                before.blocks() + 1,
                before.thin(),
                before.sum() + log,
                before.squares() + log * log,
                before.neighbours() + (before.blocks() == 0 ? 0 : before.last() * log),
                log,
                before.stableLogs() + Math.log(Math.max(1, there.nanos())),
                before.fewest() + poorer);
    }

    private static Optional<PairSum> pairs(JudgedMetric metric, Closed canary, Closed stable) {
        return isTail(metric)
                ? Optional.empty()
                : metric.latency()
                        .flatMap(latency -> Stream.of(canary, stable)
                                .flatMap(
                                        half -> Optional.ofNullable(half.pairs().get(latency)).stream())
                                .reduce(PairSum::plus))
                        .filter(sum -> sum.pairs() >= FEWEST_PAIRS);
    }

    static boolean isTail(JudgedMetric metric) {
        return metric.quantile().orElse(0) > 0.5;
    }

    static long fewest(JudgedMetric metric) {
        return isTail(metric) ? FEWEST_FOR_A_TAIL : FEWEST_FOR_A_MEDIAN;
    }

    /** What the sums say; empty before there are {@value #FEWEST_BLOCKS} blocks. */
    static Optional<Known> known(Difference sums) {
        long n = sums.blocks();
        if (n < FEWEST_BLOCKS) {
            return Optional.empty();
        }
        double mean = sums.sum() / n;
        double variance = Math.max(0, (sums.squares() - n * mean * mean) / (n - 1));
        double alike = n < FEWEST_NEIGHBOURS || !(variance > 0)
                ? 0
                : Math.clamp((sums.neighbours() / (n - 1) - mean * mean) / variance - 1 / Math.sqrt(n), 0, MOST_ALIKE);
        double deviation = Math.max(RESOLUTION, Math.sqrt(variance * (1 + 2 * alike)));
        return Optional.of(new Known(n, mean, deviation, Math.exp(sums.stableLogs() / n)));
    }

    /**
     * A mean with how far the blocks lie apart.
     *
     * @param mean log of canary / stable
     * @param deviation standard deviation of a block
     * @param stableNanos what stable had, the geometric mean over blocks
     */
    record Known(long blocks, double mean, double deviation, double stableNanos) {

        /** Its lower bound, for calling it worse. */
        double low(double alpha) {
            return mean - width(alpha);
        }

        /** Its upper bound beside {@link #low}. */
        double high(double alpha) {
            return mean + width(alpha);
        }

        /** Its upper bound, for calling it no worse. */
        double most(double alpha) {
            return mean + MeanSequence.halfWidth(blocks, deviation * (1 + FEW_BLOCKS / blocks), alpha);
        }

        /** The log-ratio that would be found to be above another one in four of five cases, with what is known by now. */
        double visible(double above, double alpha) {
            return above + width(alpha) + FOUR_IN_FIVE * deviation / Math.sqrt(blocks);
        }

        /** Five blocks that happen to agree must stop nobody: wider by what Student's t has beyond the normal distribution. */
        private double width(double alpha) {
            double wider = TDistribution.of(blocks - 1.0).inverseSurvivalProbability(alpha)
                    / NormalDistribution.of(0, 1).inverseSurvivalProbability(alpha);
            return MeanSequence.halfWidth(blocks, deviation * wider, alpha);
        }
    }
}
