package dev.plumbline.producer.emission;

import dev.plumbline.contract.distribution.Sums;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.series.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts what was seen around a load to the seconds of one series that are told. What was seen before the first of them is of no load and is
 * dropped; what was seen in a second that is not told yet waits for it; what comes after its second was told is told once more, in
 * an activity of nothing else.
 *
 * <p>One thread.
 */
final class ToldSeconds {

    private static final int MOST_WAITING = 60;

    private final Series series;
    private final TreeMap<Long, Circumstances> waiting = new TreeMap<>();
    private long firstEpochMillis = Long.MAX_VALUE;
    private long lastEpochMillis = Long.MIN_VALUE;

    ToldSeconds(Series series) {
        this.series = series;
    }

    /** Something was seen, by the start of its second. */
    void saw(SortedMap<Long, Circumstances> seen) {
        seen.forEach((start, around) -> waiting.merge(start, around, Circumstances::plus));
    }

    /**
     * What is to be told.
     *
     * @param told activity of the series, in order of time
     */
    List<Activity> with(List<Activity> told) {
        List<Activity> all = new ArrayList<>(told.size());
        for (Activity activity : told) {
            long start = activity.slotStartEpochMillis();
            firstEpochMillis = Math.min(firstEpochMillis, start);
            lastEpochMillis = Math.max(lastEpochMillis, start);
            all.add(around(activity, Optional.ofNullable(waiting.remove(start))));
        }
        if (lastEpochMillis >= firstEpochMillis) {
            waiting.headMap(firstEpochMillis).clear();
        }
        Map<Long, Circumstances> late = waiting.headMap(lastEpochMillis, true);
        late.forEach((start, around) -> all.add(nothingBut(start, around)));
        late.clear();
        while (waiting.size() > MOST_WAITING) {
            // Nothing is told: there is no load, and no window that it belongs to.
            waiting.pollFirstEntry();
        }
        return all;
    }

    private static Activity around(Activity activity, Optional<Circumstances> seen) {
        return seen.isEmpty()
                ? activity
                : new Activity(
                        activity.variant(),
                        activity.conditions(),
                        activity.slotStartEpochMillis(),
                        activity.offered(),
                        activity.inFlightNanos(),
                        activity.outputTokens(),
                        activity.sickness(),
                        Sums.of(activity.circumstances(), seen, Circumstances::plus),
                        activity.edges());
    }

    private Activity nothingBut(long slotStartEpochMillis, Circumstances around) {
        return new Activity(
                series.variant(),
                series.conditions(),
                slotStartEpochMillis,
                0,
                0,
                0,
                Set.of(),
                Optional.of(around),
                Optional.empty());
    }
}
