package dev.plumbline.contract.window;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;

/** What the first stage of the aggregator tells the merging stage. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Partial.WindowPart.class, name = "part"),
    @JsonSubTypes.Type(value = Partial.SourceClosed.class, name = "closed"),
    @JsonSubTypes.Type(value = Partial.SourceIdle.class, name = "idle")
})
public sealed interface Partial {

    /** Partition of the events topic that it comes from. */
    int sourcePartition();

    /** One source partition's part of a window; additive, there may be several. */
    record WindowPart(int sourcePartition, WindowId id, WindowSummary summary, ExcludedPart excluded)
            implements Partial {
        public WindowPart {
            requirePartition(sourcePartition);
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(summary, "summary");
            Objects.requireNonNull(excluded, "excluded");
        }
    }

    /** The source partition will add nothing to windows that end at or before this time, except late events. */
    record SourceClosed(int sourcePartition, long toEpochMillis) implements Partial {
        public SourceClosed {
            requirePartition(sourcePartition);
            if (toEpochMillis < 0) {
                throw new IllegalArgumentException("closed to " + toEpochMillis + " is negative");
            }
        }
    }

    /** The source partition has no live producer and holds no window open. */
    record SourceIdle(int sourcePartition) implements Partial {
        public SourceIdle {
            requirePartition(sourcePartition);
        }
    }

    private static void requirePartition(int partition) {
        if (partition < 0) {
            throw new IllegalArgumentException("source partition " + partition + " is negative");
        }
    }
}
