package dev.plumbline.windowing;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;

/** A piece of a {@link WindowMerger} as a value, for the store from which it is put together again. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MergeSnapshot.MergeProgress.class, name = "standing"),
    @JsonSubTypes.Type(value = MergeSnapshot.Open.class, name = "open"),
    @JsonSubTypes.Type(value = MergeSnapshot.Final.class, name = "final")
})
public sealed interface MergeSnapshot {

    /**
     * How far the merging is.
     *
     * @param sources by source partition
     * @param highestForgottenRevision no forgotten window has a higher revision; 0 when none was forgotten
     */
    record MergeProgress(long closedToEpochMillis, List<Source> sources, int highestForgottenRevision)
            implements MergeSnapshot {
        public MergeProgress {
            sources = List.copyOf(sources);
        }
    }

    /** What is known of a source partition. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Source.Unheard.class, name = "unheard"),
        @JsonSubTypes.Type(value = Source.Idle.class, name = "idle"),
        @JsonSubTypes.Type(value = Source.Closed.class, name = "closed")
    })
    sealed interface Source {
        /** It has never spoken and holds every window. */
        record Unheard() implements Source {}

        /** It has no live producer and holds no window. */
        record Idle() implements Source {}

        /** It holds every window that ends later. */
        record Closed(long toEpochMillis) implements Source {}
    }

    /** Parts of a window that is not final yet. */
    record Open(WindowId id, WindowSummary summary, ExcludedPart excluded) implements MergeSnapshot {}

    /** The last revision of a window that is final. */
    record Final(WindowId id, int revision) implements MergeSnapshot {}
}
