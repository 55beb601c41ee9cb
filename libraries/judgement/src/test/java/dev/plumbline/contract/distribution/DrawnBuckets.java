package dev.plumbline.contract.distribution;

import java.util.Arrays;

/**
 * A distribution of which the buckets are drawn and not the values: simulations of hundreds of days have no time to look for the
 * bucket of each value. Lies in this package for the constructor of {@link Histogram}.
 *
 * <p>One thread.
 */
public final class DrawnBuckets {

    private static final long[] MIDDLES = new long[Buckets.HIGHEST_INDEX - Buckets.LOWEST_INDEX + 1];

    static {
        for (int i = 0; i < MIDDLES.length; i++) {
            MIDDLES[i] = Buckets.middleNanos(Buckets.LOWEST_INDEX + i);
        }
    }

    private final long[] counts = new long[MIDDLES.length];
    private int low = MIDDLES.length;
    private int high = -1;
    private long count;
    private long sumNanos;

    /** Adds a value of so many bucket widths (factors of 2 to the power of 1/64) above one second. */
    public void add(double widths) {
        int slot = Math.max(0, Math.min(MIDDLES.length - 1, (int) Math.ceil(widths) - Buckets.LOWEST_INDEX));
        counts[slot]++;
        low = Math.min(low, slot);
        high = Math.max(high, slot);
        count++;
        sumNanos += MIDDLES[slot];
    }

    /** What was drawn since it was last taken. */
    public Histogram take() {
        if (count == 0) {
            return Histogram.empty();
        }
        Histogram drawn = new Histogram(
                new Histogram.Exact(count, sumNanos, MIDDLES[low], MIDDLES[high], 0, 0),
                Buckets.LOWEST_INDEX + low,
                Arrays.copyOfRange(counts, low, high + 1));
        Arrays.fill(counts, low, high + 1, 0);
        low = MIDDLES.length;
        high = -1;
        count = 0;
        sumNanos = 0;
        return drawn;
    }
}
