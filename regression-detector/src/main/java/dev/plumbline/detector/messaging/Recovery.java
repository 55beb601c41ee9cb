package dev.plumbline.detector.messaging;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.wire.Bytes;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.detector.watch.Published;
import dev.plumbline.detector.watch.Reading;
import dev.plumbline.detector.watch.Watch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Brings a {@link Watch} to where this detector, or one before it, had been: the snapshots and baselines, which are compacted;
 * the verdicts that were published after the snapshots; the newest alerts; and the windows of baselines in the making. What
 * it reads does not grow with what was ever measured. Without snapshots all verdicts are read, and windows from their
 * beginning.
 */
public final class Recovery {

    /** Newest records of a key that are tried: a damaged one must not cost the state that lies before it. */
    private static final int CANDIDATES = 3;

    /** Undecodable records that are reported of one recovery. */
    private static final int MOST_UNDECODABLE = 100;

    private static final Comparator<VerdictRecord> BY_TIME =
            Comparator.comparingLong(verdict -> verdict.window().endEpochMillis());

    private final Watch watch;
    private final Consumers consumers;
    private final long windowLengthMillis;

    /** @param windowLengthMillis of the windows that are judged; verdicts of others are left alone */
    public Recovery(Watch watch, Consumers consumers, long windowLengthMillis) {
        this.watch = watch;
        this.consumers = consumers;
        this.windowLengthMillis = windowLengthMillis;
    }

