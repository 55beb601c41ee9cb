package dev.plumbline.windowing;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.windowing.Holds.Hold;
import dev.plumbline.windowing.IntakeSnapshot.Announced;
import dev.plumbline.windowing.OpenWindows.Contribution;
import dev.plumbline.windowing.OpenWindows.Place;
import dev.plumbline.windowing.ProducerRegistry.Screening;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * One partition of the events topic: counts every record once, keeps what is open, and closes a window when the smallest
 * watermark of the live producers has passed its end plus grace.
 *
 * <p>A producer is live in a group from its first record until it leaves, is expelled, or starts anew. Until its first
 * heartbeat its watermark is 0 and it holds everything open. When nobody is live there is nobody to wait for: all that is
 * open is emitted, and the partition calls itself idle. The watermark stays where it was, so that a producer that comes
 * back finds its windows open.
 *
 * <p>This class tells the story; who may speak is for {@link ProducerRegistry}, who holds windows open for {@link Holds},
 * what the windows hold for {@link OpenWindows}, and what the merge stage hears for {@link Announcements}. What they
 * keep goes into one ledger.
 *
 * <p>Results are collected and handed over by {@link #drain}; changes for the store by {@link #drainChanges}. The bounds
 * are those of the four.
 *
 * <p>One thread at a time.
 */
public final class PartitionIntake {

    private final Placement placement;
    private final IntakeLimits limits;
    private final TallySink tallies;
    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();
    private final Holds holds;
    private final ProducerRegistry producers;
    private final OpenWindows windows;
    private final Announcements announcements;

    private long newestAppendEpochMillis;
    private long lastRecordWallMillis;

    /**
     * An intake that has seen nothing.
     *
     * @param wallMillis now, by the clock of the later calls
     */
    public PartitionIntake(Placement placement, IntakeLimits limits, TallySink tallies, long wallMillis) {
        this.placement = placement;
        this.limits = limits;
        this.tallies = tallies;
        this.holds = new Holds(limits.seriesLimit(), limits.producerTimeoutMillis());
        this.producers = new ProducerRegistry(limits, holds, ledger, tallies);
        this.windows = new OpenWindows(placement.partition(), limits, ledger);
        this.announcements = new Announcements(placement.partition(), windows, ledger);
        this.lastRecordWallMillis = wallMillis;
    }

    /** Puts a piece back that {@link #drainChanges} handed out. Only before the first record. */
    public void restore(IntakeSnapshot snapshot, long wallMillis) {
        switch (snapshot) {
            case IntakeSnapshot.SourceProgress kept -> announcements.restore(kept);
            case IntakeSnapshot.KnownProducer kept -> {
                producers.restore(kept, wallMillis);
                newestAppendEpochMillis = Math.max(newestAppendEpochMillis, kept.lastAppendEpochMillis());
            }
            case IntakeSnapshot.KnownSeries kept -> windows.restore(kept);
            case IntakeSnapshot.Contribution kept -> windows.restore(kept);
        }
    }

    /**
     * Takes one record.
     *
     * @param appendEpochMillis when it was written to the topic
     * @param wallMillis now
     */
    public Admission accept(Event event, long appendEpochMillis, long wallMillis) {
        Admission admission = switch (event) {
            case RequestEvent request -> request(request, appendEpochMillis, wallMillis);
            case Heartbeat heartbeat -> heartbeat(heartbeat, appendEpochMillis, wallMillis);
            case ProducerExpelled expelled -> expelled(expelled);
        };
        if (!(event instanceof ProducerExpelled)) {
            lastRecordWallMillis = wallMillis;
            newestAppendEpochMillis = Math.max(newestAppendEpochMillis, appendEpochMillis);
        }
        switch (admission) {
            case Admission.Taken ignored -> {}
            case Admission.Duplicate ignored -> tallies.add(Tally.DUPLICATES);
            case Admission.Refused refused -> tallies.add(refused.tally());
        }
        return admission;
    }

    /** Takes note of a record that could not be decoded: the partition is not quiet. */
    public void undecodable(long wallMillis) {
        lastRecordWallMillis = wallMillis;
        tallies.add(Tally.UNDECODABLE);
    }

    /**
     * Does what the passing of wall-clock time asks for: late parts go out, a quiet partition without producers calls
     * itself idle, what need not be remembered is forgotten.
     *
     * @param drained whether everything that was written has been read, as far as is known
     * @return producers that have been silent for too long. The decision takes effect when it is read back.
     */
    public List<ProducerExpelled> tick(long wallMillis, boolean drained) {
        announcements.parts(windows.emitLate());
        if (!drained && announcements.announced() == Announced.IDLE) {
            // Somebody wrote while nobody read. Whoever reads faster elsewhere must wait for it.
            announcements.active();
        }
        long quietMillis = wallMillis - lastRecordWallMillis;
        boolean quiet = drained && quietMillis >= limits.idleAfterMillis();
        if (quiet && holds.count() == 0 && (announcements.announced() != Announced.IDLE || !windows.isEmpty())) {
            announcements.parts(windows.emitOpen());
            announcements.idle();
        }
        producers.forget(newestAppendEpochMillis);
        boolean silent = drained && quietMillis >= limits.producerTimeoutMillis();
        return holds.overdue(wallMillis, silent, newestAppendEpochMillis);
    }

    /** Hands over what is to be said to the merge stage, in order. A part goes to one partition of it, the rest to all. */
    public List<Partial> drain() {
        return announcements.drain();
    }

    /** Hands over each piece that changed since the last call under its key; empty when it is gone. */
    public void drainChanges(BiConsumer<String, Optional<IntakeSnapshot>> changes) {
        ledger.drain(changes);
    }

    /** Up to this end, windows are closed; 0 before the first closed. */
    public long closedToEpochMillis() {
        return windows.closedToEpochMillis();
    }

    /** The smallest watermark of the live producers, 0 when one of them has none yet; empty when nobody is live. */
    public OptionalLong watermarkEpochMillis() {
        return holds.watermarkEpochMillis();
    }

    /** Windows of a series that are open. */
    public long openWindows() {
        return windows.count();
    }

    /** Series that have a place below the limit. */
    public int seriesCount() {
        return windows.seriesCount();
    }

    /** Producers that hold windows open, each once per group. */
    public long liveCount() {
        return holds.count();
    }

    private Admission request(RequestEvent event, long appendEpochMillis, long wallMillis) {
        if (!windows.knows(event.series()) && !placement.holds(event.group())) {
            return wrongPartition(event.group());
        }
        return switch (producers.screen(event.origin(), appendEpochMillis)) {
            case Screening.Stopped stopped -> stopped.why();
            case Screening.Passed speaker -> {
                join(speaker, event.group(), appendEpochMillis, wallMillis);
                yield count(event, appendEpochMillis);
            }
        };
    }

    private Admission count(RequestEvent event, long appendEpochMillis) {
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
        return switch (windows.place(id, event.origin())) {
            case Place.NoSeriesLeft ignored ->
                new Admission.Refused(
                        Tally.REFUSED_SERIES_LIMIT,
                        "the partition has its limit of " + limits.seriesLimit() + " series");
            case Place.NoContributionLeft ignored ->
                new Admission.Refused(
                        Tally.REFUSED_OPEN_LIMIT,
                        "the partition has its limit of " + limits.openLimit() + " open accumulators");
            case Contribution contribution -> {
                windows.add(contribution, event);
                tallies.add(Tally.EVENTS_COUNTED);
                if (contribution.isLate()) {
                    tallies.add(Tally.EVENTS_LATE);
                }
                yield Admission.TAKEN;
            }
        };
    }

    private Admission heartbeat(Heartbeat heartbeat, long appendEpochMillis, long wallMillis) {
        if (!placement.holds(heartbeat.group())) {
            return wrongPartition(heartbeat.group());
        }
        return switch (producers.screen(heartbeat.origin(), appendEpochMillis)) {
            case Screening.Stopped stopped -> stopped.why();
            case Screening.Passed speaker -> {
                heard(heartbeat, speaker, appendEpochMillis, wallMillis);
                yield Admission.TAKEN;
            }
        };
    }

    private void heard(Heartbeat heartbeat, Screening.Passed speaker, long appendEpochMillis, long wallMillis) {
        tallies.add(Tally.HEARTBEATS);
        Optional<Hold> hold = join(speaker, heartbeat.group(), appendEpochMillis, wallMillis);
        heartbeat.activity().forEach(activity -> activity(activity, heartbeat, appendEpochMillis));
        heartbeat
                .lost()
                .forEach(
                        lost -> producers.lost(speaker, lost, heartbeat.origin().sequence()));
        long allowedMillis = appendEpochMillis + limits.futureMillis();
        if (heartbeat.untilEpochMillis() > allowedMillis) {
            tallies.add(Tally.WATERMARK_CAPPED);
        }
        long untilMillis = Math.min(heartbeat.untilEpochMillis(), allowedMillis);
        hold.ifPresent(held -> held.heard(untilMillis, appendEpochMillis, wallMillis));
        if (heartbeat.leaving()) {
            producers.leave(speaker, heartbeat.group());
        }
        announcements.parts(windows.emitLate());
        advance();
    }

    private Admission expelled(ProducerExpelled expulsion) {
        if (!placement.holds(expulsion.group())) {
            return wrongPartition(expulsion.group());
        }
        if (!holds.expel(expulsion)) {
            tallies.add(Tally.EXPULSIONS_VOID);
            return Admission.TAKEN;
        }
        producers.holdChanged(expulsion.producerId());
        tallies.add(Tally.PRODUCERS_EXPELLED);
        advance();
        return Admission.TAKEN;
    }

    private Admission wrongPartition(ComparisonGroup group) {
        return new Admission.Refused(
                Tally.REFUSED_WRONG_PARTITION,
                "group " + group.key() + " does not belong to partition " + placement.partition() + " of "
                        + placement.partitionCount());
    }

    /** Lets the speaker hold windows of a group open, if it may; the merge stage hears of the first hold at once. */
    private Optional<Hold> join(
            Screening.Passed speaker, ComparisonGroup group, long appendEpochMillis, long wallMillis) {
        Optional<Hold> hold = producers.join(speaker, group, appendEpochMillis, wallMillis);
        if (hold.isPresent() && announcements.announced() != Announced.ACTIVE) {
            announcements.active();
        }
        return hold;
    }

    private void activity(Activity activity, Heartbeat heartbeat, long appendEpochMillis) {
        boolean nothing = activity.offered() == 0
                && activity.inFlightNanos() == 0
                && activity.outputTokens() == 0
                && activity.sickness().isEmpty();
        if (nothing) {
            return;
        }
        if (!Plausibility.isPlausible(activity)
                || activity.slotStartEpochMillis() > appendEpochMillis + limits.futureMillis()) {
            tallies.add(Tally.ACTIVITY_REFUSED);
            return;
        }
        WindowId id = WindowId.holding(
                new Series(heartbeat.group(), activity.variant()),
                activity.slotStartEpochMillis(),
                limits.windowMillis());
        switch (windows.place(id, heartbeat.origin())) {
            case Contribution contribution -> windows.add(contribution, activity);
            case Place.NoSeriesLeft ignored -> tallies.add(Tally.ACTIVITY_REFUSED);
            case Place.NoContributionLeft ignored -> tallies.add(Tally.ACTIVITY_REFUSED);
        }
    }

    private void advance() {
        OptionalLong watermark = holds.watermarkEpochMillis();
        if (watermark.isEmpty()) {
            if (announcements.announced() == Announced.ACTIVE || !windows.isEmpty()) {
                announcements.parts(windows.emitOpen());
                announcements.idle();
            }
            return;
        }
        long reachedMillis = watermark.getAsLong() - limits.graceMillis();
        long closedToMillis = reachedMillis - Math.floorMod(reachedMillis, limits.windowMillis());
        if (closedToMillis > windows.closedToEpochMillis()) {
            announcements.parts(windows.closeTo(closedToMillis));
            announcements.closed();
        }
    }
}
