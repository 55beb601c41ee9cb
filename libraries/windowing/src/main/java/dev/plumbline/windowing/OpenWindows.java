package dev.plumbline.windowing;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.windowing.GroupHolds.Author;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the windows of a partition hold that has not been emitted: one contribution per window of a series and start of a
 * producer. A contribution to a window that was closed before is late, is kept apart and goes out on its own.
 *
 * <p>One thread at a time. Bounded by {@link IntakeLimits#seriesLimit()} series with a place, of which those without a
 * window for {@value IntakeLimits#MEMORY_MILLIS} ms make room for others, and by {@link IntakeLimits#openBytes()}: over it,
 * the oldest windows of the group that takes most leave early as parts. Parts add, so nothing is lost and nothing is refused for want of room.
 */
final class OpenWindows {

    private static final Comparator<OpenGroup> BY_ROOM = Comparator.comparingLong(OpenGroup::openBytes)
            .thenComparing(group -> group.group().key());

    private final int partition;
    private final IntakeLimits limits;
    private final ChangeLedger<IntakeSnapshot> ledger;
    private final Map<Series, KnownSeries> knownSeries = new HashMap<>();
    private final Slots slots = new Slots();
    private long openWindows;
    private long bytes;

    /** @param partition the partition whose name the parts carry */
    OpenWindows(int partition, IntakeLimits limits, ChangeLedger<IntakeSnapshot> ledger) {
        this.partition = partition;
        this.limits = limits;
        this.ledger = ledger;
    }

    void restore(IntakeSnapshot.KnownSeries kept) {
        KnownSeries series = new KnownSeries(kept.series());
        series.lastWindowEndEpochMillis = kept.lastWindowEndEpochMillis();
        series.justRestored();
        knownSeries.put(kept.series(), series);
    }

    void restore(OpenGroup group, IntakeSnapshot.Contribution kept) {
        slots.take(kept.slot());
        Contribution contribution = new Contribution(
                group, kept.slot(), kept.id(), new Author(kept.producerId(), kept.epoch()), kept.late());
        contribution.accumulator.add(kept.summary());
        contribution.sickness.addAll(kept.sickness());
        contribution.justRestored();
        put(group, contribution);
        weigh(contribution);
    }

    /** Whether a series has a place below the limit. */
    boolean knows(Series series) {
        return knownSeries.containsKey(series);
    }

    /** Series that have a place below the limit. */
    int seriesCount() {
        return knownSeries.size();
    }

    /** Windows of a series that are open, however many contribute to them; late ones are not among them. */
    long count() {
        return openWindows;
    }

    /** About how much memory the contributions take. */
    long bytes() {
        return bytes;
    }

    /** The place of a producer's start in a window; empty when its series has none and there is none left. */
    Optional<Contribution> place(OpenGroup group, WindowId id, Origin origin) {
        if (!admit(id)) {
            return Optional.empty();
        }
        boolean isLate = id.endEpochMillis() <= group.closedToEpochMillis();
        Author author = new Author(origin.producerId(), origin.epoch());
        Map<Author, Contribution> contributions = (isLate ? group.late() : group.open()).get(id);
        Contribution known = contributions == null ? null : contributions.get(author);
        if (known != null) {
            return Optional.of(known);
        }
        Contribution contribution = new Contribution(group, slots.take(), id, author, isLate);
        put(group, contribution);
        weigh(contribution);
        return Optional.of(contribution);
    }

    /** Adds one ended request. */
    void add(Contribution contribution, RequestEvent event) {
        contribution.accumulator.add(event);
        weigh(contribution);
        ledger.changed(contribution);
    }

    /** Adds what was done in one second. One sick second makes the whole contribution sick. */
    void add(Contribution contribution, Activity activity) {
        contribution.accumulator.add(activity);
        contribution.sickness.addAll(activity.sickness());
        weigh(contribution);
        ledger.changed(contribution);
    }

    /** Leaves a contribution out of the distributions. */
    void exclude(Contribution contribution, Sickness reason) {
        if (contribution.sickness.add(reason)) {
            ledger.changed(contribution);
        }
    }

    /** Leaves out everything that is open of a producer's start. */
    void exclude(OpenGroup group, Author author, Sickness reason) {
        group.open().values().forEach(contributions -> {
            Contribution contribution = contributions.get(author);
            if (contribution != null) {
                exclude(contribution, reason);
            }
        });
    }

    /**
     * Closes windows: what comes to them from now on is late.
     *
     * @param epochMillis the end of the last one, later than the group's {@link OpenGroup#closedToEpochMillis()}
     * @return their parts, in order of time
     */
    List<Partial> closeTo(OpenGroup group, long epochMillis) {
        group.closedTo(epochMillis);
        ledger.changed(group);
        List<Partial> parts = new ArrayList<>();
        while (!group.open().isEmpty() && group.open().firstKey().endEpochMillis() <= epochMillis) {
            parts.add(emitFirst(group.open()));
        }
        return parts;
    }

    /**
     * Emits all that is open, in order of time, and closes it; but no window that begins after now is closed, or a clock
     * that was ahead would make everyone late who comes then.
     *
     * @param nowEpochMillis now, by the log
     */
    List<Partial> emitOpen(OpenGroup group, long nowEpochMillis) {
        for (WindowId id : group.open().descendingKeySet()) {
            if (id.startEpochMillis() <= nowEpochMillis) {
                group.closedTo(Math.max(group.closedToEpochMillis(), id.endEpochMillis()));
                ledger.changed(group);
                break;
            }
        }
        return emitAll(group.open());
    }

    /** Emits all that came too late, in order of time. */
    List<Partial> emitLate(OpenGroup group) {
        return emitAll(group.late());
    }

    /**
     * Emits what is late, and the oldest windows of the group that takes most, until a quarter of the room is free again.
     *
     * @return empty when there is room
     */
    List<Partial> makeRoom(Collection<OpenGroup> groups) {
        if (bytes <= limits.openBytes()) {
            return List.of();
        }
        List<Partial> parts = new ArrayList<>();
        groups.forEach(group -> parts.addAll(emitLate(group)));
        while (bytes > limits.openBytes() / 4 * 3 && openWindows > 0) {
            parts.add(emitFirst(groups.stream().max(BY_ROOM).orElseThrow().open()));
        }
        return parts;
    }

    /** Gives the window's series a place below the limit; false when there is none. */
    private boolean admit(WindowId id) {
        KnownSeries known = knownSeries.get(id.series());
        if (known == null) {
            if (knownSeries.size() >= limits.seriesLimit()) {
                forgetSeries(id.endEpochMillis() - IntakeLimits.MEMORY_MILLIS);
            }
            if (knownSeries.size() >= limits.seriesLimit()) {
                return false;
            }
            known = new KnownSeries(id.series());
            knownSeries.put(id.series(), known);
        }
        if (id.endEpochMillis() > known.lastWindowEndEpochMillis) {
            known.lastWindowEndEpochMillis = id.endEpochMillis();
            ledger.changed(known);
        }
        return true;
    }

    private void forgetSeries(long beforeEpochMillis) {
        knownSeries.values().removeIf(known -> {
            boolean forgettable = known.lastWindowEndEpochMillis < beforeEpochMillis;
            if (forgettable) {
                ledger.removed(known);
            }
            return forgettable;
        });
    }

    private void put(OpenGroup group, Contribution contribution) {
        NavigableMap<WindowId, Map<Author, Contribution>> windows = contribution.late ? group.late() : group.open();
        int before = windows.size();
        windows.computeIfAbsent(contribution.id, ignored -> new HashMap<>()).put(contribution.author, contribution);
        if (!contribution.late) {
            openWindows += windows.size() - before;
        }
    }

    private void weigh(Contribution contribution) {
        long more = contribution.accumulator.bytes() - contribution.bytes;
        contribution.bytes += more;
        bytes += more;
        if (!contribution.late) {
            contribution.group.addOpenBytes(more);
        }
    }

    private List<Partial> emitAll(TreeMap<WindowId, Map<Author, Contribution>> from) {
        if (from.isEmpty()) {
            return List.of();
        }
        List<Partial> parts = new ArrayList<>(from.size());
        while (!from.isEmpty()) {
            parts.add(emitFirst(from));
        }
        return parts;
    }

    /** Healthy contributions make the summary; sick ones are counted and named, and in no distribution. */
    private Partial emitFirst(TreeMap<WindowId, Map<Author, Contribution>> from) {
        Map.Entry<WindowId, Map<Author, Contribution>> first = from.pollFirstEntry();
        WindowAccumulator healthy = new WindowAccumulator();
        ExcludedPart excluded = ExcludedPart.none();
        boolean isLate = false;
        for (Contribution contribution : first.getValue().values()) {
            WindowSummary summary = contribution.accumulator.toSummary();
            if (contribution.sickness.isEmpty()) {
                healthy.add(summary);
            } else {
                excluded = excluded.plus(new ExcludedPart(
                        summary.requests(),
                        summary.offered(),
                        Map.of(contribution.author.producerId(), contribution.sickness)));
            }
            isLate = contribution.late;
            bytes -= contribution.bytes;
            if (!contribution.late) {
                contribution.group.addOpenBytes(-contribution.bytes);
            }
            slots.free(contribution.slot);
            ledger.removed(contribution);
        }
        if (!isLate) {
            openWindows--;
        }
        return new Partial.WindowPart(partition, first.getKey(), healthy.toSummary(), excluded);
    }

    /** What one start of a producer has contributed to one window so far. */
    static final class Contribution extends ChangeLedger.Entry<IntakeSnapshot> {
        private final OpenGroup group;
        private final int slot;
        private final WindowId id;
        private final Author author;
        private final boolean late;
        private final WindowAccumulator accumulator = new WindowAccumulator();
        private final Set<Sickness> sickness = EnumSet.noneOf(Sickness.class);
        private long bytes;

        private Contribution(OpenGroup group, int slot, WindowId id, Author author, boolean late) {
            super("contribution|" + slot);
            this.group = group;
            this.slot = slot;
            this.id = id;
            this.author = author;
            this.late = late;
        }

        /** Whether its window was closed before. */
        boolean isLate() {
            return late;
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.Contribution(
                    slot, id, author.producerId(), author.epoch(), late, accumulator.toSummary(), sickness);
        }
    }

    /** A series that has a place below the limit. */
    private static final class KnownSeries extends ChangeLedger.Entry<IntakeSnapshot> {
        private final Series series;
        private long lastWindowEndEpochMillis;

        private KnownSeries(Series series) {
            super("series|" + series.key());
            this.series = series;
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.KnownSeries(series, lastWindowEndEpochMillis);
        }
    }
}
