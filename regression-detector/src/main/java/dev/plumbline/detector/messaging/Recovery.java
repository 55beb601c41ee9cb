package dev.plumbline.detector.messaging;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.wire.Bytes;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.detector.watch.Published;
import dev.plumbline.detector.watch.Watch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads back what was published, each topic once from its beginning to the end that it had when reading began. Only the
 * newest record of each key is decoded, so that weeks of verdicts cost their transfer and nothing more.
 */
public final class Recovery {

    /** Polls without any record after which a topic counts as unreadable. */
    private static final int MOST_EMPTY_POLLS = 60;

    /** Newest records of a key that are tried: a damaged one must not cost the state that lies before it. */
    private static final int CANDIDATES = 3;

    /** Undecodable records that are reported of one recovery. */
    private static final int MOST_UNDECODABLE = 100;

    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumers consumers;

    public Recovery(Consumers consumers) {
        this.consumers = consumers;
    }

    /**
     * @throws IllegalStateException when a topic exists and cannot be read
     */
    Published read() {
        try (Consumer<byte[], byte[]> consumer =
                consumers.open(Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000))) {
            List<UndecodableRecord> undecodable = new ArrayList<>();
            Map<String, VerdictRecord> verdicts = new HashMap<>();
            newestByKey(consumer, Topics.VERDICTS, Codec.VERDICTS, undecodable)
                    .forEach(verdict -> verdicts.put(verdict.window().series().key(), verdict));
            Map<String, BaselineRecord> baselines = new HashMap<>();
            newestByKey(consumer, Topics.BASELINES, Codec.BASELINES, undecodable).stream()
                    .filter(baseline -> baseline.kind() == BaselineRecord.Kind.LEARNED)
                    .forEach(baseline -> baselines.put(baseline.group().key(), baseline));
            List<AlertRecord> alerts = alerts(consumer, undecodable);
            return new Published(verdicts, baselines, alerts, undecodable);
        }
    }

    /** The newest record of each key that can be understood, among its {@link #CANDIDATES} newest. */
    private static <T> List<T> newestByKey(
            Consumer<byte[], byte[]> consumer, String topic, Codec<T> codec, List<UndecodableRecord> undecodable) {
        Map<String, Deque<ConsumerRecord<byte[], byte[]>>> candidates = new HashMap<>();
        forEach(consumer, topic, record -> {
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
        List<T> newest = new ArrayList<>();
        candidates.values().forEach(ofKey -> {
            for (ConsumerRecord<byte[], byte[]> record : ofKey) {
                Optional<T> value = decoded(codec, record, undecodable);
                if (value.isPresent()) {
                    newest.add(value.get());
                    return;
                }
            }
        });
        return newest;
    }

    private static List<AlertRecord> alerts(Consumer<byte[], byte[]> consumer, List<UndecodableRecord> undecodable) {
        Deque<AlertRecord> alerts = new ArrayDeque<>();
        forEach(
                consumer,
                Topics.ALERTS,
                record -> decoded(Codec.ALERTS, record, undecodable).ifPresent(alert -> {
                    alerts.addLast(alert);
                    if (alerts.size() > Watch.KEPT_ALERTS) {
                        alerts.removeFirst();
                    }
                }));
        return List.copyOf(alerts);
    }

    private static void forEach(
            Consumer<byte[], byte[]> consumer,
            String topic,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> action) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (PartitionInfo info :
                Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of())) {
            partitions.add(new TopicPartition(topic, info.partition()));
        }
        if (partitions.isEmpty()) {
            return;
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        int emptyPolls = 0;
        while (partitions.stream()
                .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
            boolean any = false;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                any = true;
                action.accept(record);
            }
            emptyPolls = any ? 0 : emptyPolls + 1;
            if (emptyPolls > MOST_EMPTY_POLLS) {
                throw new IllegalStateException("topic " + topic + " cannot be read to its end");
            }
        }
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
