package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Activity;
import java.util.List;

/**
 * One event loop's word: every request that ended on it before {@code atNanos} went into the queue before this.
 *
 * @param loop which event loop, from 0
 * @param atNanos taken on the loop
 * @param lostEvents requests that ended since its last marker and found the queue full
 * @param activity what it did since its last marker
 * @param last nothing will end on this loop any more
 */
public record Marker(int loop, long atNanos, long lostEvents, List<Activity> activity, boolean last) {

    public Marker {
        activity = List.copyOf(activity);
        if (loop < 0 || lostEvents < 0) {
            throw new IllegalArgumentException("loop " + loop + ", lost " + lostEvents);
        }
    }
}
