package dev.plumbline.judgement.canary;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.Grades;

/** Reads log-ratios off a distribution of ratios of pairs ({@link Grades#pairRatios}). */
public final class LogRatios {

    private LogRatios() {}

    /** The sum of natural logarithms. Each value stands in the geometric middle of its bucket, which is half a percent wide on either side. */
    public static double sum(Histogram ratios) {
        double[] sum = {0};
        ratios.forEachBucket((index, count) -> sum[0] += count * middleLog(index));
        return sum[0]
                + ratios.belowCount() * log(Buckets.LOWEST_NANOS)
                + ratios.aboveCount() * log(Buckets.HIGHEST_NANOS);
    }

    private static double middleLog(int index) {
        return (log(Buckets.upperBoundNanos(index)) + log(Buckets.upperBoundNanos(index - 1))) / 2;
    }

    private static double log(double value) {
        return Math.log(value / Grades.RATIO_OF_ONE_NANOS);
    }
}
