package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Heartbeat.LostSequences;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Sequences that will not come and have not been told. Neighbours are joined.
 *
 * <p>One thread. Grows by at most one range per record that fails, and records in Kafka's buffer are bounded.
 */
final class LostRanges {

    /** Most ranges in one heartbeat; the rest goes into the next. */
    static final int MAX_PER_HEARTBEAT = 1_000;

    private final int mostPerHeartbeat;
    private final List<LostSequences> ranges = new ArrayList<>();

    /** @param mostPerHeartbeat most ranges that are told at a time, 1 or more */
    LostRanges(int mostPerHeartbeat) {
        this.mostPerHeartbeat = mostPerHeartbeat;
    }

    void add(LostSequences lost) {
        if (!ranges.isEmpty()) {
            LostSequences before = ranges.get(ranges.size() - 1);
            if (before.last() + 1 == lost.first()) {
                ranges.set(
                        ranges.size() - 1,
                        new LostSequences(before.first(), lost.last(), before.events() + lost.events()));
                return;
            }
        }
        ranges.add(lost);
    }

    /** As many of them as one heartbeat takes, in ascending order; they count as told. */
    List<LostSequences> drain() {
        ranges.sort(Comparator.comparingLong(LostSequences::first));
        List<LostSequences> some = ranges.subList(0, Math.min(mostPerHeartbeat, ranges.size()));
        List<LostSequences> told = List.copyOf(some);
        some.clear();
        return told;
    }

    /** Whether {@link #drain} would leave some. */
    boolean isMoreThanOneHeartbeatTakes() {
        return ranges.size() > mostPerHeartbeat;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }
}
