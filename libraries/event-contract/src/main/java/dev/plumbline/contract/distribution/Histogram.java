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
 * <p>Safe for any thread.
 */
public final class Histogram {

    private static final Histogram EMPTY =
            new Histogram(new Exact(0, 0, OptionalLong.empty(), OptionalLong.empty(), 0, 0), 0, new long[0]);

    private final Exact exact;
    private final int firstIndex;
    private final long[] counts;

    Histogram(Exact exact, int firstIndex, long[] counts) {
        this.exact = exact;
        this.firstIndex = firstIndex;
        this.counts = counts;
    }

    /** The distribution of nothing. */
    public static Histogram empty() {
        return EMPTY;
    }

    /** The distribution of the given durations. */
    public static Histogram of(long... nanos) {
        HistogramAccumulator accumulator = new HistogramAccumulator();
        for (long value : nanos) {
            accumulator.record(value);
        }
        return accumulator.toHistogram();
    }

    /** Number of values. */
    public long count() {
        return exact.count;
    }

    /** True when there is no value. */
    public boolean isEmpty() {
        return exact.count == 0;
    }

    /** Exact sum in nanoseconds; stops at {@link Long#MAX_VALUE} (292 years) instead of turning negative. */
    public long sumNanos() {
        return exact.sumNanos;
    }

    /** Exact smallest value; empty when there is none. */
    public OptionalLong minNanos() {
        return exact.minNanos;
    }

    /** Exact largest value; empty when there is none. */
    public OptionalLong maxNanos() {
        return exact.maxNanos;
    }

    /** Number of values shorter than {@link Buckets#LOWEST_NANOS}, zero included. */
    public long belowCount() {
        return exact.belowCount;
    }

    /** Number of values longer than {@link Buckets#HIGHEST_NANOS}. */
    public long aboveCount() {
        return exact.aboveCount;
    }

    /** Exact mean in nanoseconds; empty when there is no value. */
    public OptionalDouble meanNanos() {
        return isEmpty() ? OptionalDouble.empty() : OptionalDouble.of((double) exact.sumNanos / exact.count);
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
        return OptionalLong.of(atRank((long) Math.ceil(quantile * exact.count)));
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
        long min = exact.minNanos.getAsLong();
        long max = exact.maxNanos.getAsLong();
        long left = Math.max(1, Math.min(rank, exact.count)) - exact.belowCount;
        if (left <= 0) {
            return min;
        }
        for (int i = 0; i < counts.length; i++) {
            left -= counts[i];
            if (left <= 0) {
                return Math.max(min, Math.min(max, Buckets.middleNanos(firstIndex + i)));
            }
        }
        return max;
    }

    /** Number of values in buckets above the given one, that is, longer than its upper bound. */
    public long countAbove(int index) {
        long above = exact.aboveCount;
        for (int i = Math.max(0, index + 1 - firstIndex); i < counts.length; i++) {
            above += counts[i];
        }
        return above;
    }

    /** Calls the visitor for each bucket that holds values, in ascending order. */
    public void forEachBucket(BucketVisitor visitor) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                visitor.visit(firstIndex + i, counts[i]);
            }
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
        HistogramAccumulator accumulator = new HistogramAccumulator();
        accumulator.add(this);
        accumulator.add(other);
        return accumulator.toHistogram();
    }

    /** Receives one bucket and the number of values in it. */
    @FunctionalInterface
    public interface BucketVisitor {
        void visit(int index, long count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Histogram that
                && exact.equals(that.exact)
                && (counts.length == 0 || firstIndex == that.firstIndex)
                && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * exact.hashCode() + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return isEmpty()
                ? "Histogram[empty]"
                : "Histogram[count=" + count() + ", p50=" + atRank((count() + 1) / 2) + " ns, max="
                        + exact.maxNanos.getAsLong() + " ns]";
    }

    /** What is kept beside the buckets, exactly. */
    record Exact(
            long count,
            long sumNanos,
            OptionalLong minNanos,
            OptionalLong maxNanos,
            long belowCount,
            long aboveCount) {}

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
        for (long count : counts) {
            used += count > 0 ? 1 : 0;
        }
        long[] buckets = new long[2 * used];
        int at = 0;
        int previous = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                buckets[at++] = (long) firstIndex + i - previous;
                buckets[at++] = counts[i];
                previous = firstIndex + i;
            }
        }
        return new Wire(
                Buckets.SCHEMA,
                exact.count,
                exact.sumNanos,
                exact.minNanos,
                exact.maxNanos,
                exact.belowCount,
                exact.aboveCount,
                buckets);
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

    int firstIndex() {
        return firstIndex;
    }

    long[] countsView() {
        return counts;
    }
}
