package dev.plumbline.contract.distribution;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * An immutable distribution of durations. Count, sum, smallest and largest value are exact; percentiles are within
 * 0.54 % of the exact ones. Equal means: the same counts in the same buckets and the same exact values.
 *
 * <p>Many are held at once, most of them of a few hundred values that lie hundreds of buckets apart. So the buckets are
 * packed: for each one that holds values the distance to the one before it and its count, as numbers of one byte for each
 * seven bits, mostly two bytes in all. They are read from the front, which is what every question asks for anyway.
 *
 * <p>Safe for any thread.
 */
public final class Histogram {

    private static final Histogram EMPTY = new Histogram(new Exact(0, 0, 0, 0, 0, 0), 0, new long[0]);

    /** A header, a reference and six numbers. */
    private static final long OWN_BYTES = 64;

    /** Header and length of an array, and half of what it is rounded up by. */
    private static final long ARRAY_BYTES = 20;

    private final long count;
    private final long sumNanos;
    private final long minNanos;
    private final long maxNanos;
    private final long belowCount;
    private final long aboveCount;
    private final byte[] packed;

    /**
     * @param firstIndex bucket of the first count
     * @param counts of buckets that follow each other; read once and not kept
     */
    Histogram(Exact exact, int firstIndex, long[] counts) {
        this(exact, packed(firstIndex, counts));
    }

    private Histogram(Exact exact, byte[] packed) {
        this.count = exact.count;
        this.sumNanos = exact.sumNanos;
        this.minNanos = exact.minNanos;
        this.maxNanos = exact.maxNanos;
        this.belowCount = exact.belowCount;
        this.aboveCount = exact.aboveCount;
        this.packed = packed;
    }

    /** The distribution of nothing. */
    public static Histogram empty() {
        return EMPTY;
    }

    /** The distribution of the given durations. */
    public static Histogram of(long... nanos) {
        return of(nanos, nanos.length);
    }

    /**
     * The distribution of the first so many of the given durations. It takes memory by their number, not by how far apart they lie,
     * as a {@link HistogramAccumulator} does.
     *
     * @throws IllegalArgumentException if one of them is negative: a monotonic clock was mixed with another one
     */
    public static Histogram of(long[] nanos, int length) {
        if (length == 0) {
            return EMPTY;
        }
        long sum = 0;
        long min = Long.MAX_VALUE;
        long max = 0;
        long below = 0;
        long above = 0;
        int[] buckets = new int[length];
        int inBuckets = 0;
        for (int i = 0; i < length; i++) {
            long value = HistogramAccumulator.notNegativeDuration(nanos[i]);
            sum = Sums.saturated(sum, value);
            min = Math.min(min, value);
            max = Math.max(max, value);
            if (value < Buckets.LOWEST_NANOS) {
                below++;
            } else if (value > Buckets.HIGHEST_NANOS) {
                above++;
            } else {
                buckets[inBuckets++] = Buckets.indexOf(value);
            }
        }
        Arrays.sort(buckets, 0, inBuckets);
        return new Histogram(new Exact(length, sum, min, max, below, above), packed(buckets, inBuckets));
    }

    /** Number of values. */
    public long count() {
        return count;
    }

    /** True when there is no value. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** Exact sum in nanoseconds; stops at {@link Long#MAX_VALUE} (292 years) instead of turning negative. */
    public long sumNanos() {
        return sumNanos;
    }

    /** Exact smallest value; empty when there is none. */
    public OptionalLong minNanos() {
        return isEmpty() ? OptionalLong.empty() : OptionalLong.of(minNanos);
    }

    /** Exact largest value; empty when there is none. */
    public OptionalLong maxNanos() {
        return isEmpty() ? OptionalLong.empty() : OptionalLong.of(maxNanos);
    }

    /** Number of values shorter than {@link Buckets#LOWEST_NANOS}, zero included. */
    public long belowCount() {
        return belowCount;
    }

    /** Number of values longer than {@link Buckets#HIGHEST_NANOS}. */
    public long aboveCount() {
        return aboveCount;
    }

    /** Exact mean in nanoseconds; empty when there is no value. */
    public OptionalDouble meanNanos() {
        return isEmpty() ? OptionalDouble.empty() : OptionalDouble.of((double) sumNanos / count);
    }

