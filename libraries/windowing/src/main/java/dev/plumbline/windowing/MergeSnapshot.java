package dev.plumbline.windowing;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowSummary;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** A piece of a {@link WindowMerger} as a value, for the store from which it is put together again. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MergeSnapshot.MergeProgress.class, name = "progress"),
    @JsonSubTypes.Type(value = MergeSnapshot.KnownGroup.class, name = "group"),
    @JsonSubTypes.Type(value = MergeSnapshot.Open.class, name = "open"),
    @JsonSubTypes.Type(value = MergeSnapshot.Final.class, name = "final")
})
public sealed interface MergeSnapshot {

    /**
     * How far the partition is.
     *
     * @param offset of the last record that was read; what lies at or below it is in the state
     * @param sourcePartitions how many partitions the events topic had
     */
    record MergeProgress(long offset, int sourcePartitions) implements MergeSnapshot {}

    /**
     * One group.
     *
     * @param heldToEpochMillis by source partition that holds it, up to which end that one has closed
     * @param lastStartEpochMillis by strand ({@code Series.strand}), the start of the last window that was said of a series that has not ended
     * @param highestForgottenRevision no forgotten window has a higher revision; 0 when none was forgotten
     */
    record KnownGroup(
            ComparisonGroup group,
            long closedToEpochMillis,
            Map<Integer, Long> heldToEpochMillis,
            Map<String, Long> lastStartEpochMillis,
            int highestForgottenRevision)
            implements MergeSnapshot {
        public KnownGroup {
            heldToEpochMillis = Collections.unmodifiableMap(new TreeMap<>(heldToEpochMillis));
            lastStartEpochMillis = Collections.unmodifiableMap(new TreeMap<>(lastStartEpochMillis));
        }
    }

    /**
     * Parts of a window that is not final yet.
     *
     * @param slot the number under which it is kept
     */
    record Open(int slot, WindowId id, WindowSummary summary, ExcludedPart excluded) implements MergeSnapshot {}

    /** The last revision of a window that is final. */
    record Final(WindowId id, int revision) implements MergeSnapshot {}
}
