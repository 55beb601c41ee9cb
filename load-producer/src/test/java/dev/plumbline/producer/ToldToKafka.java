package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A real broker, and what producers have told it. */
final class ToldToKafka implements AutoCloseable {

    static final int PARTITIONS = 3;

    private final EmbeddedBroker broker;

    /** A broker with a topic of events. */
    ToldToKafka(Path folder) throws Exception {
        broker = start(folder);
        create(Topics.EVENTS);
    }

    private static EmbeddedBroker start(Path folder) throws IOException {
        return EmbeddedBroker.start(folder.resolve("broker"), 0);
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    void create(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    /** Every record of a topic so far. */
    List<ConsumerRecord<byte[], byte[]>> all(String topic) {
        List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            for (int polls = 0; records.size() < end && polls < 100; polls++) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
            assertThat((long) records.size()).as("read of " + topic).isEqualTo(end);
        }
        return records;
    }

    /** Every request to a target that was told. */
    List<RequestEvent> requests(String target) {
        return told(target)
                .filter(RequestEvent.class::isInstance)
                .map(RequestEvent.class::cast)
                .toList();
    }

    /** What heartbeats about a target told of its seconds; of one second there may be several. */
    List<Activity> activity(String target) {
        return told(target)
                .filter(Heartbeat.class::isInstance)
                .flatMap(event -> ((Heartbeat) event).activity().stream())
                .toList();
    }

    private Stream<Event> told(String target) {
        return all(Topics.EVENTS).stream()
                .map(told -> ((Decoded.Value<Event>) Codec.EVENTS.decode(told.value())).value())
                .filter(event -> event.group().target().equals(target));
    }

    @Override
    public void close() {
        broker.close();
    }
}