    /**
     * The value at a quantile by nearest rank: the smallest value with at least {@code ceil(quantile * count)} values at
     * or below it, read as the geometric middle of its bucket and never outside smallest and largest value.
     *
     * @param quantile 0 to 1
     * @return nanoseconds; empty when there is no value
     */
    public OptionalLong quantileNanos(double quantile) {
        if (!(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException("quantile " + quantile + " is outside 0..1");
        }
        if (isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(atRank((long) Math.ceil(quantile * count)));
    }

    /**
     * The value of a rank, 1 being the smallest.
     *
     * @param rank clamped to 1..count
     * @return nanoseconds
     * @throws IllegalStateException if there is no value
     */
    public long atRank(long rank) {
        if (isEmpty()) {
            throw new IllegalStateException("an empty distribution has no rank " + rank);
        }
        long left = Math.max(1, Math.min(rank, count)) - belowCount;
        if (left <= 0) {
            return minNanos;
        }
        for (Walk walk = new Walk(); walk.next(); ) {
            left -= walk.count;
            if (left <= 0) {
                return Math.max(minNanos, Math.min(maxNanos, Buckets.middleNanos(walk.index)));
            }
        }
        return maxNanos;
    }

    /**
     * The values of three ranks, as {@link #atRank} has them, in one pass over the buckets.
     *
     * @param low at most {@code middle}
     * @param high at least {@code middle}
     * @return nanoseconds, in the order asked for
     */
    public long[] atRanks(long low, long middle, long high) {
        if (isEmpty()) {
            throw new IllegalStateException("an empty distribution has no rank " + middle);
        }
        if (low > middle || middle > high) {
            throw new IllegalArgumentException("ranks " + low + ", " + middle + ", " + high + " do not ascend");
        }
        long[] ranks = {low, middle, high};
        long[] nanos = new long[ranks.length];
        Walk walk = new Walk();
        long walked = belowCount;
        long value = minNanos;
        for (int i = 0; i < ranks.length; i++) {
            long rank = Math.max(1, Math.min(ranks[i], count));
            while (walked < rank) {
                if (!walk.next()) {
                    walked = count;
                    value = maxNanos;
                    break;
                }
                walked += walk.count;
                value = Math.max(minNanos, Math.min(maxNanos, Buckets.middleNanos(walk.index)));
            }
            nanos[i] = value;
        }
        return nanos;
    }

    /** Number of values in buckets above the given one, that is, longer than its upper bound. */
    public long countAbove(int index) {
        long above = count - belowCount;
        for (Walk walk = new Walk(); walk.next() && walk.index <= index; ) {
            above -= walk.count;
        }
        return above;
    }

    /** Calls the visitor for each bucket that holds values, in ascending order. */
    public void forEachBucket(BucketVisitor visitor) {
        for (Walk walk = new Walk(); walk.next(); ) {
            visitor.visit(walk.index, walk.count);
        }
    }

    /** The distribution of both sets of values; equal to having recorded all of them into one. */
    public Histogram plus(Histogram other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        return new Histogram(
                new Exact(
                        count + other.count,
                        Sums.saturated(sumNanos, other.sumNanos),
                        Math.min(minNanos, other.minNanos),
                        Math.max(maxNanos, other.maxNanos),
                        belowCount + other.belowCount,
                        aboveCount + other.aboveCount),
                merged(other));
    }

    /** Buckets of both, read side by side: a window adds a few hundred to a few hundred, a dozen times. */
    private byte[] merged(Histogram other) {
        // A shared bucket takes no more bytes than its two halves, a gap no more than it took.
        byte[] bytes = new byte[packed.length + other.packed.length];
        Walk mine = new Walk();
        Walk theirs = other.new Walk();
        boolean goesOn = mine.next();
        boolean goOn = theirs.next();
        int at = 0;
        int previous = Buckets.LOWEST_INDEX;
        while (goesOn || goOn) {
            int index = !goOn || (goesOn && mine.index <= theirs.index) ? mine.index : theirs.index;
            long values = 0;
            if (goesOn && mine.index == index) {
                values = mine.count;
                goesOn = mine.next();
            }
            if (goOn && theirs.index == index) {
                values += theirs.count;
                goOn = theirs.next();
            }
            at = pack(index - previous, bytes, at);
            at = pack(values, bytes, at);
            previous = index;
        }
        return at == bytes.length ? bytes : Arrays.copyOf(bytes, at);
    }

    /**
     * As if every value had been so many times as long. Whole buckets are moved: percentiles are within half a bucket, 0.54 %, of that.
     *
     * @param factor above 0, finite
     */
    public Histogram scaled(double factor) {
        if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("factor " + factor + " is not above 0 and finite");
        }
        if (isEmpty()) {
            return this;
        }
        long[] counts = new long[Buckets.HIGHEST_INDEX - Buckets.LOWEST_INDEX + 1];
        forEachBucket((index, values) -> {
            double middle = Buckets.middleNanos(index) * factor;
            long nanos = Math.clamp(Math.round(middle), Buckets.LOWEST_NANOS, Buckets.HIGHEST_NANOS);
            counts[Buckets.indexOf(nanos) - Buckets.LOWEST_INDEX] += values;
        });
        return new Histogram(
                new Exact(
                        count,
                        Math.round(sumNanos * factor),
                        Math.round(minNanos * factor),
                        Math.round(maxNanos * factor),
                        belowCount,
                        aboveCount),
                Buckets.LOWEST_INDEX,
                counts);
    }

    /** Receives one bucket and the number of values in it. */
    @FunctionalInterface
    public interface BucketVisitor {
        void visit(int index, long count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Histogram that
                && count == that.count
                && sumNanos == that.sumNanos
                && minNanos == that.minNanos
                && maxNanos == that.maxNanos
                && belowCount == that.belowCount
                && aboveCount == that.aboveCount
                && Arrays.equals(packed, that.packed);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(sumNanos) + Arrays.hashCode(packed);
    }

    @Override
    public String toString() {
        return isEmpty()
                ? "Histogram[empty]"
                : "Histogram[count=" + count() + ", p50=" + atRank((count() + 1) / 2) + " ns, max=" + maxNanos + " ns]";
    }

    /** About how many bytes it takes in memory. */
    public long heapBytes() {
        return OWN_BYTES + ARRAY_BYTES + packed.length;
    }

    /** What is kept beside the buckets, exactly; smallest and largest are 0 where there is no value. */
    record Exact(long count, long sumNanos, long minNanos, long maxNanos, long belowCount, long aboveCount) {}

    /** Reads the packed buckets from the front. */
    final class Walk {
        private int at;
        private int index = Buckets.LOWEST_INDEX;
        private long count;

        /** Goes on to the next bucket that holds values; false behind the last. */
        boolean next() {
            if (at == packed.length) {
                return false;
            }
            index += (int) number();
            count = number();
            return true;
        }

        int index() {
            return index;
        }

        long count() {
            return count;
        }

        private long number() {
            long number = packed[at++];
            if (number >= 0) {
                return number;
            }
            number &= 0x7f;
            for (int shift = 7; ; shift += 7) {
                byte next = packed[at++];
                number |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return number;
                }
            }
        }
    }

    /** @param sorted buckets of one value each */
    private static byte[] packed(int[] sorted, int length) {
        // Two bytes say any distance, and no count takes more bytes than it counts.
        byte[] bytes = new byte[3 * length];
        int at = 0;
        int previous = Buckets.LOWEST_INDEX;
        int next = 0;
        while (next < length) {
            int bucket = sorted[next];
            int first = next;
            while (next < length && sorted[next] == bucket) {
                next++;
            }
            at = pack(bucket - previous, bytes, at);
            at = pack(next - first, bytes, at);
            previous = bucket;
        }
        return Arrays.copyOf(bytes, at);
    }

    private static byte[] packed(int firstIndex, long[] counts) {
        int length = 0;
        int previous = Buckets.LOWEST_INDEX;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                length += bytesOf(firstIndex + i - previous) + bytesOf(counts[i]);
                previous = firstIndex + i;
            }
        }
        byte[] bytes = new byte[length];
        int at = 0;
        previous = Buckets.LOWEST_INDEX;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                at = pack(firstIndex + i - previous, bytes, at);
                at = pack(counts[i], bytes, at);
                previous = firstIndex + i;
            }
        }
        return bytes;
    }

    private static int bytesOf(long number) {
        return number < 0x80 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(number) + 6) / 7;
    }

    private static int pack(long number, byte[] bytes, int from) {
        int at = from;
        long left = number;
        while (left >= 0x80) {
            bytes[at++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[at++] = (byte) left;
        return at;
    }

    /**
     * Wire form. {@code buckets} alternates gap and count: the first gap is the index of the first bucket, each later one
     * the distance to the bucket before it.
     */
    record Wire(
            int schema,
            long count,
            long sumNanos,
            OptionalLong minNanos,
            OptionalLong maxNanos,
            long belowCount,
            long aboveCount,
            long[] buckets) {}

    @JsonValue
    Wire toWire() {
        int used = 0;
        for (Walk walk = new Walk(); walk.next(); ) {
            used++;
        }
        long[] buckets = new long[2 * used];
        int at = 0;
        int previous = 0;
        for (Walk walk = new Walk(); walk.next(); ) {
            buckets[at++] = (long) walk.index - previous;
            buckets[at++] = walk.count;
            previous = walk.index;
        }
        return new Wire(Buckets.SCHEMA, count, sumNanos, minNanos(), maxNanos(), belowCount, aboveCount, buckets);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Histogram fromWire(Wire wire) {
        if (wire.schema != Buckets.SCHEMA) {
            throw new IllegalArgumentException("histogram schema " + wire.schema + " is unknown, expected 6");
        }
        HistogramAccumulator accumulator = new HistogramAccumulator();
        accumulator.addWire(wire);
        return accumulator.toHistogram();
    }
}
