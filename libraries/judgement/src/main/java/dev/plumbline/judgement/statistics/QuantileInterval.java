package dev.plumbline.judgement.statistics;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * A quantile and its 95 % interval by exact order statistics: the ranks between which the binomial distribution of n / D
 * independent values puts it, D being the design effect. No distribution of the values is assumed.
 *
 * <p>Unlike {@link QuantileEstimate} it says so when there are too few values for an end: 72 independent ones for the
 * upper end of a p95, 368 for that of a p99. The ends are the outer bounds of their buckets, so that the histogram's
 * resolution is part of the interval.
 *
 * @param nanos the quantile by nearest rank
 * @param lowNanos lower end; empty when there are too few values
 * @param highNanos upper end; empty when there are too few values
 */
public record QuantileInterval(long nanos, OptionalLong lowNanos, OptionalLong highNanos) {

    private static final double ONE_TAIL = 0.025;

    /** Fewest windows from which correlation can be seen at all. */
    private static final int FEWEST_WINDOWS = 3;

    /** What is assumed with fewer windows. */
    private static final double ASSUMED_DESIGN_EFFECT = 2;

    /**
     * @param quantile above 0, below 1
     * @param designEffect D, 1 or more
     * @return empty when there are no values
     */
    public static Optional<QuantileInterval> of(Histogram values, double quantile, double designEffect) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        long nanos = values.quantileNanos(quantile).orElseThrow();
        int independent = (int) Math.min(Integer.MAX_VALUE, Math.floor(values.count() / designEffect));
        if (independent < 1) {
            return Optional.of(new QuantileInterval(nanos, OptionalLong.empty(), OptionalLong.empty()));
        }
        BinomialDistribution below = BinomialDistribution.of(independent, quantile);
        long low = below.inverseCumulativeProbability(ONE_TAIL);
        long high = below.inverseCumulativeProbability(1 - ONE_TAIL) + 1L;
        double scale = (double) values.count() / independent;
        return Optional.of(new QuantileInterval(
                nanos,
                low < 1
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.min(nanos, lowerBound(values, (long) Math.floor(low * scale)))),
                high > independent
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.max(nanos, upperBound(values, (long) Math.ceil(high * scale))))));
    }

    /** Fewest values for which both ends exist. */
    public static long neededValues(double quantile, double designEffect) {
        double rarer = Math.max(quantile, 1 - quantile);
        return (long) Math.ceil(designEffect * Math.ceil(Math.log(ONE_TAIL) / Math.log(rarer)));
    }

    /**
     * How many times the variance of "how many values lie above the quantile" exceeds that of independent values, from the
     * long-run variance over windows; 1 or more. Windows may differ in size: each is held against its own share.
     *
     * @param windows in order
     */
    public static double designEffect(List<Histogram> windows, double quantile) {
        List<Histogram> used =
                windows.stream().filter(window -> !window.isEmpty()).toList();
        if (used.size() < FEWEST_WINDOWS) {
            return ASSUMED_DESIGN_EFFECT;
        }
        long total = used.stream().mapToLong(Histogram::count).sum();
        int edge = edge(used, quantile);
        double share = (double) above(used, edge) / total;
        if (!(share > 0 && share < 1)) {
            return 1;
        }
        double[] surplus = used.stream()
                .mapToDouble(window -> window.countAbove(edge) - share * window.count())
                .toArray();
        double independent = share * (1 - share) * total / used.size();
        return Math.max(1, LongRunVariance.of(surplus).longRunVariance() / independent);
    }

    /** The bucket that holds the quantile, or the one before it where that leaves a share nearer to the nominal one. */
    private static int edge(List<Histogram> windows, double quantile) {
        Histogram all = windows.stream().reduce(Histogram.empty(), Histogram::plus);
        int index = Buckets.indexOf(Math.max(
                Buckets.LOWEST_NANOS,
                Math.min(Buckets.HIGHEST_NANOS, all.quantileNanos(quantile).orElseThrow())));
        double nominal = (1 - quantile) * all.count();
        return Math.abs(all.countAbove(index) - nominal) <= Math.abs(all.countAbove(index - 1) - nominal)
                ? index
                : index - 1;
    }

    private static long above(List<Histogram> windows, int edge) {
        return windows.stream().mapToLong(window -> window.countAbove(edge)).sum();
    }

    private static long lowerBound(Histogram values, long rank) {
        long nanos = values.atRank(rank);
        long min = values.minNanos().orElseThrow();
        return nanos < Buckets.LOWEST_NANOS || nanos > Buckets.HIGHEST_NANOS
                ? Math.min(min, nanos)
                : Math.max(min, Math.round(Buckets.upperBoundNanos(Buckets.indexOf(nanos) - 1)));
    }

    private static long upperBound(Histogram values, long rank) {
        long nanos = values.atRank(rank);
        long max = values.maxNanos().orElseThrow();
        return nanos < Buckets.LOWEST_NANOS || nanos > Buckets.HIGHEST_NANOS
                ? max
                : Math.min(max, Math.round(Buckets.upperBoundNanos(Buckets.indexOf(nanos))));
    }
}
