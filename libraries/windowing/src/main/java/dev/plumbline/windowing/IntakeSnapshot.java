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
    @JsonSubTypes.Type(value = IntakeSnapshot.SourceProgress.class, name = "standing"),
    @JsonSubTypes.Type(value = IntakeSnapshot.KnownProducer.class, name = "producer"),
    @JsonSubTypes.Type(value = IntakeSnapshot.KnownSeries.class, name = "series"),
    @JsonSubTypes.Type(value = IntakeSnapshot.Contribution.class, name = "contribution")
})
public sealed interface IntakeSnapshot {

    /** What the merge stage was told last about a source partition. */
    enum Announced {
        NOTHING,
        IDLE,
        ACTIVE
    }

    /** How far the partition is. */
    record SourceProgress(long closedToEpochMillis, Announced announced) implements IntakeSnapshot {}

    /**
     * One producer.
     *
     * @param forgottenToEpoch epochs up to this one are refused unless they are listed; empty when none was forgotten
     * @param live what it holds
     */
    record KnownProducer(
            String producerId,
            long lastAppendEpochMillis,
            OptionalLong forgottenToEpoch,
            List<Epoch> epochs,
            List<Hold> live)
            implements IntakeSnapshot {
        public KnownProducer {
            epochs = List.copyOf(epochs);
            live = List.copyOf(live);
        }
    }

    /** One start of a producer, and the groups that it has left. */
    record Epoch(long epoch, SequenceTracker.Snapshot sequences, List<ComparisonGroup> left) {
        public Epoch {
            left = List.copyOf(left);
        }
    }

    /**
     * What a producer holds open: the windows of one group.
     *
     * @param untilEpochMillis its watermark, 0 before the first
     * @param heardAppendEpochMillis append time of its last heartbeat, or of its first record before that
     */
    record Hold(ComparisonGroup group, long untilEpochMillis, long heardAppendEpochMillis) {}

    /** A series that has a place below the limit. */
    record KnownSeries(Series series, long lastWindowEndEpochMillis) implements IntakeSnapshot {}

    /**
     * What one producer epoch contributed to one window, not yet emitted.
     *
     * @param late whether the window was closed before
     */
    record Contribution(
            WindowId id, String producerId, long epoch, boolean late, WindowSummary summary, Set<Sickness> sickness)
            implements IntakeSnapshot {
        public Contribution {
            sickness = Set.copyOf(sickness);
        }
    }
}
