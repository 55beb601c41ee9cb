package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.ActivitySum;
import dev.plumbline.producer.activity.Slot;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a producer says of one comparison group in heartbeats: what was done since, what was lost, and until when everything is
 * written.
 *
 * <p><b>Until when.</b> The smallest stamp that the loops have reached, in whole milliseconds, minus one, because a request that
 * ends later in the same millisecond carries the same wall time. Where the clock was set, no more than the anchors before and
 * after both allow.
 *
 * <p>One thread.
 */
final class GroupVoice {

    private final ComparisonGroup group;
    private final byte[] key;
    private final ProducerClock clock;
    private final String producerId;
    private final long intervalNanos;
    private final Map<Series, ToldSeconds> toldSeconds = new LinkedHashMap<>();
    private final ActivitySum activity;
    private long discardedAtTheEnd;

    /** The one of the epoch that is being written. */
    private Anchor anchor;

    private long lastNanos;
    private long lastUntilEpochMillis;
    /** Whether it has spoken of all loops since the clock was set. */
    private boolean isEpochTold = true;

    /**
     * @param series those of the group
     * @param anchor that of the first epoch
     * @param intervalNanos how often it speaks when nothing else makes it
     * @param mostSlots most slots of activity that wait to be told
     */
    GroupVoice(
            ComparisonGroup group,
            Collection<Series> series,
            ProducerClock clock,
            Anchor anchor,
            String producerId,
            long intervalNanos,
            int mostSlots) {
        this.group = group;
        this.key = group.key().getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
        this.producerId = producerId;
        this.intervalNanos = intervalNanos;
        this.activity = new ActivitySum(mostSlots);
        this.anchor = anchor;
        series.forEach(each -> toldSeconds.put(each, new ToldSeconds(each)));
    }

    /** The key of its records. */
    byte[] key() {
        return key;
    }

    ComparisonGroup group() {
        return group;
    }

    /**
     * Has something to tell with the next heartbeat.
     *
     * @throws IllegalArgumentException if it is of a series that the group does not have
     */
    void add(Collection<Activity> done) {
        for (Activity each : done) {
            if (!toldSeconds.containsKey(seriesOf(each))) {
                throw new IllegalArgumentException(seriesOf(each) + " is none of " + toldSeconds.keySet());
            }
        }
        activity.add(done);
    }

    private Series seriesOf(Activity of) {
        return new Series(group, of.variant(), of.conditions());
    }

    /** Something was seen around the load of a variant; by the start of its second. */
    void saw(String variant, SortedMap<Long, Circumstances> seen) {
        toldSeconds.forEach((series, seconds) -> {
            if (series.variant().equals(variant)) {
                seconds.saw(seen);
            }
        });
    }

    /** Makes up for a record of the group that failed. */
    void takeBack(PartitionLog.Written failed) {
        switch (failed) {
            case PartitionLog.Word word -> activity.add(word.activity());
            // The slot that now lacks a request, and before the watermark can pass it.
            case PartitionLog.Request request ->
                activity.add(List.of(new Activity(
                        request.series().variant(),
                        request.series().conditions(),
                        Slot.startOf(request.endEpochMillis()),
                        0,
                        0,
                        0,
                        EnumSet.of(Activity.Sickness.KAFKA_BUFFER_FULL),
                        Optional.empty(),
                        Optional.empty())));
        }
    }

    /** What is spoken next belongs to the epoch of this anchor. */
    void begin(Anchor next) {
        anchor = next;
        lastUntilEpochMillis = 0;
        isEpochTold = false;
    }

    /** Whether it is time to speak. */
    boolean isDue(PartitionLog log) {
        PartitionLog.Reached claimable = log.claimable(group);
        long sinceLast = clock.nanos() - lastNanos;
        boolean moved = untilEpochMillis(claimable) > lastUntilEpochMillis || log.hasMoreToNameThanOneTakes(group);
        // A marker comes once per interval; the margin keeps a heartbeat from waiting for the marker after the next.
        return (moved && sinceLast >= intervalNanos * 3 / 4)
                || sinceLast >= longestSilenceNanos()
                || (isWithinEpoch(claimable) && !isEpochTold);
    }

    /** When it is to speak at the latest. */
    long dueNanos() {
        return lastNanos + longestSilenceNanos();
    }

    private long longestSilenceNanos() {
        return intervalNanos * 3 / 2;
    }

    /** A heartbeat, and what its log has of it. */
    record Spoken(PartitionLog.Word word, Heartbeat heartbeat) {}

    /** Says all there is to say, as far as one heartbeat may. */
    Spoken speak(PartitionLog log, boolean leaving) {
        PartitionLog.Word word = log.heartbeat(group, told());
        long until = untilEpochMillis(word.claimed());
        lastNanos = clock.nanos();
        lastUntilEpochMillis = until;
        isEpochTold |= isWithinEpoch(word.claimed());
        return new Spoken(
                word,
                new Heartbeat(
                        new Origin(producerId, anchor.epoch(), word.sequence()),
                        group,
                        until,
                        word.activity(),
                        word.lost(),
                        leaving));
    }

    private List<Activity> told() {
        List<Activity> done = activity.drain();
        List<Activity> told = new ArrayList<>();
        toldSeconds.forEach((series, seconds) -> told.addAll(seconds.with(
                done.stream().filter(each -> seriesOf(each).equals(series)).toList())));
        return told;
    }

    private long untilEpochMillis(PartitionLog.Reached reached) {
        long smallest = Long.MAX_VALUE;
        for (long nanos : reached.nanos()) {
            smallest = Math.min(smallest, reachedEpochMillis(nanos));
        }
        // After the last marker nothing ends any more, so its own millisecond is complete, too.
        return Math.max(0, smallest - (reached.ended() ? 0 : 1));
    }

    /**
     * The wall time that a loop has reached, as this epoch may claim it. A loop that has not told of the time since the clock was
     * set may still have a request from before, placed by the old anchor, and will have some of after, placed by the new one:
     * where the clock was set back, those lie earlier.
     */
    private long reachedEpochMillis(long reachedNanos) {
        long epochMillis = clock.epochMillisAt(reachedNanos);
        return reachedNanos >= anchor.fromNanos() ? epochMillis : Math.min(epochMillis, anchor.fromEpochMillis());
    }

    /** Whether every loop has told of the time since the clock was set. */
    private boolean isWithinEpoch(PartitionLog.Reached reached) {
        return reached.nanos().stream().allMatch(nanos -> nanos >= anchor.fromNanos());
    }

    /** Seconds of activity that no heartbeat told in time. */
    long discardedSlots() {
        return discardedAtTheEnd + activity.discardedSlots();
    }

    /** Nothing is told any more. */
    void discardTheRest() {
        discardedAtTheEnd += activity.drain().size();
    }
}
