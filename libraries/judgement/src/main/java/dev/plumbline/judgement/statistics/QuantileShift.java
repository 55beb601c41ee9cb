package dev.plumbline.judgement.statistics;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import java.util.Optional;

/**
 * A test for "this quantile of a latency has moved", read off the baseline's histogram: QL-CUSUM.
 *
 * <p><b>Method.</b> A quantile q has moved up by a factor exactly when the share of requests above the old q has grown.
 * So each window is reduced to a count: of n requests, c were above an edge. A count is unbiased for any n, adds over
 * windows, and needs no percentile of a short window. Under the baseline the share is p0. Under the change that is
 * looked for, all latencies a factor f = 1 + 1.5 θ longer, it is p1 = the baseline's share above q / f: no distribution
 * is assumed, the histogram answers. The window's evidence is the log-likelihood ratio
 * c ln(p1/p0) + (n − c) ln((1 − p1)/(1 − p0)), discounted by {@link NoiseFactor} and summed by {@link Cusum}. For "has
 * become better" the same test counts requests at or below an edge.
 *
 * <p><b>Assumptions.</b> Windows of the baseline come from the same process as later ones, long-run correlation
 * included; the edge lies within half a bucket (0.54 %) of the quantile.
 *
 * <p><b>Sources.</b> Page, Continuous inspection schemes, 1954; Lorden, Procedures for reacting to a change in
 * distribution, 1971; Shin, Ramdas and Rinaldo, E-detectors, 2022 (whose bound needs exact e-processes, which this is
 * not); batch means after Law and Carson, 1979.
 *
 * <p><b>Deviations, and why.</b>
 *
 * <ul>
 *   <li><i>The odds ratio of p1 to p0 is kept within {@value #SMALLEST_ODDS_RATIO} to {@value #LARGEST_ODDS_RATIO}.</i>
 *       A tight distribution gives p1 = 1: then one ordinary request weighs minus infinity and blinds the test for ever,
 *       and a shift of only a part of the requests is never seen. With a ratio of 6 around a median the test still gains
 *       while up to 30 % of the requests are ordinary. The other end matters when the edge lies in a gap between two
 *       modes, where p1 = p0 and the test would see nothing.
 *   <li><i>p0 is at least half of the nominal share.</i> All values in one bucket leave nothing above any usable edge; a
 *       p0 of nearly 0 would let a single stray request look like a miracle. Assuming more than was seen is the
 *       cautious side.
 * </ul>
 */
public final class QuantileShift {

    static final double SMALLEST_ODDS_RATIO = 1.2;
    static final double LARGEST_ODDS_RATIO = 6;

    /** Of the test for a heavier tail: about twice as many requests. */
    private static final double HEAVIER_ODDS_RATIO = 2.1;

    private static final double FAR_ODDS_RATIO = 3;

    private final int edgeIndex;
    private final Side side;
    private final Share share;

    /** Which requests are counted. */
    public enum Side {
        /** Those longer than the edge: has it become slower? */
        ABOVE,
        /** Those up to the edge: has it become faster? */
        UP_TO
    }

    private QuantileShift(int edgeIndex, Side side, Share share) {
        this.edgeIndex = edgeIndex;
        this.side = side;
        this.share = share;
    }

    /**
     * @param baseline all latencies of the baseline
     * @param quantile strictly between 0 and 1
     * @param factor how much longer (for {@link Side#UP_TO}: shorter) latencies are in the change that is looked for,
     *     above 1
     * @return empty when the baseline holds nothing, or its quantile lies outside the buckets
     */
    public static Optional<QuantileShift> of(Histogram baseline, double quantile, Side side, double factor) {
        if (!(quantile > 0 && quantile < 1) || !(factor > 1)) {
            throw new IllegalArgumentException("quantile " + quantile + ", factor " + factor);
        }
        if (baseline.count() == baseline.belowCount() + baseline.aboveCount()) {
            return Optional.empty();
        }
        double nominal = side == Side.ABOVE ? 1 - quantile : quantile;
        Nearest nearest = new Nearest(baseline, side, nominal);
        baseline.forEachBucket(nearest::offerBothSidesOf);
        if (Double.isNaN(nearest.share)) {
            return Optional.empty();
        }
        int edge = nearest.index;
        double p0 = Math.max(nominal / 2, shareOf(baseline, edge, side));
        double shifted = Buckets.upperBoundNanos(edge) * (side == Side.ABOVE ? 1 / factor : factor);
        double p1 = shareOf(baseline, edgeAtOrBelow(shifted), side);
        return Optional.of(new QuantileShift(edge, side, new Share(p0, withinOddsRatio(p0, p1))));
    }

