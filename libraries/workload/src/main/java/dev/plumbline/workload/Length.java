package dev.plumbline.workload;

import java.util.SplittableRandom;

/**
 * How long something is, in tokens: normal, cut at 1 and at {@value #MOST_DEVIATIONS} standard deviations above the mean or
 * {@value #MOST_MEANS} times the mean, whichever is less.
 *
 * @param mean 1 or more
 * @param standardDeviation 0 or more; 0 = all equal
 */
public record Length(int mean, int standardDeviation) {

    private static final int MOST_MEANS = 4;
    private static final int MOST_DEVIATIONS = 4;

    public Length {
        if (mean < 1 || standardDeviation < 0) {
            throw new IllegalArgumentException("length of " + mean + " ± " + standardDeviation + " tokens");
        }
    }

    /** All equal. */
    public static Length of(int tokens) {
        return new Length(tokens, 0);
    }

    /** The longest that is drawn. */
    public long most() {
        return Math.min((long) MOST_MEANS * mean, mean + (long) MOST_DEVIATIONS * standardDeviation);
    }

    /** The next; equal ones draw nothing. */
    public int drawn(SplittableRandom random) {
        return standardDeviation == 0
                ? mean
                : (int) Math.max(1, Math.min(most(), Math.rint(mean + random.nextGaussian() * standardDeviation)));
    }
}
