package dev.plumbline.windowing;

import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.windowing.Holds.Hold;
import dev.plumbline.windowing.Holds.Holder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The producers of a partition: whose records are admitted, which epochs and sequences of theirs were seen, which groups
 * they have left, and when they may be forgotten. A producer is kept as one piece of state, together with what it holds.
 *
 * <p>One thread at a time. Bounded by {@link IntakeLimits#producerLimit()} producers, {@value
 * IntakeLimits#EPOCHS_REMEMBERED} epochs of each, {@value IntakeLimits#MISSING_RANGES_REMEMBERED} runs of missing sequences
 * and {@link IntakeLimits#seriesLimit()} groups left per epoch. Those that hold nothing are forgotten {@value
 * IntakeLimits#MEMORY_MILLIS} ms of append time after their last record.
 */
final class ProducerRegistry {

    private final IntakeLimits limits;
    private final Holds holds;
    private final ChangeLedger<IntakeSnapshot> ledger;
    private final TallySink tallies;
    private final Map<String, KnownProducer> producers = new HashMap<>();

    ProducerRegistry(IntakeLimits limits, Holds holds, ChangeLedger<IntakeSnapshot> ledger, TallySink tallies) {
        this.limits = limits;
        this.holds = holds;
        this.ledger = ledger;
        this.tallies = tallies;
    }

    /** Whether a record comes from a known place and for the first time. */
    sealed interface Screening {
        /** @param newestEpoch whether the producer has not started anew since */
        record Passed(KnownProducer producer, KnownEpoch epoch, boolean newestEpoch) implements Screening {}

        record Stopped(Admission why) implements Screening {}
    }

    /** Puts a producer back as it was kept, with what it holds. */
    void restore(IntakeSnapshot.KnownProducer kept, long wallMillis) {
        KnownProducer producer = new KnownProducer(holds.holder(kept.producerId()));
        producer.lastAppendEpochMillis = kept.lastAppendEpochMillis();
        producer.forgottenToEpoch = kept.forgottenToEpoch();
        for (IntakeSnapshot.Epoch epoch : kept.epochs()) {
            KnownEpoch restored = new KnownEpoch(
                    epoch.epoch(), SequenceTracker.restored(epoch.sequences(), IntakeLimits.MISSING_RANGES_REMEMBERED));
            restored.left.addAll(epoch.left());
            producer.epochs.put(epoch.epoch(), restored);
        }
        for (IntakeSnapshot.Hold hold : kept.live()) {
            producer.holder.restore(hold, producer.epochs.lastKey(), wallMillis);
        }
        producer.justRestored();
        producers.put(kept.producerId(), producer);
    }

    /** Takes note of a record's origin. A first record of a newer epoch ends what older ones held. */
    Screening screen(Origin origin, long appendEpochMillis) {
        KnownProducer producer = producers.get(origin.producerId());
        if (producer == null) {
            if (producers.size() >= limits.producerLimit()) {
                return new Screening.Stopped(new Admission.Refused(
                        Tally.REFUSED_PRODUCER_LIMIT,
                        "the partition has its limit of " + limits.producerLimit() + " producers"));
            }
            producer = new KnownProducer(holds.holder(origin.producerId()));
            producers.put(origin.producerId(), producer);
        }
        Optional<KnownEpoch> epoch = producer.epoch(origin.epoch());
        if (epoch.isEmpty()) {
            return new Screening.Stopped(new Admission.Refused(
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
            case NEW -> new Screening.Passed(producer, epoch.get(), producer.epochs.lastKey() == origin.epoch());
            case DUPLICATE -> new Screening.Stopped(Admission.DUPLICATE);
            case FORGOTTEN ->
                new Screening.Stopped(new Admission.Refused(
                        Tally.REFUSED_FORGOTTEN,
                        "sequence " + origin.sequence() + " of producer " + origin.producerId()
                                + " is no longer remembered"));
        };
    }

    /** What the speaker holds in a group, from now on if not before; empty when it has left or started anew since. */
    Optional<Hold> join(Screening.Passed speaker, ComparisonGroup group, long appendEpochMillis, long wallMillis) {
        if (!speaker.newestEpoch || speaker.epoch.left.contains(group)) {
            return Optional.empty();
        }
        Holder holder = speaker.producer.holder;
        Optional<Hold> held = holder.hold(group);
        if (held.isPresent()) {
            return held;
        }
        Optional<Hold> taken = holder.take(group, speaker.epoch.number, appendEpochMillis, wallMillis);
        if (taken.isEmpty()) {
            tallies.add(Tally.HOLD_REFUSED);
        }
        return taken;
    }

    /** Takes note that the speaker's epoch has left a group: it holds nothing there any more and never will again. */
    void leave(Screening.Passed speaker, ComparisonGroup group) {
        if (speaker.epoch.left.size() < limits.seriesLimit()) {
            speaker.epoch.left.add(group);
        } else {
            tallies.add(Tally.HOLD_REFUSED);
        }
        if (speaker.newestEpoch) {
            speaker.producer.holder.release(group);
        }
    }

    /** Takes note of sequences that the speaker named as lost in the heartbeat of a sequence. */
    void lost(Screening.Passed speaker, Heartbeat.LostSequences lost, long heartbeatSequence) {
        tallies.add(Tally.EVENTS_LOST, lost.events());
        SequenceTracker sequences = speaker.epoch.sequences;
        // A heartbeat speaks of what lies below it; anything else would blind the tracker for records to come.
        long last = Math.min(lost.last(), heartbeatSequence - 1);
        if (lost.first() <= last) {
            long overflowsBefore = sequences.overflows();
            sequences.lost(lost.first(), last);
            tallies.add(Tally.MISSING_RANGES_OVERFLOWED, sequences.overflows() - overflowsBefore);
        }
    }

    /** Says that what a producer holds has changed. Where nobody has that name, nothing changes. */
    void holdChanged(String producerId) {
        KnownProducer producer = producers.get(producerId);
        if (producer != null) {
            ledger.changed(producer);
        }
    }

    /** Forgets those that hold nothing and have written nothing for long, by the partition's newest append time. */
    void forget(long newestAppendEpochMillis) {
        producers.values().removeIf(producer -> {
            boolean forgettable = producer.holder.holdsNothing()
                    && newestAppendEpochMillis - producer.lastAppendEpochMillis > IntakeLimits.MEMORY_MILLIS;
            if (forgettable) {
                ledger.removed(producer);
                holds.forget(producer.holder);
            }
            return forgettable;
        });
    }

    /** A producer that has written to this partition. */
    static final class KnownProducer extends ChangeLedger.Entry<IntakeSnapshot> {
        private final Holder holder;
        private final TreeMap<Long, KnownEpoch> epochs = new TreeMap<>();
        private OptionalLong forgottenToEpoch = OptionalLong.empty();
        private long lastAppendEpochMillis;

        private KnownProducer(Holder holder) {
            super("producer|" + holder.producerId());
            this.holder = holder;
        }

        /** The state of an epoch; a new one ends what older ones held open. Empty when it is too old. */
        private Optional<KnownEpoch> epoch(long number) {
            KnownEpoch epoch = epochs.get(number);
            if (epoch != null) {
                return Optional.of(epoch);
            }
            boolean oldest = epochs.isEmpty() || number < epochs.firstKey();
            if ((forgottenToEpoch.isPresent() && number <= forgottenToEpoch.getAsLong())
                    || (oldest && epochs.size() >= IntakeLimits.EPOCHS_REMEMBERED)) {
                return Optional.empty();
            }
            if (!epochs.isEmpty() && number > epochs.lastKey()) {
                holder.releaseAll();
            }
            epoch = new KnownEpoch(number, new SequenceTracker(IntakeLimits.MISSING_RANGES_REMEMBERED));
            epochs.put(number, epoch);
            if (epochs.size() > IntakeLimits.EPOCHS_REMEMBERED) {
                forgottenToEpoch = OptionalLong.of(epochs.pollFirstEntry().getKey());
            }
            return Optional.of(epoch);
        }

        @Override
        IntakeSnapshot snapshot() {
            return new IntakeSnapshot.KnownProducer(
                    holder.producerId(),
                    lastAppendEpochMillis,
                    forgottenToEpoch,
                    epochs.values().stream().map(KnownEpoch::snapshot).toList(),
                    holder.snapshots());
        }
    }

    /** One start of a producer: its sequences, and the groups that it has left. */
    static final class KnownEpoch {
        private final long number;
        private final SequenceTracker sequences;
        private final Set<ComparisonGroup> left = new HashSet<>();

        private KnownEpoch(long number, SequenceTracker sequences) {
            this.number = number;
            this.sequences = sequences;
        }

        private IntakeSnapshot.Epoch snapshot() {
            return new IntakeSnapshot.Epoch(number, sequences.snapshot(), List.copyOf(left));
        }
    }
}
