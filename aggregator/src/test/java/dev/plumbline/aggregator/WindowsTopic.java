package dev.plumbline.aggregator;

import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what is committed on a windows topic, and makes the topics. */
final class WindowsTopic implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<String> seen = new HashSet<>();
    private final List<WindowRecord> records = new ArrayList<>();
    private long counted;
    private long duplicates;

    WindowsTopic(String bootstrapServers, Duration window, int partitions) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(Topics.windows(window), partition))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    static void create(String bootstrapServers, int partitions, List<Duration> windows) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        topics.add(new NewTopic(Topics.EVENTS, partitions, (short) 1)
                .configs(Map.of("message.timestamp.type", "LogAppendTime")));
        topics.add(new NewTopic(Topics.UNDECODABLE, partitions, (short) 1));
        for (Duration window : windows) {
            topics.add(new NewTopic(Topics.partials(window), partitions, (short) 1));
            topics.add(new NewTopic(Topics.windows(window), partitions, (short) 1));
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(topics).all().get(60, TimeUnit.SECONDS);
        }
    }

    /** Reads on until as many events are counted and nothing more comes for a while, or the time is over. */
    void awaitCounted(long wanted, Duration timeout, Duration quiet) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        long quietSinceNanos = System.nanoTime();
        while (System.nanoTime() < deadlineNanos) {
            int before = records.size();
            poll();
            if (records.size() > before) {
                quietSinceNanos = System.nanoTime();
            }
            if (counted >= wanted && System.nanoTime() - quietSinceNanos >= quiet.toNanos()) {
                return;
            }
        }
    }

    private void poll() {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            WindowRecord window = ((Decoded.Value<WindowRecord>) Codec.WINDOWS.decode(record.value())).value();
            records.add(window);
            counted += window.countedEvents();
            if (!seen.add(window.id() + "#" + window.revision())) {
                duplicates++;
            }
        }
    }

    /** Events in finals and corrections so far. */
    long counted() {
        return counted;
    }

    /** How often a (window, revision) appeared again. */
    long duplicates() {
        return duplicates;
    }

    List<WindowRecord> records() {
        return List.copyOf(records);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
