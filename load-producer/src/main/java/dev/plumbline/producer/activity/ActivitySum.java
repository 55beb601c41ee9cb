package dev.plumbline.producer.activity;

import dev.plumbline.contract.distribution.Sums;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.LoadEdges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Adds up activity of several loops, and of heartbeats that could not be sent.
 *
 * <p>One thread. Holds a bounded number of slots; over that the oldest is discarded and counted.
 */
public final class ActivitySum {

    /** Most slots that a producer keeps, of all groups and variants. */
    public static final int MAX_SLOTS = 3_600;

    private record Key(long slotStartEpochMillis, String variant, String conditions) implements Comparable<Key> {
        static Key of(Activity activity) {
            return new Key(
                    activity.slotStartEpochMillis(),
                    activity.variant(),
                    activity.conditions().orElse(""));
        }

        @Override
        public int compareTo(Key other) {
            int byTime = Long.compare(slotStartEpochMillis, other.slotStartEpochMillis);
            int byVariant = variant.compareTo(other.variant);
            return byTime != 0 ? byTime : byVariant != 0 ? byVariant : conditions.compareTo(other.conditions);
        }
    }

    private final int mostSlots;
    private final TreeMap<Key, Activity> sum = new TreeMap<>();
    private long discardedSlots;

    /** With room for {@link #MAX_SLOTS}. */
    public ActivitySum() {
        this(MAX_SLOTS);
    }

    /** @param mostSlots most slots, of all variants, 1 or more */
    public ActivitySum(int mostSlots) {
        if (mostSlots < 1) {
            throw new IllegalArgumentException(mostSlots + " slots");
        }
        this.mostSlots = mostSlots;
    }

    /** Adds each of them to what is there for its variant and slot. */
    public void add(Collection<Activity> activity) {
        for (Activity added : activity) {
            sum.merge(Key.of(added), added, ActivitySum::plus);
            if (sum.size() > mostSlots) {
                sum.pollFirstEntry();
                discardedSlots++;
            }
        }
    }

    /** Everything, in order of time and variant; empty afterwards. */
    public List<Activity> drain() {
        List<Activity> told = new ArrayList<>(sum.values());
        sum.clear();
        return told;
    }

    /** Slots whose activity was lost for want of a heartbeat that could be sent. */
    public long discardedSlots() {
        return discardedSlots;
    }

    private static Activity plus(Activity a, Activity b) {
        Set<Activity.Sickness> sickness = EnumSet.noneOf(Activity.Sickness.class);
        sickness.addAll(a.sickness());
        sickness.addAll(b.sickness());
        return new Activity(
                a.variant(),
                a.conditions(),
                a.slotStartEpochMillis(),
                a.offered() + b.offered(),
                a.inFlightNanos() + b.inFlightNanos(),
                a.outputTokens() + b.outputTokens(),
                sickness,
                Sums.of(a.circumstances(), b.circumstances(), Circumstances::plus),
                Sums.of(a.edges(), b.edges(), LoadEdges::plus));
    }
}
