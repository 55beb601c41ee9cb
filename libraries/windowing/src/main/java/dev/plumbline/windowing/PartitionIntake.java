package dev.plumbline.windowing;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.windowing.GroupHolds.Author;
import dev.plumbline.windowing.OpenWindows.Contribution;
import dev.plumbline.windowing.ProducerRegistry.Screening;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;

/**
 * One partition of the events topic: counts every record once, keeps what is open, and closes a group's windows when the
 * group's watermark has passed their end plus grace.
 *
 * <p>A producer is there in a group from its first record until it leaves, starts anew, or was silent for the timeout
 * while others were heard. Nobody waits for one whose watermark stands still or lies far behind, nor for one that has
 * never sent a heartbeat: see {@link GroupHolds}. When nobody is there any more, all that is open of the group goes out and
 * is closed; what a producer that comes back adds to it is late.
 *
 * <p>Everything that decides is in the log: offsets, append times, what the records say. Who reads the same log again
 * says the same, in the same order. The one thing that the log cannot tell is silence of everybody; {@link #tick} asks for
 * a record then, which decides when it is read back.
 *
 * <p>This class tells the story; who may speak is for {@link ProducerRegistry}, who is waited for is for {@link
 * GroupHolds}, and what the windows hold for {@link OpenWindows}. What they keep goes into one ledger.
 *
 * <p>Results are collected and handed over by {@link #drain}; changes for the store by {@link #drainChanges}. The bounds
 * are those of the three, and {@link IntakeLimits#seriesLimit()} groups.
 *
 * <p>One thread at a time.
 */
public final class PartitionIntake {

    private static final Comparator<Hold> LONGEST_SILENT_FIRST = Comparator.comparingLong(Hold::heardLivedMillis)
            .thenComparing(Hold::producerId)
            .thenComparingLong(Hold::epoch)
            .thenComparing(hold -> hold.group().key());

    /** How often, by append time, it is looked for what may be forgotten. */
    private static final long FORGET_EVERY_MILLIS = 60_000;

    private final Placement placement;
    private final IntakeLimits limits;
    private final TallySink tallies;
    private final ToLongFunction<ComparisonGroup> countedBefore;
    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();
    private final LogClock clock = new LogClock();
    private final Progress progress;
    private final ProducerRegistry producers;
    private final OpenWindows windows;
    private final Map<ComparisonGroup, OpenGroup> groups = new HashMap<>();
    private final TreeSet<Hold> holds = new TreeSet<>(LONGEST_SILENT_FIRST);
    private final List<Partial> outbox = new ArrayList<>();

    private long forgottenPeriod;
    private long watchedMillis;
    private OptionalLong lastTickWallMillis = OptionalLong.empty();

    /**
     * An intake that has seen nothing.
     *
     * @param countedBefore up to which end, milliseconds since the epoch, another application has said the windows of a
     *     group; 0 for none. What falls into them is not counted again. Asked once per group, when it is first heard of
     */
    public PartitionIntake(
            Placement placement,
            IntakeLimits limits,
            ToLongFunction<ComparisonGroup> countedBefore,
            TallySink tallies) {
        this.placement = placement;
        this.limits = limits;
        this.countedBefore = countedBefore;
        this.tallies = tallies;
        this.progress = new Progress(tallies);
        this.producers = new ProducerRegistry(limits, ledger, tallies);
        this.windows = new OpenWindows(placement.partition(), limits, ledger);
    }

    /** Puts a piece back that {@link #drainChanges} handed out, in any order. Only before the first record. */
    public void restore(IntakeSnapshot snapshot) {
        switch (snapshot) {
            case IntakeSnapshot.PartitionProgress kept -> {
                progress.restore(kept.offset());
                clock.restore(kept.newestAppendEpochMillis(), kept.livedMillis());
                forgottenPeriod = periodToForgetIn();
            }
            case IntakeSnapshot.KnownProducer kept -> producers.restore(kept);
            case IntakeSnapshot.KnownGroup kept -> group(kept.group()).restore(kept);
            case IntakeSnapshot.Hold kept -> {
                Hold hold = Hold.restored(kept);
                group(kept.group()).holds().put(hold);
                producers.restore(hold);
                holds.add(hold);
            }
            case IntakeSnapshot.KnownSeries kept -> windows.restore(kept);
            case IntakeSnapshot.Contribution kept ->
                windows.restore(group(kept.id().series().group()), kept);
        }
    }

