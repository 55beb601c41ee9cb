package dev.plumbline.producer.selfcheck;

/**
 * How long what comes to an event loop waits until the loop sees it, over a span of time.
 *
 * <p>Each tick is such an arrival: the moments at which ticks are due lie evenly over time, and nothing that the loop does chose
 * them. So how late they are seen is drawn from what arrivals wait, weighted by time as it should be: while the loop stands for
 * 45 ms, ticks that are due every 10 ms are late by 41, 31, 21, 11 and 1 ms, say, and all others are on time.
 *
 * <p>One thread. Memory: at most {@value #MOST} waits.
 */
final class Waits {

    /** Ten seconds of ticks; of those that are late beyond that the longest are known. */
    static final int MOST = 1_024;

    private final long intervalNanos;
    private final long[] nanos = new long[MOST];
    private int kept;
    private long late;
    private long longestNanos;

    /** @param intervalNanos how often a tick is due */
    Waits(long intervalNanos) {
        this.intervalNanos = intervalNanos;
    }

    /**
     * Ticks were due and seen later.
     *
     * @param dueNanos when the first was due; the others follow at the interval
     * @param beforeNanos those that were due from then on do not count
     * @param seenNanos when they were seen
     * @return when the first was due that does not count
     */
    long add(long dueNanos, long beforeNanos, long seenNanos) {
        long lastNanos = Math.min(beforeNanos, seenNanos) - 1;
        if (dueNanos > lastNanos) {
            return dueNanos;
        }
        long count = (lastNanos - dueNanos) / intervalNanos + 1;
        longestNanos = Math.max(longestNanos, seenNanos - dueNanos);
        for (long i = 0; i < count && kept < MOST; i++) {
            nanos[kept++] = seenNanos - dueNanos - i * intervalNanos;
        }
        late += count;
        return dueNanos + count * intervalNanos;
    }

    /** The longest; 0 when nothing waited. */
    long longestNanos() {
        return longestNanos;
    }

    /** How many different waits are known. */
    int kept() {
        return kept;
    }

    /** One of them. */
    long nanos(int index) {
        return nanos[index];
    }

    /** The share of the arrivals in a span that waited so long as one of them, each the same; 0 to 1. */
    double shareOfEach(long spanNanos) {
        return kept == 0 ? 0 : Math.min(1, (double) late * intervalNanos / spanNanos) / kept;
    }

    void clear() {
        kept = 0;
        late = 0;
        longestNanos = 0;
    }
}
