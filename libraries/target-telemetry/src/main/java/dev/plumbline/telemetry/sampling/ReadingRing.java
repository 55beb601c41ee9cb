package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.telemetry.TelemetryRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last readings of one source, at most {@code capacity}; the oldest makes room.
 *
 * <p>Safe for any thread. Readings must come in the order of their stamps; one that is not later than the one before is
 * left out.
 */
final class ReadingRing<T extends TelemetryRecord> {

    private final int capacity;
    /** A circle once it is full: {@code first} is the oldest. */
    private final List<Reading<T>> readings;

    private int first;

    ReadingRing(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.capacity = capacity;
        this.readings = new ArrayList<>(Math.min(capacity, 512));
    }

    /** Whether it was taken. */
    synchronized boolean add(Reading<T> reading) {
        if (!readings.isEmpty() && at(readings.size() - 1).atNanos() >= reading.atNanos()) {
            return false;
        }
        if (readings.size() < capacity) {
            readings.add(reading);
        } else {
            readings.set(first, reading);
            first = (first + 1) % capacity;
        }
        return true;
    }

    private Reading<T> at(int age) {
        return readings.get((first + age) % readings.size());
    }

    /** The reading whose stamp is nearest to a moment; of two that are equally near the earlier one. */
    synchronized Optional<Reading<T>> nearest(long nanos) {
        if (readings.isEmpty()) {
            return Optional.empty();
        }
        int low = 0;
        int high = readings.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).atNanos() < nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == readings.size()) {
            return Optional.of(at(low - 1));
        }
        Reading<T> later = at(low);
        if (low == 0) {
            return Optional.of(later);
        }
        Reading<T> earlier = at(low - 1);
        return Optional.of(nanos - earlier.atNanos() <= later.atNanos() - nanos ? earlier : later);
    }

    synchronized Optional<Reading<T>> newest() {
        return readings.isEmpty() ? Optional.empty() : Optional.of(at(readings.size() - 1));
    }

    synchronized int size() {
        return readings.size();
    }
}