    /**
     * Takes one record.
     *
     * @param offset its place in the partition; a record at or below the last one is not taken again
     * @param appendEpochMillis when it was written to the topic
     */
    public Admission accept(long offset, Event event, long appendEpochMillis) {
        if (!progress.readTo(offset)) {
            return Admission.DUPLICATE;
        }
        Admission admission = switch (event) {
            case RequestEvent request -> request(request, appendEpochMillis);
            case Heartbeat heartbeat -> heartbeat(heartbeat, appendEpochMillis);
            case ProducerExpelled expelled -> expelled(expelled, appendEpochMillis);
        };
        switch (admission) {
            case Admission.Taken ignored -> {}
            case Admission.Duplicate ignored -> tallies.add(Tally.DUPLICATES);
            case Admission.Refused refused -> tallies.add(refused.tally());
        }
        expelSilent();
        List<Partial> early = windows.makeRoom(groups.values());
        tallies.add(Tally.PARTS_EARLY, early.size());
        outbox.addAll(early);
        if (periodToForgetIn() > forgottenPeriod) {
            forgottenPeriod = periodToForgetIn();
            forget();
        }
        return admission;
    }

    /**
     * Takes note of a record that could not be decoded. It is no sign of life: nobody knows whose it is.
     *
     * @return false when that was known already
     */
    public boolean undecodable(long offset) {
        boolean isNew = progress.readTo(offset);
        tallies.add(Tally.UNDECODABLE, isNew ? 1 : 0);
        return isNew;
    }

    /**
     * Takes note that wall-clock time has passed.
     *
     * @param wallMillis now, by a clock that is the same in every call
     * @param drained whether it is known that everything that was written has been read
     * @return producers of whom nobody has heard for too long while the end of the log was watched, and nobody else was
     *     heard of who would have told it. The decision takes effect when it is read back.
     */
    public List<ProducerExpelled> tick(long wallMillis, boolean drained) {
        if (drained && lastTickWallMillis.isPresent()) {
            // Whoever could not look does not know whether anybody was silent.
            watchedMillis += Math.clamp(wallMillis - lastTickWallMillis.getAsLong(), 0, LogClock.COUNTED_GAP_MILLIS);
        }
        lastTickWallMillis = drained ? OptionalLong.of(wallMillis) : OptionalLong.empty();
        List<ProducerExpelled> overdue = new ArrayList<>();
        if (drained) {
            for (Hold hold : holds) {
                if (!hold.isOverdue(watchedMillis, limits.producerTimeoutMillis())) {
                    break;
                }
                hold.expulsion(watchedMillis, limits.producerTimeoutMillis()).ifPresent(overdue::add);
            }
        }
        return overdue;
    }

    /** Hands over what is to be said to the merge stage, in order; each goes to the partition of its group. */
    public List<Partial> drain() {
        List<Partial> drained = List.copyOf(outbox);
        outbox.clear();
        return drained;
    }

    /** Hands over each piece that changed since the last call under its key; empty when it is gone. */
    public void drainChanges(BiConsumer<String, Optional<IntakeSnapshot>> changes) {
        ledger.drain(changes);
    }

    /**
     * The producer with the smallest watermark.
     *
     * @param stalled whether it is looked for among those that nobody waits for, or among those that windows wait for
     */
    public Optional<Holder> slowestHolder(boolean stalled) {
        return holds.stream()
                .filter(hold -> hold.hasSpoken() && hold.isStalled() == stalled)
                .min(Comparator.comparingLong(Hold::untilEpochMillis).thenComparing(LONGEST_SILENT_FIRST))
                .map(hold -> new Holder(hold.producerId(), hold.group(), hold.untilEpochMillis()));
    }

    /**
     * A producer in a group.
     *
     * @param untilEpochMillis its watermark
     */
    public record Holder(String producerId, ComparisonGroup group, long untilEpochMillis) {}

    /** Starts of producers for which nobody waits any more, although they speak; each once per group. */
    public long stalledCount() {
        return holds.stream().filter(Hold::isStalled).count();
    }

