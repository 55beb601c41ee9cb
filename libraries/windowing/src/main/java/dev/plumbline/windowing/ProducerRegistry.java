package dev.plumbline.windowing;

import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The producers of a partition: whose records are admitted, which epochs and sequences of theirs were seen, where they
 * hold windows, and when they may be forgotten.
 *
 * <p>One thread at a time. Bounded by {@link IntakeLimits#producerLimit()} producers, {@value
 * IntakeLimits#EPOCHS_REMEMBERED} epochs of each, and {@value IntakeLimits#MISSING_RANGES_REMEMBERED} runs of missing
 * sequences per epoch. Those that hold nothing are forgotten {@value IntakeLimits#MEMORY_MILLIS} ms of append time after
 * their last record.
 */
final class ProducerRegistry {

    private final IntakeLimits limits;
    private final ChangeLedger<IntakeSnapshot> ledger;
    private final TallySink tallies;
    private final Map<String, KnownProducer> producers = new HashMap<>();

    ProducerRegistry(IntakeLimits limits, ChangeLedger<IntakeSnapshot> ledger, TallySink tallies) {
        this.limits = limits;
        this.ledger = ledger;
        this.tallies = tallies;
    }

    /** Whether a record comes from a known place and for the first time. */
    sealed interface Screening {
        record Passed(KnownProducer producer, KnownEpoch epoch) implements Screening {}

        record Stopped(Admission why) implements Screening {}
    }

    /** Puts a producer back as it was kept. */
    void restore(IntakeSnapshot.KnownProducer kept) {
        KnownProducer producer = producers.computeIfAbsent(kept.producerId(), KnownProducer::new);
        producer.lastAppendEpochMillis = kept.lastAppendEpochMillis();
        producer.forgottenToEpoch = kept.forgottenToEpoch();
        for (IntakeSnapshot.Epoch epoch : kept.epochs()) {
            producer.epochs.put(
                    epoch.epoch(),
                    new KnownEpoch(
                            epoch.epoch(),
                            SequenceTracker.restored(epoch.sequences(), IntakeLimits.MISSING_RANGES_REMEMBERED)));
        }
        producer.justRestored();
    }

    /** Puts back what a producer holds, before or after the producer itself. */
    void restore(Hold hold) {
        producers.computeIfAbsent(hold.producerId(), KnownProducer::new).holds(1);
    }

    /** Takes note of a record's origin. */
    Screening screen(Origin origin, long appendEpochMillis) {
        if (origin.epoch() > appendEpochMillis + limits.futureMillis()) {
            return new Screening.Stopped(new Admission.Refused(
                    Tally.REFUSED_FUTURE,
                    "its producer started " + (origin.epoch() - appendEpochMillis) + " ms after this was written, "
                            + limits.futureMillis() + " ms are allowed: the producer's clock is wrong"));
        }
        KnownProducer producer = producers.get(origin.producerId());
        if (producer == null) {
            if (producers.size() >= limits.producerLimit()) {
                return new Screening.Stopped(new Admission.Refused(
                        Tally.REFUSED_PRODUCER_LIMIT,
                        "the partition has its limit of " + limits.producerLimit() + " producers"));
            }
            producer = new KnownProducer(origin.producerId());
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
            case NEW -> new Screening.Passed(producer, epoch.get());
            case DUPLICATE -> new Screening.Stopped(Admission.DUPLICATE);
            case FORGOTTEN ->
                new Screening.Stopped(new Admission.Refused(
                        Tally.REFUSED_FORGOTTEN,
                        "sequence " + origin.sequence() + " of producer " + origin.producerId()
                                + " is no longer remembered"));
        };
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

    /** Says that a hold has ended. */
    void released(Hold hold) {
        KnownProducer producer = producers.get(hold.producerId());
        if (producer != null) {
            producer.holds(-1);
        }
    }

    /** Forgets those that hold nothing and have written nothing for long, by the partition's newest append time. */
    void forget(long newestAppendEpochMillis) {
        producers.values().removeIf(producer -> {
            boolean forgettable = producer.holds == 0
                    && newestAppendEpochMillis - producer.lastAppendEpochMillis > IntakeLimits.MEMORY_MILLIS;
            if (forgettable) {
                ledger.removed(producer);
            }
            return forgettable;
        });
    }

    /** A producer that has written to this partition. */
    static final class KnownProducer extends ChangeLedger.Entry<IntakeSnapshot> {
        private final String producerId;
        private final TreeMap<Long, KnownEpoch> epochs = new TreeMap<>();
        private int holds;
        private OptionalLong forgottenToEpoch = OptionalLong.empty();
        private long lastAppendEpochMillis;

        private KnownProducer(String producerId) {
            super("producer|" + producerId);
            this.producerId = producerId;
        }

        /** Takes note that it is there in so many more groups. */
        void holds(int more) {
            holds += more;
        }

        /** The state of an epoch; empty when it is too old. */
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
                    producerId,
                    lastAppendEpochMillis,
                    forgottenToEpoch,
                    epochs.values().stream().map(KnownEpoch::snapshot).toList());
        }
    }

    /** One epoch of a producer: its sequences. */
    static final class KnownEpoch {
        private final long number;
        private final SequenceTracker sequences;

        private KnownEpoch(long number, SequenceTracker sequences) {
            this.number = number;
            this.sequences = sequences;
        }

        private IntakeSnapshot.Epoch snapshot() {
            return new IntakeSnapshot.Epoch(number, sequences.snapshot());
        }
    }
}
