package dev.plumbline.aggregator;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what is committed on a windows topic, and makes the topics. */
final class WindowsTopic implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(2);

    private final String bootstrapServers;
    private final Duration window;
    private final int partitions;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Set<String> seen = new HashSet<>();
    private final List<WindowRecord> records = new ArrayList<>();
    private long counted;
    private long offered;
    private long duplicates;

    WindowsTopic(String bootstrapServers, Duration window, int partitions) {
        this.bootstrapServers = bootstrapServers;
        this.window = window;
        this.partitions = partitions;
        consumer = consumer(bootstrapServers);
        List<TopicPartition> all = partitions(Topics.windows(window));
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
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

    /**
     * Reads on until the aggregator has nothing left to do, which bounds what can still come and asks for no quiet time:
     * it has committed every event, of each group it was said last that nobody is left, these partials are committed too,
     * and what it wrote then is read. Nobody may write events any more.
     *
     * @param group the aggregator's consumer group
     * @return false when that did not happen in time
     */
    boolean awaitDrained(String group, Duration atMost) throws Exception {
        long deadlineNanos = System.nanoTime() + atMost.toNanos();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
                KafkaConsumer<byte[], byte[]> partials = consumer(bootstrapServers)) {
            List<TopicPartition> merges = partitions(Topics.partials(window));
            partials.assign(merges);
            partials.seekToBeginning(merges);
            Map<ComparisonGroup, Partial> lastWords = new HashMap<>();
            Map<TopicPartition, Long> wanted = new HashMap<>();
            while (System.nanoTime() < deadlineNanos) {
                poll();
                // Before the partials: whatever the last events made is in the same transactions as these.
                boolean eventsTaken = committed(admin, group)
                        .entrySet()
                        .containsAll(ends(admin, Topics.EVENTS).entrySet());
                for (ConsumerRecord<byte[], byte[]> record : partials.poll(POLL)) {
                    Partial partial = ((Decoded.Value<Partial>) Codec.PARTIALS.decode(record.value())).value();
                    switch (partial) {
                        case Partial.WindowPart ignored -> {}
                        case Partial.GroupClosed closed -> lastWords.put(closed.group(), partial);
                        case Partial.GroupReleased released -> lastWords.put(released.group(), partial);
                    }
                    wanted.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
                }
                boolean idle = lastWords.values().stream().allMatch(Partial.GroupReleased.class::isInstance)
                        && isReadToTheEnd(admin, partials, Topics.partials(window));
                if (eventsTaken && idle && isCommitted(admin, group, wanted)) {
                    return readToTheEnd(admin, deadlineNanos);
                }
            }
        }
        return false;
    }

    private static boolean isCommitted(Admin admin, String group, Map<TopicPartition, Long> wanted) throws Exception {
        Map<TopicPartition, Long> committed = committed(admin, group);
        return wanted.entrySet().stream()
                .allMatch(entry -> committed.getOrDefault(entry.getKey(), -1L) >= entry.getValue());
    }

    private boolean readToTheEnd(Admin admin, long deadlineNanos) throws Exception {
        while (System.nanoTime() < deadlineNanos) {
            poll();
            if (isReadToTheEnd(admin, consumer, Topics.windows(window))) {
                return true;
            }
        }
        return false;
    }

    /** Up to the last written record, not only the last committed one: no transaction is open. */
    private boolean isReadToTheEnd(Admin admin, KafkaConsumer<byte[], byte[]> reader, String topic) throws Exception {
        return ends(admin, topic).entrySet().stream()
                .allMatch(end -> reader.position(end.getKey(), LONGEST_ANSWER) >= end.getValue());
    }

    private Map<TopicPartition, Long> ends(Admin admin, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions(topic).forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest)
                .all()
                .get(LONGEST_ANSWER.toSeconds(), TimeUnit.SECONDS)
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private static Map<TopicPartition, Long> committed(Admin admin, String group) throws Exception {
        Map<TopicPartition, Long> committed = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(LONGEST_ANSWER.toSeconds(), TimeUnit.SECONDS)
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset.offset());
                    }
                });
        return committed;
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
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            WindowRecord window = ((Decoded.Value<WindowRecord>) Codec.WINDOWS.decode(record.value())).value();
            records.add(window);
            counted += window.countedEvents();
            offered += window.delta().offered() + window.excluded().offered();
            if (!seen.add(window.id() + "#" + window.revision())) {
                duplicates++;
            }
        }
    }

    /** Events in finals and corrections so far. */
    long counted() {
        return counted;
    }

    /** Requests offered in finals and corrections so far, by what producers told of their activity. */
    long offered() {
        return offered;
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