    /** Up to this end, windows of a group are closed; 0 before the first closed. */
    public long closedToEpochMillis(ComparisonGroup group) {
        OpenGroup known = groups.get(group);
        return known == null ? 0 : known.closedToEpochMillis();
    }

    /** Windows of a series that are open. */
    public long openWindows() {
        return windows.count();
    }

    /** About how much memory what is open takes. */
    public long openBytes() {
        return windows.bytes();
    }

    /** Series that have a place below the limit. */
    public int seriesCount() {
        return windows.seriesCount();
    }

    /** Producers that are there, each once per group. */
    public long liveCount() {
        return holds.size();
    }

    private Admission request(RequestEvent event, long appendEpochMillis) {
        if (!windows.knows(event.series()) && !placement.holds(event.group())) {
            return wrongPartition(event.group());
        }
        clock.heard(appendEpochMillis);
        return switch (producers.screen(event.origin(), appendEpochMillis)) {
            case Screening.Stopped stopped -> stopped.why();
            case Screening.Passed speaker -> {
                if (!hasRoomFor(event.group())) {
                    yield noSeriesLeft();
                }
                OpenGroup group = heard(event.group(), appendEpochMillis);
                Hold hold = hold(speaker, event.origin(), group, appendEpochMillis);
                if (!hold.hasSpoken()) {
                    heard(hold, appendEpochMillis);
                }
                Admission admission = count(event, group, hold, appendEpochMillis);
                if (!group.holds().anyTrusted()) {
                    advance(group);
                }
                yield admission;
            }
        };
    }

    private Admission count(RequestEvent event, OpenGroup group, Hold hold, long appendEpochMillis) {
        Optional<String> fault = Plausibility.fault(event);
        if (fault.isPresent()) {
            return new Admission.Refused(Tally.REFUSED_IMPLAUSIBLE, fault.get());
        }
        if (event.endEpochMillis() > appendEpochMillis + limits.futureMillis()) {
            return new Admission.Refused(
                    Tally.REFUSED_FUTURE,
                    "ends " + (event.endEpochMillis() - appendEpochMillis) + " ms after it was written, "
                            + limits.futureMillis() + " ms are allowed: the producer's clock is wrong");
        }
        WindowId id = WindowId.holding(event.series(), event.endEpochMillis(), limits.windowMillis());
        if (id.endEpochMillis() <= group.countedBeforeEpochMillis()) {
            tallies.add(Tally.EVENTS_COUNTED_BEFORE);
            return Admission.TAKEN;
        }
        Optional<Contribution> place = windows.place(group, id, event.origin());
        if (place.isEmpty()) {
            return noSeriesLeft();
        }
        group.ended(event.endEpochMillis());
        windows.add(place.get(), event);
        if (hold.isStalled()) {
            windows.exclude(place.get(), Sickness.WATERMARK_STALLED);
        }
        tallies.add(Tally.EVENTS_COUNTED);
        if (place.get().isLate()) {
            tallies.add(Tally.EVENTS_LATE);
        }
        return Admission.TAKEN;
    }

    private Admission heartbeat(Heartbeat heartbeat, long appendEpochMillis) {
        if (!placement.holds(heartbeat.group())) {
            return wrongPartition(heartbeat.group());
        }
        clock.heard(appendEpochMillis);
        return switch (producers.screen(heartbeat.origin(), appendEpochMillis)) {
            case Screening.Stopped stopped -> stopped.why();
            case Screening.Passed speaker -> {
                if (!hasRoomFor(heartbeat.group())) {
                    yield noSeriesLeft();
                }
                heartbeat(heartbeat, speaker, appendEpochMillis);
                yield Admission.TAKEN;
            }
        };
    }

