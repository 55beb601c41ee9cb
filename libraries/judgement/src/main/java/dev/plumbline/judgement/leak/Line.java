package dev.plumbline.judgement.leak;

import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A straight line through the newest of some numbers, where they climb for certain.
 *
 * <p>For each place where it may have begun, least squares (Legendre, 1805) through what lies behind it, and Student's t of its slope
 * with the scatter around it. The place with the strongest evidence counts. Where it is known what the numbers were before, their mean
 * must be above that as well: under "nothing happened" slope and mean are independent, so their chances multiply. One in 10^8 is asked
 * for, because every block of time asks anew and each for two dozen beginnings; the slope by itself must be one in 10^4, so that a
 * lasting change that is not quite even is no growth.
 *
 * @param first index of the first number that it goes through
 * @param slope by which they grow in a unit of x; above 0
 * @param start the line at the first of them
 * @param end the line at the last
 */
record Line(int first, double slope, double start, double end) {

    /** Fewer numbers are no trend. */
    static final int FEWEST = 8;

    private static final double CHANCE = 1e-8;
    private static final double SLOPE_CHANCE = 1e-4;

    /** What has stopped climbing is still climbing on average. */
    private static final double YOUNGER_HALF = 0.4;

    /**
     * The line with the strongest evidence; empty where none is certain.
     *
     * @param x ascending
     * @param y how far above what they were before; or any, where that is not known
     * @param isFromZero whether they were 0 before
     * @param scatter standard deviation below which theirs is never taken: of how they are written
     */
    static Optional<Line> through(double[] x, double[] y, boolean isFromZero, double scatter) {
        Sums sums = new Sums();
        double best = CHANCE;
        Line found = null;
        for (int first = x.length - 1; first >= 0; first--) {
            sums.add(x[first] - x[x.length - 1], y[first]);
            if (sums.n < FEWEST || !(sums.slope() > 0)) {
                continue;
            }
            double deviation = Math.sqrt(Math.max(sums.residual() / (sums.n - 2), scatter * scatter));
            TDistribution t = TDistribution.of(sums.n - 2.0);
            double chance = t.survivalProbability(sums.slope() * Math.sqrt(sums.spread()) / deviation);
            if (chance > SLOPE_CHANCE) {
                continue;
            }
            double both =
                    isFromZero ? chance * t.survivalProbability(sums.meanY() * Math.sqrt(sums.n) / deviation) : chance;
            if (both < best) {
                best = both;
                found = new Line(first, sums.slope(), sums.at(x[first] - x[x.length - 1]), sums.at(0));
            }
        }
        return Optional.ofNullable(found).filter(line -> line.isNoStep(x, y) && line.climbsStill(x, y));
    }

    /** Whether no two levels, one after the other, are nearer to the numbers. */
    private boolean isNoStep(double[] x, double[] y) {
        Sums line = of(x, y, first, x.length);
        for (int split = first + 1; split < x.length; split++) {
            double levels =
                    of(x, y, first, split).around() + of(x, y, split, x.length).around();
            if (levels < line.residual()) {
                return false;
            }
        }
        return true;
    }

    private boolean climbsStill(double[] x, double[] y) {
        return of(x, y, first + (x.length - first) / 2, x.length).slope() > YOUNGER_HALF * slope;
    }

    private static Sums of(double[] x, double[] y, int from, int to) {
        Sums sums = new Sums();
        for (int i = from; i < to; i++) {
            sums.add(x[i] - x[x.length - 1], y[i]);
        }
        return sums;
    }

    /** What least squares needs. */
    private static final class Sums {
        private int n;
        private double x;
        private double y;
        private double xx;
        private double xy;
        private double yy;

        void add(double oneX, double oneY) {
            n++;
            x += oneX;
            y += oneY;
            xx += oneX * oneX;
            xy += oneX * oneY;
            yy += oneY * oneY;
        }

        double spread() {
            return xx - x * x / n;
        }

        double slope() {
            return spread() > 0 ? (xy - x * y / n) / spread() : 0;
        }

        double meanY() {
            return y / n;
        }

        double at(double where) {
            return meanY() + slope() * (where - x / n);
        }

        /** Sum of squares around the mean. */
        double around() {
            return Math.max(0, yy - y * y / n);
        }

        /** Sum of squares around the line. */
        double residual() {
            return Math.max(0, around() - slope() * slope() * spread());
        }
    }
}
