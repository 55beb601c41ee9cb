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
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the windows of a partition hold that has not been emitted: one contribution per window of a series and producer
 * epoch. A contribution to a window that was closed before is late, is kept apart and goes out on its own.
 *
 * <p>One thread at a time. Bounded by {@link IntakeLimits#seriesLimit()} series with a place, of which those without a
 * window for {@value IntakeLimits#MEMORY_MILLIS} ms make room for others, and by {@link IntakeLimits#openLimit()}
 * contributions, open and late together.
 */
final class OpenWindows {

    private final int partition;
    private final IntakeLimits limits;
    private final ChangeLedger<IntakeSnapshot> ledger;
    private final Map<Series, KnownSeries> knownSeries = new HashMap<>();
    private final Map<ContributionKey, Contribution> open = new HashMap<>();
    private final Map<ContributionKey, Contribution> late = new HashMap<>();
    private long closedToEpochMillis;

    /** @param partition the partition whose name the parts carry */
    OpenWindows(int partition, IntakeLimits limits, ChangeLedger<IntakeSnapshot> ledger) {
        this.partition = partition;
        this.limits = limits;
        this.ledger = ledger;
    }

    /** Where something that belongs to a window may be added, or why it cannot be. */
    sealed interface Place permits Contribution, Place.NoSeriesLeft, Place.NoContributionLeft {
        /** The partition has its limit of series. */
        record NoSeriesLeft() implements Place {}

        /** The partition has its limit of contributions. */
        record NoContributionLeft() implements Place {}
    }

    void restoreClosedTo(long epochMillis) {
        closedToEpochMillis = epochMillis;
    }

    void restore(IntakeSnapshot.KnownSeries kept) {
        KnownSeries series = new KnownSeries(kept.series());
        series.lastWindowEndEpochMillis = kept.lastWindowEndEpochMillis();
        series.justRestored();
        knownSeries.put(kept.series(), series);
    }

    void restore(IntakeSnapshot.Contribution kept) {
        ContributionKey key = new ContributionKey(kept.id(), kept.producerId(), kept.epoch());
        Contribution contribution = new Contribution(key, kept.late());
        contribution.accumulator.add(kept.summary());
        contribution.sickness.addAll(kept.sickness());
        contribution.justRestored();
        (kept.late() ? late : open).put(key, contribution);
    }

    /** Windows that end at or before this are closed; 0 before the first. */
    long closedToEpochMillis() {
        return closedToEpochMillis;
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
        return open.keySet().stream().map(ContributionKey::id).distinct().count();
    }

    /** Whether no window is open. */
    boolean isEmpty() {
        return open.isEmpty();
    }

    /** The place of a producer epoch in a window; the window's series has one from now on, if there is one left. */
    Place place(WindowId id, Origin origin) {
        if (!admit(id)) {
            return new Place.NoSeriesLeft();
        }
        boolean isLate = id.endEpochMillis() <= closedToEpochMillis;
        ContributionKey key = new ContributionKey(id, origin.producerId(), origin.epoch());
        Map<ContributionKey, Contribution> map = isLate ? late : open;
        Contribution contribution = map.get(key);
        if (contribution == null) {
            if (open.size() + late.size() >= limits.openLimit()) {
                return new Place.NoContributionLeft();
            }
            contribution = new Contribution(key, isLate);
            map.put(key, contribution);
        }
        return contribution;
    }

    /** Adds one ended request. */
    void add(Contribution contribution, RequestEvent event) {
        contribution.accumulator.add(event);
        ledger.changed(contribution);
    }

    /** Adds what was done in one second. One sick second makes the whole contribution sick. */
    void add(Contribution contribution, Activity activity) {
        contribution.accumulator.add(activity);
        contribution.sickness.addAll(activity.sickness());
        ledger.changed(contribution);
    }

    /**
     * Closes windows: what comes to them from now on is late.
     *
     * @param epochMillis the end of the last one, later than {@link #closedToEpochMillis()}
     * @return their parts, in order of time
     */
    List<Partial> closeTo(long epochMillis) {
        closedToEpochMillis = epochMillis;
        return emit(open, key -> key.id().endEpochMillis() <= epochMillis);
    }

    /** Emits all that is open, in order of time. Closes nothing: who comes back finds the windows open. */
    List<Partial> emitOpen() {
        return emit(open, key -> true);
    }

    /** Emits all that came too late, in order of time. */
    List<Partial> emitLate() {
        return emit(late, key -> true);
    }

    /** Gives the window's series a place below the limit; false when there is none. */
    private boolean admit(WindowId id) {
        KnownSeries known = knownSeries.get(id.series());
        if (known == null) {
            if (knownSeries.size() >= limits.seriesLimit()) {
                forgetSeries();
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

    private void forgetSeries() {
        long before = closedToEpochMillis - IntakeLimits.MEMORY_MILLIS;
        knownSeries.values().removeIf(known -> {
            boolean forgettable = known.lastWindowEndEpochMillis < before;
            if (forgettable) {
                ledger.removed(known);
            }
            return forgettable;
        });
    }

    private List<Partial> emit(Map<ContributionKey, Contribution> from, Predicate<ContributionKey> which) {
        if (from.isEmpty()) {
            return List.of();
        }
        TreeMap<WindowId, List<Contribution>> byWindow = new TreeMap<>(WindowOrder.BY_TIME_AND_SERIES);
        for (Iterator<Contribution> it = from.values().iterator(); it.hasNext(); ) {
            Contribution contribution = it.next();
            if (which.test(contribution.key)) {
                byWindow.computeIfAbsent(contribution.key.id(), ignored -> new ArrayList<>())
                        .add(contribution);
                ledger.removed(contribution);
                it.remove();
            }
        }
        List<Partial> parts = new ArrayList<>(byWindow.size());
        byWindow.forEach((id, contributions) -> parts.add(part(id, contributions)));
        return parts;
    }

    /** Healthy contributions make the summary; sick ones are counted and named, and in no distribution. */
    private Partial.WindowPart part(WindowId id, Collection<Contribution> contributions) {
        WindowAccumulator healthy = new WindowAccumulator();
        ExcludedPart excluded = ExcludedPart.none();
        for (Contribution contribution : contributions) {
            WindowSummary summary = contribution.accumulator.toSummary();
            if (contribution.sickness.isEmpty()) {
                healthy.add(summary);
            } else {
                excluded = excluded.plus(new ExcludedPart(
                        summary.requests(),
                        summary.offered(),
                        Map.of(contribution.key.producerId(), contribution.sickness)));
            }
        }
        return new Partial.WindowPart(partition, id, healthy.toSummary(), excluded);
    }

    private record ContributionKey(WindowId id, String producerId, long epoch) {
        /** Unique: of the parts only the producer's name is free text, and it comes last. */
        String storeKey(boolean late) {
            return (late ? "late|" : "open|")
                    + id.startEpochMillis()
                    + '|'
                    + epoch
                    + '|'
                    + id.series().key()
                    + '|'
                    + producerId;
        }
    }

    /** What one producer epoch has contributed to one window so far. */
    static final class Contribution extends ChangeLedger.Entry<IntakeSnapshot> implements Place {
        private final ContributionKey key;
        private final boolean late;
        private final WindowAccumulator accumulator = new WindowAccumulator();
        private final Set<Sickness> sickness = EnumSet.noneOf(Sickness.class);

        private Contribution(ContributionKey key, boolean late) {
            super(key.storeKey(late));
            this.key = key;
            this.late = late;
        }

        /** Whether its window was closed before. */
        boolean isLate() {
            return late;
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.Contribution(
                    key.id(), key.producerId(), key.epoch(), late, accumulator.toSummary(), sickness);
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