    private void heartbeat(Heartbeat heartbeat, Screening.Passed speaker, long appendEpochMillis) {
        tallies.add(Tally.HEARTBEATS);
        OpenGroup group = heard(heartbeat.group(), appendEpochMillis);
        Hold hold = hold(speaker, heartbeat.origin(), group, appendEpochMillis);
        for (Heartbeat.LostSequences lost : heartbeat.lost()) {
            producers.lost(speaker, lost, heartbeat.origin().sequence());
        }
        // A clock that is ahead must not close what others are still in.
        long allowedMillis = appendEpochMillis + limits.stallMillis();
        if (heartbeat.untilEpochMillis() > allowedMillis) {
            tallies.add(Tally.WATERMARK_CAPPED);
        }
        heard(hold, appendEpochMillis);
        hold.until(Math.min(heartbeat.untilEpochMillis(), allowedMillis), clock.livedMillis());
        group.holds().compare(hold, clock.livedMillis());
        assess(group);
        for (Activity activity : heartbeat.activity()) {
            activity(activity, heartbeat, group, hold, appendEpochMillis);
        }
        outbox.addAll(windows.emitLate(group));
        if (heartbeat.leaving()) {
            // What it vouches for last counts before it is gone.
            advance(group);
            release(hold, OptionalLong.of(hold.untilEpochMillis()));
        } else {
            advance(group);
        }
    }

    private Admission expelled(ProducerExpelled expulsion, long appendEpochMillis) {
        if (!placement.holds(expulsion.group())) {
            return wrongPartition(expulsion.group());
        }
        OpenGroup group = groups.get(expulsion.group());
        Optional<Hold> hold =
                group == null ? Optional.empty() : group.holds().of(expulsion.producerId(), expulsion.epoch());
        if (hold.isEmpty()
                || hold.get().untilEpochMillis() > expulsion.untilEpochMillis()
                || appendEpochMillis - hold.get().heardAppendEpochMillis() < limits.producerTimeoutMillis()) {
            tallies.add(Tally.EXPULSIONS_VOID);
            return Admission.TAKEN;
        }
        tallies.add(Tally.PRODUCERS_EXPELLED);
        release(hold.get(), OptionalLong.empty());
        return Admission.TAKEN;
    }

    /** Those of whom the log has not heard for the timeout, while it was alive, are no longer there. */
    private void expelSilent() {
        while (!holds.isEmpty()
                && clock.livedMillis() - holds.first().heardLivedMillis() >= limits.producerTimeoutMillis()) {
            tallies.add(Tally.PRODUCERS_EXPELLED);
            release(holds.first(), OptionalLong.empty());
        }
    }

    private Admission wrongPartition(ComparisonGroup group) {
        return new Admission.Refused(
                Tally.REFUSED_WRONG_PARTITION,
                "group " + group.key() + " does not belong to partition " + placement.partition() + " of "
                        + placement.partitionCount());
    }

    private Admission noSeriesLeft() {
        return new Admission.Refused(
                Tally.REFUSED_SERIES_LIMIT, "the partition has its limit of " + limits.seriesLimit() + " series");
    }

    private boolean hasRoomFor(ComparisonGroup group) {
        return groups.containsKey(group) || groups.size() < limits.seriesLimit();
    }

    private OpenGroup group(ComparisonGroup group) {
        return groups.computeIfAbsent(
                group,
                unknown -> new OpenGroup(
                        unknown,
                        new GroupHolds(limits.stallMillis(), limits.producerTimeoutMillis()),
                        countedBefore.applyAsLong(unknown)));
    }

    private OpenGroup heard(ComparisonGroup of, long appendEpochMillis) {
        OpenGroup group = group(of);
        group.heard(appendEpochMillis);
        ledger.changed(group);
        return group;
    }

    private void heard(Hold hold, long appendEpochMillis) {
        holds.remove(hold);
        hold.heard(appendEpochMillis, clock.livedMillis(), watchedMillis);
        holds.add(hold);
        ledger.changed(hold);
    }

    /** What the speaker's start has in a group, from now on if not before. It ends what earlier starts had there. */
    private Hold hold(Screening.Passed speaker, Origin origin, OpenGroup group, long appendEpochMillis) {
        Optional<Hold> known = group.holds().of(origin.producerId(), origin.epoch());
        if (known.isPresent()) {
            return known.get();
        }
        if (group.holds().isEmpty()) {
            // The merge stage must wait for this partition from now on.
            outbox.add(new Partial.GroupClosed(placement.partition(), group.group(), group.closedToEpochMillis()));
        }
        Hold hold = new Hold(group.group(), origin.producerId(), origin.epoch());
        group.holds().put(hold);
        speaker.producer().holds(1);
        heard(hold, appendEpochMillis);
        for (Hold earlier : List.copyOf(group.holds().all())) {
            if (earlier.producerId().equals(origin.producerId()) && earlier.epoch() < origin.epoch()) {
                release(earlier, OptionalLong.empty());
            }
        }
        return hold;
    }

