package dev.plumbline.windowing;

import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The watermarks of those who hold windows open, and the smallest of them at any moment without looking at all of them.
 * Equal watermarks count as often as they are held.
 *
 * <p>One thread at a time. Bounded by the holds that it is about.
 */
final class Watermarks {

    private final TreeMap<Long, Integer> holdersByEpochMillis = new TreeMap<>();

    /** One more holder is at this watermark, milliseconds since the epoch. */
    void add(long epochMillis) {
        holdersByEpochMillis.merge(epochMillis, 1, Integer::sum);
    }

    /**
     * One holder fewer is at this watermark.
     *
     * @throws IllegalStateException if nobody is at it
     */
    void remove(long epochMillis) {
        Integer holders = holdersByEpochMillis.get(epochMillis);
        if (holders == null) {
            throw new IllegalStateException("nobody is at watermark " + epochMillis);
        }
        if (holders == 1) {
            holdersByEpochMillis.remove(epochMillis);
        } else {
            holdersByEpochMillis.put(epochMillis, holders - 1);
        }
    }

    /** The smallest, milliseconds since the epoch; empty when nobody holds. */
    OptionalLong smallestEpochMillis() {
        return holdersByEpochMillis.isEmpty() ? OptionalLong.empty() : OptionalLong.of(holdersByEpochMillis.firstKey());
    }
}
