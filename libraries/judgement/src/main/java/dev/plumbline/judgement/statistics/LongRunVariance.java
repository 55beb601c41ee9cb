package dev.plumbline.judgement.statistics;

import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Mean of a series of windows and the variance of that mean, per window, at long-run scale.
 *
 * <p>Load drifts, so neighbouring windows resemble each other and the variance of a mean of n windows is more than
 * Var/n. Non-overlapping batch means (Law and Carson 1979) measure it: b times the variance of the means of batches of b
 * windows. With few batches that estimate is itself noisy, and an estimate that is too small makes false alarms; it is
 * therefore raised to the upper 75 % bound of a chi-square with as many degrees of freedom as there are batches less
 * one (12 batches: times 1.45). It is never less than 1.05 times the plain variance: series that seem to alternate are
 * not believed.
 *
 * @param mean of all windows
 * @param variance plain sample variance over windows, 0 for a single window
 * @param longRunVariance see above, 0 or more
 */
public record LongRunVariance(double mean, double variance, double longRunVariance) {

    private static final int LONGEST_BATCH = 15;
    private static final int WANTED_BATCHES = 12;
    private static final double PLAIN_FACTOR = 1.05;

    /**
     * @param windows one finite number per window, in order; the batch length is 15, or a twelfth of a short series
     * @throws IllegalArgumentException if there is no window
     */
    public static LongRunVariance of(double[] windows) {
        if (windows.length == 0) {
            throw new IllegalArgumentException("no windows");
        }
        double mean = mean(windows, 0, windows.length);
        double variance = variance(windows, mean);
        int batch = Math.max(1, Math.min(LONGEST_BATCH, windows.length / WANTED_BATCHES));
        int batches = windows.length / batch;
        double longRun = PLAIN_FACTOR * variance;
        if (batches >= 2) {
            double[] means = new double[batches];
            // The remainder is left out at the old end: the newest windows are nearest to what will be judged.
            int first = windows.length - batches * batch;
            for (int i = 0; i < batches; i++) {
                means[i] = mean(windows, first + i * batch, batch);
            }
            double between = variance(means, mean(means, 0, batches));
            longRun = Math.max(longRun, inflation(batches) * batch * between);
        }
        return new LongRunVariance(mean, variance, longRun);
    }

    /** By how much a variance that was estimated from so many batch means is raised; 1.45 for 12 batches. */
    static double inflation(int batches) {
        int degrees = batches - 1;
        return degrees / ChiSquaredDistribution.of(degrees).inverseCumulativeProbability(0.25);
    }

    private static double mean(double[] values, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += values[i];
        }
        return sum / length;
    }

    private static double variance(double[] values, double mean) {
        if (values.length < 2) {
            return 0;
        }
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / (values.length - 1);
    }
}
