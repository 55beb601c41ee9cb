package dev.plumbline.contract.distribution;

import java.util.Objects;

/**
 * Collects durations into a {@link Histogram}. Memory is bounded by the bucket scheme: at most about 2,040 counters.
 *
 * <p>One thread at a time.
 */
public final class HistogramAccumulator {

    /** The object, its array's head, and the room that the array grows by. */
    private static final long BASE_BYTES = 240;

    private long count;
    private long sumNanos;
    private long minNanos = Long.MAX_VALUE;
    private long maxNanos;
    private long belowCount;
    private long aboveCount;
    private int firstIndex;
    private int lowest = Integer.MAX_VALUE;
    private int highest = Integer.MIN_VALUE;
    private long[] counts = new long[0];

    /**
     * Adds one duration.
     *
     * @param nanos 0 or more
     * @throws IllegalArgumentException if it is negative: a monotonic clock was mixed with another one
     */
    public void record(long nanos) {
        sumNanos = Sums.saturated(sumNanos, notNegativeDuration(nanos));
        count++;
        minNanos = Math.min(minNanos, nanos);
        maxNanos = Math.max(maxNanos, nanos);
        if (nanos < Buckets.LOWEST_NANOS) {
            belowCount++;
        } else if (nanos > Buckets.HIGHEST_NANOS) {
            aboveCount++;
        } else {
            int slot = slotFor(Buckets.indexOf(nanos));
            counts[slot]++;
        }
    }

    static long notNegativeDuration(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("a duration of " + nanos + " ns is negative");
        }
        return nanos;
    }

    /** Adds every value of another distribution, without loss. */
    public void add(Histogram other) {
        if (other.isEmpty()) {
            return;
        }
        coverBucketsOf(other);
        for (Histogram.Walk walk = other.new Walk(); walk.next(); ) {
            counts[walk.index() - firstIndex] += walk.count();
        }
        count += other.count();
        sumNanos = Sums.saturated(sumNanos, other.sumNanos());
        minNanos = Math.min(minNanos, other.minNanos().orElse(Long.MAX_VALUE));
        maxNanos = Math.max(maxNanos, other.maxNanos().orElse(0));
        belowCount += other.belowCount();
        aboveCount += other.aboveCount();
    }

    /** Number of values so far. */
    public long count() {
        return count;
    }

    /**
     * About how many bytes of memory it takes. The same for the same values, whether they came one by one or together, so
     * that who decides by it decides alike after a restart.
     */
    public long bytes() {
        return BASE_BYTES + (lowest > highest ? 0 : (highest - lowest + 1L) * Long.BYTES);
    }

    /** Number of values so far in buckets above the given one. */
    public long countAbove(int index) {
        return toHistogram().countAbove(index);
    }

    /** What has been collected so far, as a value that later additions do not change. */
    public Histogram toHistogram() {
        if (count == 0) {
            return Histogram.empty();
        }
        Histogram.Exact exact = new Histogram.Exact(count, sumNanos, minNanos, maxNanos, belowCount, aboveCount);
        return new Histogram(exact, firstIndex, counts);
    }

    void addWire(Histogram.Wire wire) {
        long[] buckets = Objects.requireNonNull(wire.buckets(), "buckets");
        if (buckets.length % 2 != 0) {
            throw new IllegalArgumentException("histogram buckets are not pairs of gap and count");
        }
        long total = Math.addExact(notNegative(wire.belowCount()), notNegative(wire.aboveCount()));
        long index = 0;
        for (int i = 0; i < buckets.length; i += 2) {
            index = Math.addExact(index, buckets[i]);
            if (index < Buckets.LOWEST_INDEX || index > Buckets.HIGHEST_INDEX || buckets[i + 1] <= 0) {
                throw new IllegalArgumentException("histogram bucket " + index + " with " + buckets[i + 1] + " values");
            }
            int slot = slotFor((int) index);
            counts[slot] += buckets[i + 1];
            total = Math.addExact(total, buckets[i + 1]);
        }
        if (total != wire.count() || notNegative(wire.sumNanos()) < 0) {
            throw new IllegalArgumentException("histogram says " + wire.count() + " values and holds " + total);
        }
        if (total > 0 && (wire.minNanos().isEmpty() || wire.maxNanos().isEmpty())) {
            throw new IllegalArgumentException("histogram with values but without smallest or largest");
        }
        count = total;
        sumNanos = wire.sumNanos();
        minNanos = notNegative(wire.minNanos().orElse(Long.MAX_VALUE));
        maxNanos = notNegative(wire.maxNanos().orElse(0));
        belowCount = wire.belowCount();
        aboveCount = wire.aboveCount();
        if (total > 0 && minNanos > maxNanos) {
            throw new IllegalArgumentException("histogram minimum " + minNanos + " is above its maximum " + maxNanos);
        }
    }

    private static long notNegative(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("histogram holds the negative number " + value);
        }
        return value;
    }

    /** Position of a bucket in {@code counts}; may replace the array, so it must not be an index expression on it. */
    private int slotFor(int index) {
        cover(index, index);
        return index - firstIndex;
    }

    /** Once and for the whole range: growing bucket by bucket would copy the array for each. */
    private void coverBucketsOf(Histogram other) {
        Histogram.Walk walk = other.new Walk();
        if (!walk.next()) {
            return;
        }
        int first = walk.index();
        int last = first;
        while (walk.next()) {
            last = walk.index();
        }
        cover(first, last);
    }

    /** Grows the dense array to hold both indices, with a little room so that a drifting range does not copy each time. */
    private void cover(int low, int high) {
        lowest = Math.min(lowest, low);
        highest = Math.max(highest, high);
        if (counts.length == 0) {
            firstIndex = low;
            counts = new long[high - low + 1];
            return;
        }
        int last = firstIndex + counts.length - 1;
        if (low >= firstIndex && high <= last) {
            return;
        }
        int newFirst = low < firstIndex ? Math.max(Buckets.LOWEST_INDEX, Math.min(low, firstIndex - 16)) : firstIndex;
        newFirst = Math.min(newFirst, low);
        int newLast = high > last ? Math.min(Buckets.HIGHEST_INDEX, Math.max(high, last + 16)) : last;
        newLast = Math.max(newLast, high);
        long[] grown = new long[newLast - newFirst + 1];
        System.arraycopy(counts, 0, grown, firstIndex - newFirst, counts.length);
        counts = grown;
        firstIndex = newFirst;
    }
}
