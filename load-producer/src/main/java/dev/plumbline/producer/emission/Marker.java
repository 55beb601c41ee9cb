package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.series.ComparisonGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One event loop's word: every request that ended on it before {@code atNanos} went into the queue before this, of whatever
 * group it was.
 *
 * @param loop which event loop, from 0
 * @param atNanos taken on the loop
 * @param told what it tells of each group since its last marker; of one that is not there nothing
 * @param last nothing will end on this loop any more
 */
public record Marker(int loop, long atNanos, Map<ComparisonGroup, Told> told, boolean last) {

    /**
     * What is told of one group.
     *
     * @param lostEvents requests that ended and found the queue full
     * @param activity what was done for it
     */
    public record Told(long lostEvents, List<Activity> activity) {

        public Told {
            activity = List.copyOf(activity);
            if (lostEvents < 0) {
                throw new IllegalArgumentException("lost " + lostEvents);
            }
        }
    }

    public Marker {
        told = Map.copyOf(told);
        if (loop < 0) {
            throw new IllegalArgumentException("loop " + loop);
        }
    }

    /** Requests of all groups that found the queue full. */
    public long lostEvents() {
        return told.values().stream().mapToLong(Told::lostEvents).sum();
    }

    /** What was done, for all groups. */
    public List<Activity> activity() {
        return told.values().stream().flatMap(each -> each.activity().stream()).toList();
    }

    /** This, where so many more of each group were lost on the way to the queue. */
    public Marker alsoLost(Map<ComparisonGroup, Long> events) {
        Map<ComparisonGroup, Told> all = new HashMap<>(told);
        events.forEach((group, more) -> all.merge(
                group,
                new Told(more, List.of()),
                (known, lost) -> new Told(known.lostEvents() + lost.lostEvents(), known.activity())));
        return new Marker(loop, atNanos, all, last);
    }
}
