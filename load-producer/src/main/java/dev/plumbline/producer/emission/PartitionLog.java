package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Heartbeat.LostSequences;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The records of one partition in one epoch: numbered from 1 in the order in which they are written, with the fate of each; the
 * markers between them; and the numbers that will not come.
 *
 * <p>A marker is <em>settled</em> once every record that was written before it has been acknowledged or has failed for good. How
 * far the settled ones reach is how far a heartbeat may claim that everything is written, as long as that passes nothing that
 * was lost. What was lost may be passed by the heartbeat that names it, and by all once that one is acknowledged: it may fail,
 * and those behind it need not.
 *
 * <p>Several comparison groups may lie in a partition. They share its numbers and its markers; what is lost of a group is named by
 * that group alone, in one heartbeat or, where that one failed, in a later one. So in the end each number is one record that was
 * acknowledged, or is named in one heartbeat that was.
 *
 * <p>Pure. One thread, but for the fate of a record, which any may tell. What it keeps is bounded by what Kafka's producer takes
 * and by the markers that are not released.
 */
final class PartitionLog {

    private enum Fate {
        OPEN,
        ACKNOWLEDGED,
        FAILED
    }

    /** A record that has its number; of what it says only that is kept which must be made up for when it fails. */
    abstract static sealed class Written {
        private final long sequence;
        private volatile Fate fate = Fate.OPEN;

        private Written(long sequence) {
            this.sequence = sequence;
        }

        abstract ComparisonGroup group();

        long sequence() {
            return sequence;
        }

        boolean isOpen() {
            return fate == Fate.OPEN;
        }

        /** It is in its partition. Any thread. */
        void acknowledged() {
            fate = Fate.ACKNOWLEDGED;
        }

        /** It was given up. Any thread. */
        void failed() {
            fate = Fate.FAILED;
        }
    }

    /** A request. */
    static final class Request extends Written {
        private final Series series;
        private final long endEpochMillis;

        private Request(long sequence, Series series, long endEpochMillis) {
            super(sequence);
            this.series = series;
            this.endEpochMillis = endEpochMillis;
        }

        @Override
        ComparisonGroup group() {
            return series.group();
        }

        Series series() {
            return series;
        }

        long endEpochMillis() {
            return endEpochMillis;
        }
    }

    /** A heartbeat. */
    static final class Word extends Written {
        private final ComparisonGroup group;
        private final Reached claimed;
        private final List<LostSequences> lost;
        private final Reached lostBehind;
        private final List<Activity> activity;

        private Word(
                long sequence,
                ComparisonGroup group,
                Reached claimed,
                List<LostSequences> lost,
                Reached lostBehind,
                List<Activity> activity) {
            super(sequence);
            this.group = group;
            this.claimed = claimed;
            this.lost = lost;
            this.lostBehind = lostBehind;
            this.activity = activity;
        }

        @Override
        ComparisonGroup group() {
            return group;
        }

        /** How far it may claim that everything is written or named. */
        Reached claimed() {
            return claimed;
        }

        /** What it names. */
        List<LostSequences> lost() {
            return lost;
        }

        /** What it tells. */
        List<Activity> activity() {
            return activity;
        }
    }

    /**
     * How far the event loops have come. One that was taken later is nowhere behind.
     *
     * @param markers how many are settled
     * @param nanos by loop, the stamp of its last settled marker; 0 before the first
     * @param ended whether each loop's last marker is settled: nothing ends any more
     */
    record Reached(long markers, List<Long> nanos, boolean ended) {

        Reached {
            nanos = List.copyOf(nanos);
        }

        private Reached orEarlier(Reached other) {
            return other.markers < markers ? other : this;
        }
    }

    private record Marked(int loop, long atNanos, boolean last, long lastSequence) {}

    /** What is lost of a group. */
    private static final class Missing {
        private final LostRanges unnamed;
        /** Heartbeats that name something and may still fail. */
        private final ArrayDeque<Word> naming = new ArrayDeque<>();
        /** All markers of this lie before anything that is unnamed; of no meaning while nothing is. */
        private Reached unnamedBehind;

        Missing(int rangesPerHeartbeat, Reached reached) {
            this.unnamed = new LostRanges(rangesPerHeartbeat);
            this.unnamedBehind = reached;
        }

        void add(LostSequences lost, Reached behind) {
            unnamedBehind = unnamed.isEmpty() ? behind : unnamedBehind.orEarlier(behind);
            unnamed.add(lost);
        }
    }

    private final Map<ComparisonGroup, Missing> missing = new HashMap<>();
    private final ArrayDeque<Written> written = new ArrayDeque<>();
    private final ArrayDeque<Marked> unsettled = new ArrayDeque<>();
    private final int rangesPerHeartbeat;
    private final boolean[] lastSettled;
    private Reached reached;
    private long lastSequence;

    /**
     * An empty one.
     *
     * @param groups those that lie in the partition
     * @param loops how many event loops leave markers
     */
    PartitionLog(Collection<ComparisonGroup> groups, int loops) {
        this(groups, loops, LostRanges.MAX_PER_HEARTBEAT);
    }

    /** @param rangesPerHeartbeat most ranges that one heartbeat names */
    PartitionLog(Collection<ComparisonGroup> groups, int loops, int rangesPerHeartbeat) {
        this(groups, rangesPerHeartbeat, new boolean[loops], new Reached(0, Collections.nCopies(loops, 0L), false));
    }

