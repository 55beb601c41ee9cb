package dev.plumbline.judgement.statistics;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import java.util.Optional;

/**
 * A quantile and its interval by order statistics: the values of the ranks n p ± z √(D n p (1 − p)). No distribution is
 * assumed. Ranks outside 1..n are taken as 1 or n: with so few values the interval is honest only as "at least so wide".
 * The ends are the outer bounds of their buckets, so that the histogram's resolution (1.1 % from bound to bound) is part of
 * the interval: a quiet metric whose values all share a bucket is not known exactly.
 *
 * @param nanos the quantile
 * @param lowNanos lower end
 * @param highNanos upper end
 */
public record QuantileEstimate(long nanos, long lowNanos, long highNanos) {

    /** Standard normal quantile of a two-sided 95 % interval. */
    public static final double Z_95 = 1.959963984540054;

    /**
     * @param designEffect D: how many times the variance of counts exceeds that of independent requests
     * @param z half-width in standard deviations
     * @return empty when there are no values
     */
    public static Optional<QuantileEstimate> of(Histogram values, double quantile, double designEffect, double z) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        double n = values.count();
        double rank = n * quantile;
        double half = z * Math.sqrt(designEffect * n * quantile * (1 - quantile));
        long[] nanos = values.atRanks(
                (long) Math.floor(rank - half), (long) Math.ceil(rank), (long) Math.ceil(rank + half) + 1);
        long value = nanos[1];
        return Optional.of(new QuantileEstimate(
                value, Math.min(lowerBound(values, nanos[0]), value), Math.max(upperBound(values, nanos[2]), value)));
    }

    private static long lowerBound(Histogram values, long nanos) {
        long min = values.minNanos().orElseThrow();
        return nanos < Buckets.LOWEST_NANOS
                ? min
                : Math.max(min, Math.round(Buckets.upperBoundNanos(Buckets.indexOf(nanos) - 1)));
    }

    private static long upperBound(Histogram values, long nanos) {
        long max = values.maxNanos().orElseThrow();
        return nanos < Buckets.LOWEST_NANOS
                ? max
                : Math.min(max, Math.round(Buckets.upperBoundNanos(Buckets.indexOf(nanos))));
    }

    /**
     * How many times as long this is as another estimate, with both uncertainties: their distances on a logarithmic scale
     * add in squares.
     *
     * @return empty when the other is 0
     */
    public Optional<Ratio> ratioTo(QuantileEstimate other) {
        if (other.lowNanos <= 0 || nanos <= 0 || lowNanos <= 0) {
            return Optional.empty();
        }
        double ratio = Math.log((double) nanos / other.nanos);
        double down = Math.hypot(Math.log((double) nanos / lowNanos), Math.log((double) other.highNanos / other.nanos));
        double up = Math.hypot(Math.log((double) highNanos / nanos), Math.log((double) other.nanos / other.lowNanos));
        return Optional.of(new Ratio(Math.exp(ratio), Math.exp(ratio - down), Math.exp(ratio + up)));
    }
}
