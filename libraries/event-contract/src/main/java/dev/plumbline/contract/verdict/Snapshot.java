package dev.plumbline.contract.verdict;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.verdict.SeriesSnapshot.Continuity;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A record of the snapshots topic: from these a detector goes on after a start, without reading history. They are written
 * together from time to time, each {@link OfLearning} before any {@link OfSeries}, the {@link OfPartition} last. What lies behind it in the windows topic is judged again; the
 * verdicts topic, from where the position says, tells which of that had been told.
 *
 * <p>The newest record of a key counts, one without value takes it back.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Snapshot.OfSeries.class, name = "series"),
    @JsonSubTypes.Type(value = Snapshot.OfLearning.class, name = "learning"),
    @JsonSubTypes.Type(value = Snapshot.OfPartition.class, name = "partition")
})
public sealed interface Snapshot {

    /** Record key: the kind, a slash, and what tells records of the kind apart. */
    String key();

    /** A series as it stands: its last verdict. */
    record OfSeries(VerdictRecord verdict) implements Snapshot {
        public OfSeries {
            Objects.requireNonNull(verdict, "verdict");
        }

        @Override
        public String key() {
            return "series/" + verdict.window().lengthMillis() + '/'
                    + verdict.window().series().key();
        }
    }

    /**
     * A group without baseline: which windows it has learned from, or passed over, so far. They are read again, because
     * their sum is larger than the few of them that are in the windows topic anyway.
     *
     * @param partition of the windows topic
     * @param offsets where they lie in it, ascending
     * @param conditions digest of the conditions that it is learned under; empty where nobody said
     * @param stood by variant, where its series stood when learning began; none where learning began with it
     */
    record OfLearning(
            ComparisonGroup group,
            long windowLengthMillis,
            int partition,
            List<Long> offsets,
            Optional<String> conditions,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Continuity> stood)
            implements Snapshot {
        public OfLearning {
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(conditions, "conditions");
            // Earlier versions did not tell.
            stood = Collections.unmodifiableMap(new TreeMap<>(Objects.requireNonNullElse(stood, Map.of())));
            offsets = List.copyOf(offsets);
            if (windowLengthMillis < 1 || partition < 0) {
                throw new IllegalArgumentException(
                        "windows of " + windowLengthMillis + " ms in partition " + partition);
            }
        }

        @Override
        public String key() {
            return "learning/" + windowLengthMillis + '/' + comparison();
        }

        /** What is learned, see {@link dev.plumbline.contract.series.Series#comparison}. */
        public String comparison() {
            return group.key() + conditions.map(digest -> '#' + digest).orElse("");
        }
    }

    /**
     * How far a partition of the windows topic is read: all before it is in the snapshots.
     *
     * @param topic the windows topic
     * @param topicId of the topic as it was: one that was deleted and made again has another, and other records at the
     *     same offsets; empty where Kafka does not tell
     * @param nextOffset the first record that is not in the snapshots
     * @param verdictOffsets by partition of the verdicts topic, a place behind every verdict on windows before
     *     {@code nextOffset}
     */
    record OfPartition(String topic, String topicId, int partition, long nextOffset, List<Long> verdictOffsets)
            implements Snapshot {
        public OfPartition {
            Objects.requireNonNull(topic, "topic");
            Objects.requireNonNull(topicId, "topicId");
            verdictOffsets = List.copyOf(verdictOffsets);
            if (partition < 0 || nextOffset < 0) {
                throw new IllegalArgumentException("partition " + partition + ", offset " + nextOffset);
            }
        }

        @Override
        public String key() {
            return "partition/" + topic + '/' + partition;
        }
    }
}