    /**
     * Restores partitions of the windows topic.
     *
     * @param committedOffsets by partition, up to where an earlier start had wholly dealt with its records
     * @return by partition, from where it is to be read
     * @throws IllegalStateException when a topic exists and cannot be read
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer, or refuses
     */
    Map<TopicPartition, Long> restore(Map<TopicPartition, Long> committedOffsets) {
        try (Consumer<byte[], byte[]> consumer =
                consumers.open(Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000))) {
            TopicReader reader = new TopicReader(consumer);
            List<UndecodableRecord> undecodable = new ArrayList<>();
            // By the keys that they lie under: a version that knew no conditions wrote some under others.
            Map<String, Snapshot> snapshots =
                    newestByKey(undecodable, Codec.SNAPSHOTS, action -> reader.read(Topics.SNAPSHOTS, action));
            Map<TopicPartition, Snapshot.OfPartition> positions = positions(
                    snapshots,
                    committedOffsets.keySet().stream()
                            .map(TopicPartition::topic)
                            .collect(Collectors.toSet()));
            Set<TopicPartition> known = new HashSet<>(committedOffsets.keySet());
            known.addAll(positions.keySet());
            watch.restore(published(reader, snapshots, known, positions, undecodable));
            Map<TopicPartition, Long> starts = new HashMap<>();
            committedOffsets.forEach((partition, committed) -> {
                Reading reading =
                        reading(consumer, partition, committed, Optional.ofNullable(positions.get(partition)));
                watch.assign(partition.partition(), reading);
                reader.read(
                        partition,
                        watch.learningOffsets(partition.partition()),
                        record -> watch.relearn(record.partition(), record.offset(), record.value()));
                starts.put(partition, reading.startOffset());
            });
            return starts;
        }
    }

    /**
     * How far partitions were read, where the snapshots speak of the topic as it is now: those that are restored, and all
     * others of their topics. These may be this detector's, too, and not be caught up: what was told of their windows must
     * not be forgotten because another partition comes.
     */
    private Map<TopicPartition, Snapshot.OfPartition> positions(Map<String, Snapshot> snapshots, Set<String> topics) {
        Map<String, Optional<String>> ids = new HashMap<>();
        Map<TopicPartition, Snapshot.OfPartition> positions = new HashMap<>();
        for (Snapshot snapshot : snapshots.values()) {
            if (snapshot instanceof Snapshot.OfPartition position) {
                TopicPartition partition = new TopicPartition(position.topic(), position.partition());
                if (topics.contains(position.topic())
                        && ids.computeIfAbsent(position.topic(), consumers::topicId)
                                .filter(position.topicId()::equals)
                                .isPresent()) {
                    positions.put(partition, position);
                }
            }
        }
        return positions;
    }

    private static Reading reading(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long committed,
            Optional<Snapshot.OfPartition> position) {
        long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long start = position.map(Snapshot.OfPartition::nextOffset)
                .filter(next -> next <= end)
                .map(next -> Math.max(begin, next))
                .orElse(begin);
        long last = new TopicReader(consumer).lastOffset(partition, start, end);
        return new Reading(committed, start, last, position.isPresent());
    }

    private Published published(
            TopicReader reader,
            Map<String, Snapshot> snapshots,
            Collection<TopicPartition> partitions,
            Map<TopicPartition, Snapshot.OfPartition> positions,
            List<UndecodableRecord> undecodable) {
        Map<String, VerdictRecord> verdicts = new HashMap<>();
        snapshots.values().forEach(snapshot -> {
            if (snapshot instanceof Snapshot.OfSeries series && isJudged(series.verdict())) {
                verdicts.merge(key(series.verdict()), series.verdict(), Recovery::later);
            }
        });
        newestByKey(
                        undecodable,
                        Codec.VERDICTS,
                        action -> reader.read(
                                Topics.VERDICTS,
                                verdictPartition -> partitions.stream()
                                        .mapToLong(partition -> verdictsFrom(
                                                Optional.ofNullable(positions.get(partition)),
                                                verdictPartition.partition()))
                                        .min()
                                        .orElse(0),
                                action))
                .values()
                .stream()
                .filter(this::isJudged)
                .forEach(verdict -> verdicts.merge(key(verdict), verdict, Recovery::later));
        Map<String, BaselineRecord> baselines = new HashMap<>();
        newestByKey(undecodable, Codec.BASELINES, action -> reader.read(Topics.BASELINES, action)).values().stream()
                .filter(baseline -> baseline.kind() == BaselineRecord.Kind.LEARNED)
                .forEach(baseline -> baselines.merge(baseline.comparison(), baseline, Recovery::newer));
        return new Published(verdicts, baselines, alerts(reader, undecodable), snapshots, undecodable);
    }

    private boolean isJudged(VerdictRecord verdict) {
        return verdict.window().lengthMillis() == windowLengthMillis;
    }

    private static String key(VerdictRecord verdict) {
        return verdict.window().series().key();
    }

    private static BaselineRecord newer(BaselineRecord one, BaselineRecord other) {
        return one.learned().untilEpochMillis() > other.learned().untilEpochMillis() ? one : other;
    }

    private static VerdictRecord later(VerdictRecord one, VerdictRecord other) {
        return BY_TIME.compare(one, other) > 0 ? one : other;
    }

    private static long verdictsFrom(Optional<Snapshot.OfPartition> position, int verdictPartition) {
        return position.filter(
                        known -> verdictPartition < known.verdictOffsets().size())
                .map(known -> known.verdictOffsets().get(verdictPartition))
                .orElse(0L);
    }

    /** Somebody who reads records of a topic. */
    @FunctionalInterface
    private interface Source {
        void read(TopicReader.Action action);
    }

    /** The newest record of each key that can be understood, among its {@link #CANDIDATES} newest; only those are decoded. */
    private static <T> Map<String, T> newestByKey(List<UndecodableRecord> undecodable, Codec<T> codec, Source source) {
        Map<String, Deque<ConsumerRecord<byte[], byte[]>>> candidates = new HashMap<>();
        source.read(record -> {
            if (record.key() != null) {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                if (record.value() == null) {
                    candidates.remove(key);
                } else {
                    Deque<ConsumerRecord<byte[], byte[]>> ofKey =
                            candidates.computeIfAbsent(key, unused -> new ArrayDeque<>());
                    ofKey.addFirst(record);
                    if (ofKey.size() > CANDIDATES) {
                        ofKey.removeLast();
                    }
                }
            }
        });
        Map<String, T> newest = new HashMap<>();
        candidates.forEach((key, ofKey) -> {
            for (ConsumerRecord<byte[], byte[]> record : ofKey) {
                Optional<T> value = decoded(codec, record, undecodable);
                if (value.isPresent()) {
                    newest.put(key, value.get());
                    return;
                }
            }
        });
        return newest;
    }

    private static List<AlertRecord> alerts(TopicReader reader, List<UndecodableRecord> undecodable) {
        Deque<AlertRecord> alerts = new ArrayDeque<>();
        reader.readLast(
                Topics.ALERTS,
                Watch.KEPT_ALERTS,
                record -> decoded(Codec.ALERTS, record, undecodable).ifPresent(alert -> {
                    alerts.addLast(alert);
                    if (alerts.size() > Watch.KEPT_ALERTS) {
                        alerts.removeFirst();
                    }
                }));
        return List.copyOf(alerts);
    }

    /** Remembers what cannot be understood, up to a bound; a topic full of garbage must not fill the memory. */
    private static <T> Optional<T> decoded(
            Codec<T> codec, ConsumerRecord<byte[], byte[]> record, List<UndecodableRecord> undecodable) {
        switch (codec.decode(record.value())) {
            case Decoded.Value<T> good -> {
                return Optional.of(good.value());
            }
            case Decoded.Undecodable<T> bad -> {
                if (undecodable.size() < MOST_UNDECODABLE) {
                    undecodable.add(new UndecodableRecord(
                            record.topic(),
                            record.partition(),
                            record.offset(),
                            bad.reason(),
                            Bytes.of(record.value())));
                }
                return Optional.empty();
            }
        }
    }
}
