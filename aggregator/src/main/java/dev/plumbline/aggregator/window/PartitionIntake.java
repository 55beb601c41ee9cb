package dev.plumbline.aggregator.window;

import dev.plumbline.aggregator.window.IntakeSnapshot.Announced;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One partition of the events topic: counts every record once, keeps what is open, and closes a window when the smallest
 * watermark of the live producers has passed its end plus grace.
 *
 * <p>A producer is live in a group from its first record until it leaves, is expelled, or starts anew. Until its first
 * heartbeat its watermark is 0 and it holds everything open. When nobody is live there is nobody to wait for: all that is
 * open is emitted, and the partition calls itself idle. The watermark stays where it was, so that a producer that comes
 * back finds its windows open.
 *
 * <p>Results are collected and handed over by {@link #drain}; changes for the store by {@link #drainChanges}.
 *
 * <p>One thread at a time.
 */
public final class PartitionIntake {

    private static final Reception TAKEN = new Reception.Taken();
    private static final Reception DUPLICATE = new Reception.Duplicate();

    private static final Comparator<WindowId> BY_TIME_AND_SERIES = Comparator.comparingLong(WindowId::startEpochMillis)
            .thenComparing(id -> id.series().key());

    private final Placement placement;
    private final IntakeLimits limits;
    private final TallySink tallies;
    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();

    private final Map<ContributionKey, Contribution> open = new HashMap<>();
    private final Map<ContributionKey, Contribution> late = new HashMap<>();
    private final Map<String, Producer> producers = new HashMap<>();
    private final Map<Series, KnownSeries> knownSeries = new HashMap<>();
    private final Standing standing = new Standing();
    private final List<Partial> outbox = new ArrayList<>();

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
        this.lastRecordWallMillis = wallMillis;
    }

    /** Puts a piece back that {@link #drainChanges} handed out. Only before the first record. */
    public void restore(IntakeSnapshot snapshot, long wallMillis) {
        switch (snapshot) {
            case IntakeSnapshot.Standing kept -> {
                standing.closedToEpochMillis = kept.closedToEpochMillis();
                standing.announced = kept.announced();
                standing.justRestored();
            }
            case IntakeSnapshot.Producer kept -> {
                Producer producer = Producer.restored(kept, wallMillis);
                producers.put(kept.producerId(), producer);
                newestAppendEpochMillis = Math.max(newestAppendEpochMillis, kept.lastAppendEpochMillis());
            }
            case IntakeSnapshot.KnownSeries kept -> {
                KnownSeries series = new KnownSeries(kept.series());
                series.lastWindowEndEpochMillis = kept.lastWindowEndEpochMillis();
                series.justRestored();
                knownSeries.put(kept.series(), series);
            }
            case IntakeSnapshot.Contribution kept -> {
                ContributionKey key = new ContributionKey(kept.id(), kept.producerId(), kept.epoch());
                Contribution contribution = new Contribution(key, kept.late());
                contribution.accumulator.add(kept.summary());
                contribution.sickness.addAll(kept.sickness());
                contribution.justRestored();
                (kept.late() ? late : open).put(key, contribution);
            }
        }
    }

    /**
     * Takes one record.
     *
     * @param appendEpochMillis when it was written to the topic
     * @param wallMillis now
     */
    public Reception accept(Event event, long appendEpochMillis, long wallMillis) {
        Reception reception = switch (event) {
            case RequestEvent request -> request(request, appendEpochMillis, wallMillis);
            case Heartbeat heartbeat -> heartbeat(heartbeat, appendEpochMillis, wallMillis);
            case ProducerExpelled expelled -> expelled(expelled);
        };
        if (!(event instanceof ProducerExpelled)) {
            lastRecordWallMillis = wallMillis;
            newestAppendEpochMillis = Math.max(newestAppendEpochMillis, appendEpochMillis);
        }
        switch (reception) {
            case Reception.Taken ignored -> {}
            case Reception.Duplicate ignored -> tallies.add(Tally.DUPLICATES);
            case Reception.Refused refused -> tallies.add(refused.tally());
        }
        return reception;
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
        emit(late, key -> true);
        if (!drained && standing.announced == Announced.IDLE) {
            // Somebody wrote while nobody read. Whoever reads faster elsewhere must wait for it.
            announceActive();
        }
        boolean quiet = drained && wallMillis - lastRecordWallMillis >= limits.idleAfterMillis();
        if (quiet && liveProducers().findAny().isEmpty() && (standing.announced != Announced.IDLE || !open.isEmpty())) {
            emit(open, key -> true);
            announceIdle();
        }
        forgetProducers();
        return overdue(wallMillis, drained);
    }

    /** Hands over what is to be said to the merge stage, in order. A part goes to one partition of it, the rest to all. */
    public List<Partial> drain() {
        List<Partial> drained = List.copyOf(outbox);
        outbox.clear();
        return drained;
    }

    /** Hands over each piece that changed since the last call under its key; empty when it is gone. */
    public void drainChanges(BiConsumer<String, Optional<IntakeSnapshot>> changes) {
        ledger.drain(changes);
    }

    /** Up to this end, windows are closed; 0 before the first closed. */
    public long closedToEpochMillis() {
        return standing.closedToEpochMillis;
    }

    /** The smallest watermark of the live producers, 0 when one of them has none yet; empty when nobody is live. */
    public OptionalLong watermarkEpochMillis() {
        return liveProducers().mapToLong(live -> live.untilEpochMillis).min();
    }

    /** Windows of a series that are open. */
    public long openWindows() {
        return open.keySet().stream().map(ContributionKey::id).distinct().count();
    }

    /** Series that have a place below the limit. */
    public int seriesCount() {
        return knownSeries.size();
    }

    /** Producers that hold windows open, each once per group. */
    public long liveCount() {
        return liveProducers().count();
    }

    private Reception request(RequestEvent event, long appendEpochMillis, long wallMillis) {
        if (!knownSeries.containsKey(event.series()) && !placement.holds(event.group())) {
            return wrongPartition(event.group());
        }
        Admission admission = admit(event.origin(), appendEpochMillis);
        if (!(admission instanceof Admission.Admitted admitted)) {
            return ((Admission.Turned) admission).reception();
        }
        join(admitted, event.group(), appendEpochMillis, wallMillis);
        Optional<String> implausible = implausible(event);
        if (implausible.isPresent()) {
            return new Reception.Refused(Tally.REFUSED_IMPLAUSIBLE, implausible.get());
        }
        if (event.endEpochMillis() > appendEpochMillis + limits.futureMillis()) {
            return new Reception.Refused(
                    Tally.REFUSED_FUTURE,
                    "ends " + (event.endEpochMillis() - appendEpochMillis) + " ms after it was written, "
                            + limits.futureMillis() + " ms are allowed: the producer's clock is wrong");
        }
        WindowId id = WindowId.holding(event.series(), event.endEpochMillis(), limits.windowMillis());
        if (!place(id)) {
            return new Reception.Refused(
                    Tally.REFUSED_SERIES_LIMIT, "the partition has its limit of " + limits.seriesLimit() + " series");
        }
        Optional<Contribution> contribution = contribution(id, event.origin());
        if (contribution.isEmpty()) {
            return new Reception.Refused(
                    Tally.REFUSED_OPEN_LIMIT,
                    "the partition has its limit of " + limits.openLimit() + " open accumulators");
        }
        contribution.get().accumulator.add(event);
        ledger.changed(contribution.get());
        tallies.add(Tally.EVENTS_COUNTED);
        if (contribution.get().late) {
            tallies.add(Tally.EVENTS_LATE);
        }
        return TAKEN;
    }

    private Reception heartbeat(Heartbeat heartbeat, long appendEpochMillis, long wallMillis) {
        if (!placement.holds(heartbeat.group())) {
            return wrongPartition(heartbeat.group());
        }
        Origin origin = heartbeat.origin();
        Admission admission = admit(origin, appendEpochMillis);
        if (!(admission instanceof Admission.Admitted admitted)) {
            return ((Admission.Turned) admission).reception();
        }
        tallies.add(Tally.HEARTBEATS);
        Optional<Live> live = join(admitted, heartbeat.group(), appendEpochMillis, wallMillis);
        heartbeat.activity().forEach(activity -> activity(activity, heartbeat, appendEpochMillis));
        heartbeat.lost().forEach(lost -> lost(lost, admitted.epoch, origin.sequence()));
        long allowedMillis = appendEpochMillis + limits.futureMillis();
        if (heartbeat.untilEpochMillis() > allowedMillis) {
            tallies.add(Tally.WATERMARK_CAPPED);
        }
        live.ifPresent(holder -> {
            holder.untilEpochMillis =
                    Math.max(holder.untilEpochMillis, Math.min(heartbeat.untilEpochMillis(), allowedMillis));
            holder.heardAppendEpochMillis = appendEpochMillis;
            holder.heardWallMillis = wallMillis;
        });
        if (heartbeat.leaving()) {
            if (admitted.epoch.left.size() < limits.seriesLimit()) {
                admitted.epoch.left.add(heartbeat.group());
            } else {
                tallies.add(Tally.HOLD_REFUSED);
            }
            if (live.isPresent()) {
                admitted.producer.live.remove(heartbeat.group());
            }
        }
        emit(late, key -> true);
        advance();
        return TAKEN;
    }

    private Reception expelled(ProducerExpelled expulsion) {
        if (!placement.holds(expulsion.group())) {
            return wrongPartition(expulsion.group());
        }
        Producer producer = producers.get(expulsion.producerId());
        Live live = producer == null ? null : producer.live.get(expulsion.group());
        if (producer == null
                || live == null
                || live.epoch != expulsion.epoch()
                || live.untilEpochMillis > expulsion.untilEpochMillis()) {
            tallies.add(Tally.EXPULSIONS_VOID);
            return TAKEN;
        }
        producer.live.remove(expulsion.group());
        ledger.changed(producer);
        tallies.add(Tally.PRODUCERS_EXPELLED);
        advance();
        return TAKEN;
    }

    private Reception wrongPartition(ComparisonGroup group) {
        return new Reception.Refused(
                Tally.REFUSED_WRONG_PARTITION,
                "group " + group.key() + " does not belong to partition " + placement.partition() + " of "
                        + placement.partitionCount());
    }

    /** Whether a record comes from a known place and for the first time. */
    private sealed interface Admission {
        record Admitted(Producer producer, Epoch epoch, boolean newestEpoch) implements Admission {}

        record Turned(Reception reception) implements Admission {}
    }

    private Admission admit(Origin origin, long appendEpochMillis) {
        Producer producer = producers.get(origin.producerId());
        if (producer == null) {
            if (producers.size() >= limits.producerLimit()) {
                return new Admission.Turned(new Reception.Refused(
                        Tally.REFUSED_PRODUCER_LIMIT,
                        "the partition has its limit of " + limits.producerLimit() + " producers"));
            }
            producer = new Producer(origin.producerId());
            producers.put(origin.producerId(), producer);
        }
        Optional<Epoch> epoch = producer.epoch(origin.epoch());
        if (epoch.isEmpty()) {
            return new Admission.Turned(new Reception.Refused(
                    Tally.REFUSED_FORGOTTEN,
                    "epoch " + origin.epoch() + " of producer " + origin.producerId() + " is no longer remembered"));
        }
        ledger.changed(producer);
        producer.lastAppendEpochMillis = Math.max(producer.lastAppendEpochMillis, appendEpochMillis);
        SequenceTracker sequences = epoch.get().sequences;
        long overflowsBefore = sequences.overflows();
        SequenceTracker.Seen seen = sequences.accept(origin.sequence());
        tallies.add(Tally.MISSING_RANGES_OVERFLOWED, sequences.overflows() - overflowsBefore);
        return switch (seen) {
            case NEW -> new Admission.Admitted(producer, epoch.get(), producer.epochs.lastKey() == origin.epoch());
            case DUPLICATE -> new Admission.Turned(DUPLICATE);
            case FORGOTTEN ->
                new Admission.Turned(new Reception.Refused(
                        Tally.REFUSED_FORGOTTEN,
                        "sequence " + origin.sequence() + " of producer " + origin.producerId()
                                + " is no longer remembered"));
        };
    }

    /** Makes the speaker live in a group, unless it has left or started anew since. */
    private Optional<Live> join(
            Admission.Admitted speaker, ComparisonGroup group, long appendEpochMillis, long wallMillis) {
        if (!speaker.newestEpoch || speaker.epoch.left.contains(group)) {
            return Optional.empty();
        }
        Live live = speaker.producer.live.get(group);
        if (live == null) {
            if (speaker.producer.live.size() >= limits.seriesLimit()) {
                tallies.add(Tally.HOLD_REFUSED);
                return Optional.empty();
            }
            live = new Live(speaker.producer.id, speaker.epoch.number, group, appendEpochMillis, wallMillis);
            speaker.producer.live.put(group, live);
            if (standing.announced != Announced.ACTIVE) {
                announceActive();
            }
        }
        return Optional.of(live);
    }

    private void activity(Activity activity, Heartbeat heartbeat, long appendEpochMillis) {
        boolean nothing = activity.offered() == 0
                && activity.inFlightNanos() == 0
                && activity.outputTokens() == 0
                && activity.sickness().isEmpty();
        if (nothing) {
            return;
        }
        boolean plausible = !activity.variant().isBlank()
                && activity.variant().length() <= ComparisonGroup.MAX_LABEL_LENGTH
                && activity.slotStartEpochMillis() <= appendEpochMillis + limits.futureMillis()
                && activity.offered() <= IntakeLimits.LARGEST_COUNT
                && activity.inFlightNanos() <= IntakeLimits.LARGEST_IN_FLIGHT_NANOS
                && activity.outputTokens() <= IntakeLimits.LARGEST_COUNT
                && activity.outputTokens() >= -IntakeLimits.LARGEST_COUNT;
        if (!plausible) {
            tallies.add(Tally.ACTIVITY_REFUSED);
            return;
        }
        WindowId id = WindowId.holding(
                new Series(heartbeat.group(), activity.variant()),
                activity.slotStartEpochMillis(),
                limits.windowMillis());
        Optional<Contribution> contribution = place(id) ? contribution(id, heartbeat.origin()) : Optional.empty();
        if (contribution.isEmpty()) {
            tallies.add(Tally.ACTIVITY_REFUSED);
            return;
        }
        contribution.get().accumulator.add(activity);
        contribution.get().sickness.addAll(activity.sickness());
        ledger.changed(contribution.get());
    }

    private void lost(Heartbeat.LostSequences lost, Epoch epoch, long heartbeatSequence) {
        tallies.add(Tally.EVENTS_LOST, lost.events());
        // A heartbeat speaks of what lies below it; anything else would blind the tracker for records to come.
        long last = Math.min(lost.last(), heartbeatSequence - 1);
        if (lost.first() <= last) {
            long overflowsBefore = epoch.sequences.overflows();
            epoch.sequences.lost(lost.first(), last);
            tallies.add(Tally.MISSING_RANGES_OVERFLOWED, epoch.sequences.overflows() - overflowsBefore);
        }
    }

    /** Gives the window's series a place below the limit; false when there is none. */
    private boolean place(WindowId id) {
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

    private Optional<Contribution> contribution(WindowId id, Origin origin) {
        boolean isLate = id.endEpochMillis() <= standing.closedToEpochMillis;
        ContributionKey key = new ContributionKey(id, origin.producerId(), origin.epoch());
        Map<ContributionKey, Contribution> map = isLate ? late : open;
        Contribution contribution = map.get(key);
        if (contribution == null) {
            if (open.size() + late.size() >= limits.openLimit()) {
                return Optional.empty();
            }
            contribution = new Contribution(key, isLate);
            map.put(key, contribution);
        }
        return Optional.of(contribution);
    }

    private void advance() {
        OptionalLong watermark = watermarkEpochMillis();
        if (watermark.isEmpty()) {
            if (standing.announced == Announced.ACTIVE || !open.isEmpty()) {
                emit(open, key -> true);
                announceIdle();
            }
            return;
        }
        long reachedMillis = watermark.getAsLong() - limits.graceMillis();
        long closedToMillis = reachedMillis - Math.floorMod(reachedMillis, limits.windowMillis());
        if (closedToMillis > standing.closedToEpochMillis) {
            standing.closedToEpochMillis = closedToMillis;
            ledger.changed(standing);
            emit(open, key -> key.id().endEpochMillis() <= closedToMillis);
            outbox.add(new Partial.SourceClosed(placement.partition(), closedToMillis));
        }
    }

    /** From now on the merge stage must wait for this partition. */
    private void announceActive() {
        standing.announced = Announced.ACTIVE;
        ledger.changed(standing);
        outbox.add(new Partial.SourceClosed(placement.partition(), standing.closedToEpochMillis));
    }

    private void announceIdle() {
        standing.announced = Announced.IDLE;
        ledger.changed(standing);
        outbox.add(new Partial.SourceIdle(placement.partition()));
    }

    private void emit(Map<ContributionKey, Contribution> from, Predicate<ContributionKey> which) {
        if (from.isEmpty()) {
            return;
        }
        TreeMap<WindowId, List<Contribution>> byWindow = new TreeMap<>(BY_TIME_AND_SERIES);
        for (Iterator<Contribution> it = from.values().iterator(); it.hasNext(); ) {
            Contribution contribution = it.next();
            if (which.test(contribution.key)) {
                byWindow.computeIfAbsent(contribution.key.id(), ignored -> new ArrayList<>())
                        .add(contribution);
                ledger.removed(contribution);
                it.remove();
            }
        }
        byWindow.forEach((id, contributions) -> outbox.add(part(id, contributions)));
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
        return new Partial.WindowPart(placement.partition(), id, healthy.toSummary(), excluded);
    }

    private List<ProducerExpelled> overdue(long wallMillis, boolean drained) {
        List<ProducerExpelled> overdue = new ArrayList<>();
        long timeoutMillis = limits.producerTimeoutMillis();
        boolean partitionSilent = drained && wallMillis - lastRecordWallMillis >= timeoutMillis;
        liveProducers().forEach(live -> {
            long silentMillis = wallMillis - live.heardWallMillis;
            // While old records are worked off, wall-clock silence says nothing: then the log itself must have moved on
            // by as much without a heartbeat of this producer.
            boolean logMovedOn = newestAppendEpochMillis - live.heardAppendEpochMillis >= timeoutMillis;
            boolean askedLately = wallMillis - live.askedWallMillis.orElse(wallMillis - timeoutMillis) < timeoutMillis;
            if (silentMillis >= timeoutMillis && (partitionSilent || logMovedOn) && !askedLately) {
                live.askedWallMillis = OptionalLong.of(wallMillis);
                overdue.add(new ProducerExpelled(
                        live.producerId, live.epoch, live.group, live.untilEpochMillis, silentMillis));
            }
        });
        overdue.sort(Comparator.comparing(ProducerExpelled::producerId)
                .thenComparing(expulsion -> expulsion.group().key()));
        return overdue;
    }

    private void forgetProducers() {
        producers.values().removeIf(producer -> {
            boolean forgettable = producer.live.isEmpty()
                    && newestAppendEpochMillis - producer.lastAppendEpochMillis > IntakeLimits.MEMORY_MILLIS;
            if (forgettable) {
                ledger.removed(producer);
            }
            return forgettable;
        });
    }

    private void forgetSeries() {
        long before = standing.closedToEpochMillis - IntakeLimits.MEMORY_MILLIS;
        knownSeries.values().removeIf(known -> {
            boolean forgettable = known.lastWindowEndEpochMillis < before;
            if (forgettable) {
                ledger.removed(known);
            }
            return forgettable;
        });
    }

    private Stream<Live> liveProducers() {
        return producers.values().stream().flatMap(producer -> producer.live.values().stream());
    }

    /** Numbers that would turn a sum over. The stamps are ordered, so the longest duration is from due to end. */
    private static Optional<String> implausible(RequestEvent event) {
        Stamps stamps = event.stamps();
        if (stamps.endNanos() - stamps.dueNanos() < 0) {
            return Optional.of("took longer than can be counted: due at " + stamps.dueNanos() + " ns, ended at "
                    + stamps.endNanos() + " ns");
        }
        if (event.response().contentChunks() > IntakeLimits.LARGEST_COUNT) {
            return Optional.of(event.response().contentChunks() + " content chunks");
        }
        Tokens tokens = event.response().tokens();
        return Stream.of(tokens.prompt(), tokens.output(), tokens.reasoning(), tokens.cached())
                .flatMap(Optional::stream)
                .map(TokenCount::count)
                .filter(count -> count > IntakeLimits.LARGEST_COUNT)
                .findFirst()
                .map(count -> count + " tokens");
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

    private static final class Contribution extends ChangeLedger.Entry<IntakeSnapshot> {
        private final ContributionKey key;
        private final boolean late;
        private final WindowAccumulator accumulator = new WindowAccumulator();
        private final Set<Sickness> sickness = EnumSet.noneOf(Sickness.class);

        Contribution(ContributionKey key, boolean late) {
            super(key.storeKey(late));
            this.key = key;
            this.late = late;
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.Contribution(
                    key.id(), key.producerId(), key.epoch(), late, accumulator.toSummary(), sickness);
        }
    }

    private static final class KnownSeries extends ChangeLedger.Entry<IntakeSnapshot> {
        private final Series series;
        private long lastWindowEndEpochMillis;

        KnownSeries(Series series) {
            super("series|" + series.key());
            this.series = series;
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.KnownSeries(series, lastWindowEndEpochMillis);
        }
    }

    private static final class Standing extends ChangeLedger.Entry<IntakeSnapshot> {
        private long closedToEpochMillis;
        private Announced announced = Announced.NOTHING;

        Standing() {
            super("standing");
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.Standing(closedToEpochMillis, announced);
        }
    }

    private static final class Producer extends ChangeLedger.Entry<IntakeSnapshot> {
        private final String id;
        private final TreeMap<Long, Epoch> epochs = new TreeMap<>();
        private final Map<ComparisonGroup, Live> live = new HashMap<>();
        private OptionalLong forgottenToEpoch = OptionalLong.empty();
        private long lastAppendEpochMillis;

        Producer(String id) {
            super("producer|" + id);
            this.id = id;
        }

        /** The state of an epoch; a new one ends what older ones held open. Empty when it is too old. */
        Optional<Epoch> epoch(long number) {
            Epoch epoch = epochs.get(number);
            if (epoch != null) {
                return Optional.of(epoch);
            }
            boolean oldest = epochs.isEmpty() || number < epochs.firstKey();
            if ((forgottenToEpoch.isPresent() && number <= forgottenToEpoch.getAsLong())
                    || (oldest && epochs.size() >= IntakeLimits.EPOCHS_REMEMBERED)) {
                return Optional.empty();
            }
            if (!epochs.isEmpty() && number > epochs.lastKey()) {
                live.clear();
            }
            epoch = new Epoch(number, new SequenceTracker(IntakeLimits.MISSING_RANGES_REMEMBERED));
            epochs.put(number, epoch);
            if (epochs.size() > IntakeLimits.EPOCHS_REMEMBERED) {
                forgottenToEpoch = OptionalLong.of(epochs.pollFirstEntry().getKey());
            }
            return Optional.of(epoch);
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.Producer(
                    id,
                    lastAppendEpochMillis,
                    forgottenToEpoch,
                    epochs.values().stream().map(Epoch::snapshot).toList(),
                    live.values().stream().map(Live::snapshot).toList());
        }

        static Producer restored(IntakeSnapshot.Producer kept, long wallMillis) {
            Producer producer = new Producer(kept.producerId());
            producer.lastAppendEpochMillis = kept.lastAppendEpochMillis();
            producer.forgottenToEpoch = kept.forgottenToEpoch();
            for (IntakeSnapshot.Epoch epoch : kept.epochs()) {
                Epoch restored = new Epoch(
                        epoch.epoch(),
                        SequenceTracker.restored(epoch.sequences(), IntakeLimits.MISSING_RANGES_REMEMBERED));
                restored.left.addAll(epoch.left());
                producer.epochs.put(epoch.epoch(), restored);
            }
            for (IntakeSnapshot.Live live : kept.live()) {
                Live restored = new Live(
                        kept.producerId(),
                        producer.epochs.lastKey(),
                        live.group(),
                        live.heardAppendEpochMillis(),
                        wallMillis);
                restored.untilEpochMillis = live.untilEpochMillis();
                producer.live.put(live.group(), restored);
            }
            producer.justRestored();
            return producer;
        }
    }

    private static final class Epoch {
        private final long number;
        private final SequenceTracker sequences;
        private final Set<ComparisonGroup> left = new HashSet<>();

        Epoch(long number, SequenceTracker sequences) {
            this.number = number;
            this.sequences = sequences;
        }

        IntakeSnapshot.Epoch snapshot() {
            return new IntakeSnapshot.Epoch(number, sequences.snapshot(), List.copyOf(left));
        }
    }

    private static final class Live {
        private final String producerId;
        private final long epoch;
        private final ComparisonGroup group;
        private long untilEpochMillis;
        private long heardAppendEpochMillis;
        private long heardWallMillis;
        private OptionalLong askedWallMillis = OptionalLong.empty();

        Live(String producerId, long epoch, ComparisonGroup group, long heardAppendEpochMillis, long heardWallMillis) {
            this.producerId = producerId;
            this.epoch = epoch;
            this.group = group;
            this.heardAppendEpochMillis = heardAppendEpochMillis;
            this.heardWallMillis = heardWallMillis;
        }

        IntakeSnapshot.Live snapshot() {
            return new IntakeSnapshot.Live(group, untilEpochMillis, heardAppendEpochMillis);
        }
    }
}
