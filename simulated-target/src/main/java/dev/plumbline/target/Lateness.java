package dev.plumbline.target;

/** How late emissions were, in powers of two of a microsecond. Not thread safe. */
final class Lateness {

    private static final int BUCKETS = 40;

    private final long[] counts = new long[BUCKETS];
    private long total;
    private long maxNanos;

    void add(long lateNanos) {
        long micros = Math.max(0, lateNanos) / 1000;
        counts[Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(micros))]++;
        total++;
        maxNanos = Math.max(maxNanos, lateNanos);
    }

    long total() {
        return total;
    }

    /** The largest, in nanoseconds; 0 when nothing was added. */
    long maxNanos() {
        return maxNanos;
    }

    /** A bound in microseconds that at least {@code share} of all stay below, exact to a factor of two; 0 when empty. */
    long belowMicros(double share) {
        long wanted = (long) Math.ceil(share * total);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0) {
                return 1L << bucket;
            }
        }
        return 0;
    }
}
