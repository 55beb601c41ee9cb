package dev.plumbline.contract.distribution;

/**
 * The bucket scheme, the one of Prometheus' native histograms with schema 6: bucket {@code i} holds the values in
 * (2^((i-1)/64), 2^(i/64)] <em>seconds</em>. Durations go in and come out as nanoseconds.
 */
public final class Buckets {

    /** Resolution: 2^6 = 64 buckets for each doubling. */
    public static final int SCHEMA = 6;

    static final int PER_OCTAVE = 1 << SCHEMA;

    /** Shortest duration with a bucket of its own, 1 µs; what is shorter (coalesced chunks have gaps of 0) is counted below. */
    public static final long LOWEST_NANOS = 1_000L;

    /** Longest duration with a bucket of its own, 1 h; what is longer is counted above. */
    public static final long HIGHEST_NANOS = 3_600_000_000_000L;

    private static final double[] FRACTION_BOUNDS = new double[PER_OCTAVE];

    static {
        for (int i = 0; i < PER_OCTAVE; i++) {
            FRACTION_BOUNDS[i] = Math.pow(2, (double) i / PER_OCTAVE);
        }
    }

    /** Index of the bucket of {@link #LOWEST_NANOS}. */
    public static final int LOWEST_INDEX = indexOf(LOWEST_NANOS);

    /** Index of the bucket of {@link #HIGHEST_NANOS}. */
    public static final int HIGHEST_INDEX = indexOf(HIGHEST_NANOS);

    private Buckets() {}

    /**
     * Index of the bucket that holds a duration.
     *
     * @throws IllegalArgumentException if the duration is not positive
     */
    public static int indexOf(long nanos) {
        if (nanos <= 0) {
            throw new IllegalArgumentException("a duration of " + nanos + " ns has no bucket");
        }
        double seconds = nanos / 1e9;
        int exponent = Math.getExponent(seconds);
        double mantissa = seconds / Math.scalb(1.0, exponent);
        int low = 0;
        int high = PER_OCTAVE;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (FRACTION_BOUNDS[middle] >= mantissa) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return exponent * PER_OCTAVE + low;
    }

    /** Largest duration of a bucket, in nanoseconds, not rounded to whole ones. */
    public static double upperBoundNanos(int index) {
        return upperBoundSeconds(index) * 1e9;
    }

    /** Largest duration of a bucket, in seconds. */
    public static double upperBoundSeconds(int index) {
        int octave = Math.floorDiv(index, PER_OCTAVE);
        return Math.scalb(FRACTION_BOUNDS[Math.floorMod(index, PER_OCTAVE)], octave);
    }

    /** The value that stands for a bucket: the geometric middle of its bounds, in nanoseconds, rounded half up. */
    static long middleNanos(int index) {
        return Math.round(Math.sqrt(upperBoundNanos(index - 1) * upperBoundNanos(index)));
    }
}
