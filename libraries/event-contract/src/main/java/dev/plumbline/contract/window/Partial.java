package dev.plumbline.contract.window;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.series.ComparisonGroup;
import java.util.Objects;
import java.util.OptionalLong;

/** What the first stage of the aggregator tells the merging stage. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Partial.WindowPart.class, name = "part"),
    @JsonSubTypes.Type(value = Partial.GroupClosed.class, name = "closed"),
    @JsonSubTypes.Type(value = Partial.GroupReleased.class, name = "released")
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

    /**
     * The source partition holds the group: it will add to its windows, but not to those that end at or before this time,
     * except late events.
     *
     * @param toEpochMillis 0 when it has closed none yet
     */
    record GroupClosed(int sourcePartition, ComparisonGroup group, long toEpochMillis) implements Partial {
        public GroupClosed {
            requirePartition(sourcePartition);
            Objects.requireNonNull(group, "group");
            if (toEpochMillis < 0) {
                throw new IllegalArgumentException("closed to " + toEpochMillis + " is negative");
            }
        }
    }

    /**
     * Nobody is left in the group at the source partition: it holds none of its windows open.
     *
     * @param closedToEpochMillis it will add nothing to windows that end at or before this time, except late events
     * @param goodbyeEpochMillis the watermark of the last one's goodbye; empty when it fell silent
     */
    record GroupReleased(
            int sourcePartition, ComparisonGroup group, long closedToEpochMillis, OptionalLong goodbyeEpochMillis)
            implements Partial {
        public GroupReleased {
            requirePartition(sourcePartition);
            Objects.requireNonNull(group, "group");
            if (closedToEpochMillis < 0 || goodbyeEpochMillis.orElse(0) < 0) {
                throw new IllegalArgumentException(
                        "closed to " + closedToEpochMillis + ", goodbye at " + goodbyeEpochMillis + ": negative");
            }
        }
    }

    private static void requirePartition(int partition) {
        if (partition < 0) {
            throw new IllegalArgumentException("source partition " + partition + " is negative");
        }
    }
}
