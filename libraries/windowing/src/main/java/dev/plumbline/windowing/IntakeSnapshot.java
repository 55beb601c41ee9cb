package dev.plumbline.windowing;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** A piece of a {@link PartitionIntake} as a value, for the store from which it is put together again. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = IntakeSnapshot.PartitionProgress.class, name = "progress"),
    @JsonSubTypes.Type(value = IntakeSnapshot.KnownProducer.class, name = "producer"),
    @JsonSubTypes.Type(value = IntakeSnapshot.KnownGroup.class, name = "group"),
    @JsonSubTypes.Type(value = IntakeSnapshot.Hold.class, name = "hold"),
    @JsonSubTypes.Type(value = IntakeSnapshot.KnownSeries.class, name = "series"),
    @JsonSubTypes.Type(value = IntakeSnapshot.Contribution.class, name = "contribution")
})
public sealed interface IntakeSnapshot {

    /**
     * How far the partition is.
     *
     * @param offset of the last record that was read; what lies at or below it is in the state
     * @param newestAppendEpochMillis append time of the newest record, 0 before the first
     * @param livedMillis how long there was life in the log
     */
    record PartitionProgress(long offset, long newestAppendEpochMillis, long livedMillis) implements IntakeSnapshot {}

    /**
     * One producer.
     *
     * @param forgottenToEpoch epochs up to this one are refused unless they are listed; empty when none was forgotten
     */
    record KnownProducer(
            String producerId, long lastAppendEpochMillis, OptionalLong forgottenToEpoch, List<Epoch> epochs)
            implements IntakeSnapshot {
        public KnownProducer {
            epochs = List.copyOf(epochs);
        }
    }

    /** One start of a producer. */
    record Epoch(long epoch, SequenceTracker.Snapshot sequences) {}

    /**
     * One group.
     *
     * @param closedToEpochMillis windows that end at or before this are closed
     * @param countedBeforeEpochMillis windows that end at or before this were said by another application
     * @param latestEndEpochMillis the latest end of an event
     * @param heardAppendEpochMillis append time of its newest record
     */
    record KnownGroup(
            ComparisonGroup group,
            long closedToEpochMillis,
            long countedBeforeEpochMillis,
            long latestEndEpochMillis,
            long heardAppendEpochMillis)
            implements IntakeSnapshot {}

    /**
     * One start of a producer in one group.
     *
     * @param spoken whether it has sent a heartbeat
     * @param farBehind whether its watermark lay far behind the foremost when it sent its last heartbeat
     * @param stalled whether nobody waits for it
     * @param untilEpochMillis its watermark, 0 before the first
     * @param heardAppendEpochMillis append time of what was heard last
     * @param heardLivedMillis the log's life at that time
     * @param advancedLivedMillis the log's life when the watermark went forward last
     */
    record Hold(
            ComparisonGroup group,
            String producerId,
            long epoch,
            boolean spoken,
            boolean farBehind,
            boolean stalled,
            long untilEpochMillis,
            long heardAppendEpochMillis,
            long heardLivedMillis,
            long advancedLivedMillis)
            implements IntakeSnapshot {}

    /** A series that has a place below the limit. */
    record KnownSeries(Series series, long lastWindowEndEpochMillis) implements IntakeSnapshot {}

    /**
     * What one producer epoch contributed to one window, not yet emitted.
     *
     * @param slot the number under which it is kept
     * @param late whether the window was closed before
     */
    record Contribution(
            int slot,
            WindowId id,
            String producerId,
            long epoch,
            boolean late,
            WindowSummary summary,
            Set<Sickness> sickness)
            implements IntakeSnapshot {
        public Contribution {
            sickness = Set.copyOf(sickness);
        }
    }
}