    /** @param goodbyeEpochMillis its watermark when it said goodbye; empty when it did not */
    private void release(Hold hold, OptionalLong goodbyeEpochMillis) {
        OpenGroup group = group(hold.group());
        group.holds().remove(hold);
        producers.released(hold);
        holds.remove(hold);
        ledger.removed(hold);
        if (group.holds().isEmpty()) {
            outbox.addAll(windows.emitLate(group));
            outbox.addAll(windows.emitOpen(group, clock.newestAppendEpochMillis()));
            outbox.add(new Partial.GroupReleased(
                    placement.partition(), group.group(), group.closedToEpochMillis(), goodbyeEpochMillis));
        } else {
            assess(group);
            advance(group);
        }
    }

    private void assess(OpenGroup group) {
        group.holds().assess(clock.livedMillis(), hold -> {
            ledger.changed(hold);
            if (hold.isStalled()) {
                tallies.add(Tally.PRODUCERS_STALLED);
                windows.exclude(group, new Author(hold.producerId(), hold.epoch()), Sickness.WATERMARK_STALLED);
            } else {
                tallies.add(Tally.PRODUCERS_CAUGHT_UP);
            }
        });
    }

    private void activity(Activity activity, Heartbeat heartbeat, OpenGroup group, Hold hold, long appendEpochMillis) {
        if (!Plausibility.isPlausible(activity)
                || activity.slotStartEpochMillis() > appendEpochMillis + limits.futureMillis()) {
            tallies.add(Tally.ACTIVITY_REFUSED);
            return;
        }
        WindowId id = WindowId.holding(
                new Series(heartbeat.group(), activity.variant(), activity.conditions()),
                activity.slotStartEpochMillis(),
                limits.windowMillis());
        if (id.endEpochMillis() <= group.countedBeforeEpochMillis()) {
            return;
        }
        Optional<Contribution> place = windows.place(group, id, heartbeat.origin());
        if (place.isEmpty()) {
            tallies.add(Tally.ACTIVITY_REFUSED);
            return;
        }
        windows.add(place.get(), activity);
        if (hold.isStalled()) {
            windows.exclude(place.get(), Sickness.WATERMARK_STALLED);
        }
    }

    private void advance(OpenGroup group) {
        OptionalLong watermark = group.holds()
                .watermarkEpochMillis(Math.min(group.latestEndEpochMillis(), clock.newestAppendEpochMillis()));
        if (watermark.isEmpty()) {
            return;
        }
        long reachedMillis = watermark.getAsLong() - limits.graceMillis();
        long closedToMillis = reachedMillis - Math.floorMod(reachedMillis, limits.windowMillis());
        if (closedToMillis > group.closedToEpochMillis()) {
            outbox.addAll(windows.emitLate(group));
            outbox.addAll(windows.closeTo(group, closedToMillis));
            outbox.add(new Partial.GroupClosed(placement.partition(), group.group(), closedToMillis));
        }
    }

    /** The same after a restart: it follows from the log's clock, which is kept. */
    private long periodToForgetIn() {
        return clock.newestAppendEpochMillis() / FORGET_EVERY_MILLIS;
    }

    private void forget() {
        producers.forget(clock.newestAppendEpochMillis());
        groups.values().removeIf(group -> {
            boolean forgettable = group.isAtRest()
                    && clock.newestAppendEpochMillis() - group.heardAppendEpochMillis() > IntakeLimits.MEMORY_MILLIS;
            if (forgettable) {
                ledger.removed(group);
            }
            return forgettable;
        });
    }

    /** How far the partition has been read, and what its clock shows. */
    private final class Progress extends ReadPosition<IntakeSnapshot> {

        Progress(TallySink tallies) {
            super(0, ledger, tallies);
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.PartitionProgress(offset(), clock.newestAppendEpochMillis(), clock.livedMillis());
        }
    }
}