    /** The edge: the upper bound of this bucket. */
    public int edgeIndex() {
        return edgeIndex;
    }

    /** The shares that are held against each other. */
    public Share share() {
        return share;
    }

    /**
     * The test for twice as many requests beyond the edge, where the first looks for more than {@value #FAR_ODDS_RATIO} times the
     * odds. All latencies of a tight distribution that grow by 15 % multiply its tail by five, and such a test takes a doubled tail
     * for a sign that all is well; but a tail that doubles, because a part of the requests has become much slower, is what a p95 is
     * watched for. Empty where the first test sees it.
     */
    public Optional<Share> heavierTail() {
        double odds = share.baseline() / (1 - share.baseline());
        double looked = share.changed() / (1 - share.changed()) / odds;
        double doubled = HEAVIER_ODDS_RATIO * odds;
        return looked > FAR_ODDS_RATIO
                ? Optional.of(new Share(share.baseline(), doubled / (1 + doubled)))
                : Optional.empty();
    }

    /** What a window's latencies say, not discounted. */
    public double evidence(Histogram window) {
        return share.evidence(hits(window, edgeIndex, side), window.count());
    }

    /** How many latencies lie on the counted side of an edge. */
    public static long hits(Histogram window, int edgeIndex, Side side) {
        long above = window.countAbove(edgeIndex);
        return side == Side.ABOVE ? above : window.count() - above;
    }

    /**
     * The edge whose share is nearest to the nominal one, among those that leave room for the share to grow: at most
     * half of the rest. Of two equally near ones the one with the smaller share is taken.
     */
    private static final class Nearest {
        private final long all;
        private final Side side;
        private final double nominal;

        /** Values above the buckets that were offered. */
        private long above;

        private int index;
        private double share = Double.NaN;

        Nearest(Histogram baseline, Side side, double nominal) {
            this.all = baseline.count();
            this.side = side;
            this.nominal = nominal;
            this.above = all - baseline.belowCount();
        }

        /** Buckets come in ascending order. */
        void offerBothSidesOf(int bucket, long count) {
            offer(bucket - 1);
            above -= count;
            offer(bucket);
        }

        private void offer(int candidate) {
            double candidateShare = (double) (side == Side.ABOVE ? above : all - above) / all;
            if (candidateShare > 1 - (1 - nominal) / 2) {
                return;
            }
            double gain = Math.abs(share - nominal) - Math.abs(candidateShare - nominal);
            if (Double.isNaN(share) || gain > 0 || (gain >= 0 && candidateShare < share)) {
                index = candidate;
                share = candidateShare;
            }
        }
    }

    private static int edgeAtOrBelow(double nanos) {
        long whole = Math.max(Buckets.LOWEST_NANOS, Math.min(Buckets.HIGHEST_NANOS, (long) Math.floor(nanos)));
        int index = Buckets.indexOf(whole);
        return Buckets.upperBoundNanos(index) <= nanos ? index : index - 1;
    }

    private static double shareOf(Histogram baseline, int edge, Side side) {
        return (double) hits(baseline, edge, side) / baseline.count();
    }

    static double withinOddsRatio(double p0, double p1) {
        double odds = p0 / (1 - p0);
        double lowest = odds * SMALLEST_ODDS_RATIO;
        double highest = odds * LARGEST_ODDS_RATIO;
        double wanted = p1 >= 1 ? highest : p1 / (1 - p1);
        double kept = Math.max(lowest, Math.min(highest, wanted));
        return kept / (1 + kept);
    }
}
