package dev.plumbline.windowing;

import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.series.ComparisonGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who holds windows of a partition open, up to which watermark, and who has been silent for so long that it should not.
 * A hold is one producer in one group; until its first heartbeat its watermark is 0 and it holds everything.
 *
 * <p>Writes nothing: a hold is a part of what is kept of its producer, so whoever changes one says that the producer has
 * changed.
 *
 * <p>One thread at a time. Bounded by the producers that are known × the groups in which one of them may hold.
 */
final class Holds {

    private static final Comparator<ProducerExpelled> BY_PRODUCER_AND_GROUP = Comparator.comparing(
                    ProducerExpelled::producerId)
            .thenComparing(expulsion -> expulsion.group().key());

    private final int groupLimit;
    private final long timeoutMillis;
    private final Map<String, Holder> holders = new HashMap<>();
    private final Watermarks watermarks = new Watermarks();
    private long count;

    /**
     * @param groupLimit most groups in which one producer may hold, 1 or more
     * @param timeoutMillis silence after which a hold is overdue, above 0
     */
    Holds(int groupLimit, long timeoutMillis) {
        this.groupLimit = groupLimit;
        this.timeoutMillis = timeoutMillis;
    }

    /** A producer that may hold, from now on known; it holds nothing yet. */
    Holder holder(String producerId) {
        return holders.computeIfAbsent(producerId, Holder::new);
    }

    /** Forgets a producer together with what it holds. */
    void forget(Holder holder) {
        holder.releaseAll();
        holders.remove(holder.producerId);
    }

    /** How many there are, a producer once per group. */
    long count() {
        return count;
    }

    /** The smallest watermark, 0 when a holder has none yet; empty when nobody holds. */
    OptionalLong watermarkEpochMillis() {
        return watermarks.smallestEpochMillis();
    }

    /** Ends the hold that an expulsion names; false when it is void, because the holder has spoken since or is gone. */
    boolean expel(ProducerExpelled expulsion) {
        Holder holder = holders.get(expulsion.producerId());
        Hold hold = holder == null ? null : holder.byGroup.get(expulsion.group());
        if (holder == null
                || hold == null
                || hold.epoch != expulsion.epoch()
                || hold.untilEpochMillis > expulsion.untilEpochMillis()) {
            return false;
        }
        holder.release(expulsion.group());
        return true;
    }

    /**
     * Names the holds whose holder has been silent for too long, by producer and group; each at most once per timeout,
     * because the answer takes its time.
     *
     * @param partitionSilent whether everything was read and nobody wrote for as long as that
     * @param newestAppendEpochMillis append time of the newest record of the partition
     */
    List<ProducerExpelled> overdue(long wallMillis, boolean partitionSilent, long newestAppendEpochMillis) {
        List<ProducerExpelled> overdue = new ArrayList<>();
        for (Holder holder : holders.values()) {
            for (Hold hold : holder.byGroup.values()) {
                long silentMillis = wallMillis - hold.heardWallMillis;
                // While old records are worked off, wall-clock silence says nothing: then the log itself must have
                // moved
                // on by as much without a heartbeat of this producer.
                boolean logMovedOn = newestAppendEpochMillis - hold.heardAppendEpochMillis >= timeoutMillis;
                boolean askedLately =
                        wallMillis - hold.askedWallMillis.orElse(wallMillis - timeoutMillis) < timeoutMillis;
                if (silentMillis >= timeoutMillis && (partitionSilent || logMovedOn) && !askedLately) {
                    hold.askedWallMillis = OptionalLong.of(wallMillis);
                    overdue.add(new ProducerExpelled(
                            holder.producerId, hold.epoch, hold.group, hold.untilEpochMillis, silentMillis));
                }
            }
        }
        overdue.sort(BY_PRODUCER_AND_GROUP);
        return overdue;
    }

    /** One producer, and what it holds. */
    final class Holder {
        private final String producerId;
        private final Map<ComparisonGroup, Hold> byGroup = new HashMap<>();

        private Holder(String producerId) {
            this.producerId = producerId;
        }

        String producerId() {
            return producerId;
        }

        boolean holdsNothing() {
            return byGroup.isEmpty();
        }

        Optional<Hold> hold(ComparisonGroup group) {
            return Optional.ofNullable(byGroup.get(group));
        }

        /** Holds in a group from now on, at watermark 0; empty when it is in too many groups. Only where it does not. */
        Optional<Hold> take(ComparisonGroup group, long epoch, long appendEpochMillis, long wallMillis) {
            if (byGroup.size() >= groupLimit) {
                return Optional.empty();
            }
            return Optional.of(put(new Hold(group, epoch, 0, appendEpochMillis, wallMillis)));
        }

        /** Holds no more in a group; where it did not, nothing changes. */
        void release(ComparisonGroup group) {
            Hold hold = byGroup.remove(group);
            if (hold != null) {
                watermarks.remove(hold.untilEpochMillis);
                count--;
            }
        }

        void releaseAll() {
            byGroup.values().forEach(hold -> watermarks.remove(hold.untilEpochMillis));
            count -= byGroup.size();
            byGroup.clear();
        }

        List<IntakeSnapshot.Hold> snapshots() {
            return byGroup.values().stream().map(Hold::snapshot).toList();
        }

        /** Puts a hold back as it was kept; its holder counts as heard just now. */
        void restore(IntakeSnapshot.Hold kept, long epoch, long wallMillis) {
            put(new Hold(kept.group(), epoch, kept.untilEpochMillis(), kept.heardAppendEpochMillis(), wallMillis));
        }

        private Hold put(Hold hold) {
            release(hold.group);
            byGroup.put(hold.group, hold);
            watermarks.add(hold.untilEpochMillis);
            count++;
            return hold;
        }
    }

    /** One producer epoch in one group. */
    final class Hold {
        private final ComparisonGroup group;
        private final long epoch;
        private long untilEpochMillis;
        private long heardAppendEpochMillis;
        private long heardWallMillis;
        private OptionalLong askedWallMillis = OptionalLong.empty();

        private Hold(
                ComparisonGroup group,
                long epoch,
                long untilEpochMillis,
                long heardAppendEpochMillis,
                long heardWallMillis) {
            this.group = group;
            this.epoch = epoch;
            this.untilEpochMillis = untilEpochMillis;
            this.heardAppendEpochMillis = heardAppendEpochMillis;
            this.heardWallMillis = heardWallMillis;
        }

        /** Takes note of a heartbeat. A watermark never goes back. */
        void heard(long watermarkEpochMillis, long appendEpochMillis, long wallMillis) {
            if (watermarkEpochMillis > untilEpochMillis) {
                watermarks.remove(untilEpochMillis);
                watermarks.add(watermarkEpochMillis);
                untilEpochMillis = watermarkEpochMillis;
            }
            heardAppendEpochMillis = appendEpochMillis;
            heardWallMillis = wallMillis;
        }

        private IntakeSnapshot.Hold snapshot() {
            return new IntakeSnapshot.Hold(group, untilEpochMillis, heardAppendEpochMillis);
        }
    }
}