    private PartitionLog(
            Collection<ComparisonGroup> groups, int rangesPerHeartbeat, boolean[] lastSettled, Reached reached) {
        this.rangesPerHeartbeat = rangesPerHeartbeat;
        this.lastSettled = lastSettled;
        this.reached = reached;
        groups.forEach(group -> missing.put(group, new Missing(rangesPerHeartbeat, reached)));
    }

    /**
     * That of the next epoch, which goes on where this one ends.
     *
     * @throws IllegalStateException if something of this epoch is open or unnamed: nobody could name it later
     */
    PartitionLog next() {
        if (!isSettled() || hasOpenMarkers() || !isNamed()) {
            throw new IllegalStateException(written.size() + " records and " + unsettled.size()
                    + " markers are not settled, or something that was lost is unnamed");
        }
        return new PartitionLog(missing.keySet(), rangesPerHeartbeat, lastSettled, reached);
    }

    /** Numbers a request that is about to be written. */
    Request request(Series series, long endEpochMillis) {
        return written(new Request(++lastSequence, series, endEpochMillis));
    }

    /**
     * Numbers a heartbeat that is about to be written. It names what is lost of its group, as much as one may.
     *
     * @param activity what it tells
     */
    Word heartbeat(ComparisonGroup group, List<Activity> activity) {
        Missing of = missing(group);
        Reached claimed = claimable(group);
        Word word = new Word(++lastSequence, group, claimed, of.unnamed.drain(), of.unnamedBehind, activity);
        if (!word.lost.isEmpty()) {
            of.naming.add(word);
        }
        return written(word);
    }

    private Missing missing(ComparisonGroup group) {
        Missing of = missing.get(group);
        if (of == null) {
            throw new IllegalArgumentException("group " + group.key() + " does not lie in this partition");
        }
        return of;
    }

    private <W extends Written> W written(W record) {
        written.add(record);
        return record;
    }

    /** Requests of a group that were lost before they had a number. They get one now, so that they can be named. */
    void lost(ComparisonGroup group, long events) {
        missing(group).add(new LostSequences(lastSequence + 1, lastSequence + events, events), reached);
        lastSequence += events;
    }

    /** A marker stands here. */
    void mark(int loop, long atNanos, boolean last) {
        unsettled.add(new Marked(loop, atNanos, last, lastSequence));
    }

    /**
     * Takes note of the fates that are known by now.
     *
     * @return what has failed, in order: it is to be named, and so is what a heartbeat among it had named
     */
    List<Written> settle() {
        List<Written> failed = List.of();
        while (!written.isEmpty() && !written.getFirst().isOpen()) {
            Written done = written.removeFirst();
            if (done instanceof Word word) {
                missing(word.group).naming.remove(word);
            }
            if (done.fate == Fate.FAILED) {
                takeBack(done);
                failed = failed.isEmpty() ? new ArrayList<>() : failed;
                failed.add(done);
            }
        }
        long settledSequence = written.isEmpty() ? Long.MAX_VALUE : written.getFirst().sequence - 1;
        while (!unsettled.isEmpty() && unsettled.getFirst().lastSequence <= settledSequence) {
            settle(unsettled.removeFirst());
        }
        return failed;
    }

    private void takeBack(Written failed) {
        Missing of = missing(failed.group());
        switch (failed) {
            case Request request -> of.add(new LostSequences(request.sequence(), request.sequence(), 1), reached);
            case Word word -> {
                word.lost.forEach(lost -> of.add(lost, word.lostBehind));
                of.add(new LostSequences(word.sequence(), word.sequence(), 0), reached);
            }
        }
    }

    private void settle(Marked marker) {
        Long[] nanos = reached.nanos.toArray(Long[]::new);
        nanos[marker.loop] = marker.atNanos;
        lastSettled[marker.loop] |= marker.last;
        boolean ended = true;
        for (boolean last : lastSettled) {
            ended &= last;
        }
        reached = new Reached(reached.markers + 1, Arrays.asList(nanos), ended);
    }

    /** How far the next heartbeat of a group may claim that everything is written or named. */
    Reached claimable(ComparisonGroup group) {
        Missing of = missing(group);
        Reached claimable = of.unnamed.isMoreThanOneHeartbeatTakes() ? of.unnamedBehind : reached;
        for (Word naming : of.naming) {
            claimable = claimable.orEarlier(naming.lostBehind);
        }
        return claimable;
    }

    /** Whether a group has more to name than one heartbeat may. */
    boolean hasMoreToNameThanOneTakes(ComparisonGroup group) {
        return missing(group).unnamed.isMoreThanOneHeartbeatTakes();
    }

    /** The same of any group. */
    boolean hasMoreToNameThanOneTakes() {
        return missing.values().stream().anyMatch(of -> of.unnamed.isMoreThanOneHeartbeatTakes());
    }

    /** Whether everything that was lost is named, unless a heartbeat that is open fails. */
    boolean isNamed() {
        return missing.values().stream().allMatch(of -> of.unnamed.isEmpty());
    }

    /** Whether a heartbeat is open that names something. */
    boolean isNaming() {
        return missing.values().stream().anyMatch(of -> !of.naming.isEmpty());
    }

    /** Whether the fate of every record is known. */
    boolean isSettled() {
        return written.isEmpty();
    }

    /** Whether markers are not settled. */
    boolean hasOpenMarkers() {
        return !unsettled.isEmpty();
    }

    /** Whether each loop's last marker is settled. */
    boolean isEnded() {
        return reached.ended;
    }

    /** Records whose fate is open. */
    List<Written> open() {
        return written.stream().filter(Written::isOpen).toList();
    }
}
