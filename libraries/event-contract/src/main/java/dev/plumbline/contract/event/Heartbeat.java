package dev.plumbline.contract.event;

import dev.plumbline.contract.series.ComparisonGroup;
import java.util.List;
import java.util.Objects;

/**
 * A producer's regular word on one group in one partition: what it offered, what is in flight, what streamed, what was
 * lost, and until when everything that ended has been sent.
 *
 * <p>Activity is additive: each heartbeat speaks of what no heartbeat before has told, so summing them counts once.
 *
 * @param origin its sequence lies above that of every record that it speaks for
 * @param untilEpochMillis the watermark: every request of this epoch and group that ended at or before this time was
 *     written to this partition before this heartbeat, or is named in {@code lost}
 * @param activity per variant and slot of time, what was not yet told
 * @param lost sequences of this epoch and partition that were never acknowledged and will not come
 * @param leaving true on the last heartbeat of a producer: nothing will follow, nor another epoch of this start
 */
public record Heartbeat(
        Origin origin,
        ComparisonGroup group,
        long untilEpochMillis,
        List<Activity> activity,
        List<LostSequences> lost,
        boolean leaving)
        implements Event {

    public Heartbeat {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(group, "group");
        activity = List.copyOf(activity);
        lost = List.copyOf(lost);
        if (untilEpochMillis < 0) {
            throw new IllegalArgumentException("untilEpochMillis " + untilEpochMillis + " is negative");
        }
    }

    @Override
    public long eventTimeEpochMillis() {
        return untilEpochMillis;
    }

    /**
     * A run of sequence numbers that were lost, both ends included.
     *
     * @param events how many request events among them; heartbeats have sequences, too
     */
    public record LostSequences(long first, long last, long events) {
        public LostSequences {
            if (first < 1 || last < first || events < 0 || events > last - first + 1) {
                throw new IllegalArgumentException(events + " events lost in sequences " + first + ".." + last);
            }
        }
    }
}
