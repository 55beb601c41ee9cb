package dev.plumbline.detector.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.broker.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real log: marks of transactions have offsets, and nobody sees them. */
class TopicReaderIT {

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final String topic = "t-" + TOPICS.incrementAndGet();
    private final TopicPartition alone = new TopicPartition(topic, 0);

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;
    private static KafkaConsumers kafka;
    private Consumer<byte[], byte[]> consumer;
    private TopicReader reader;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(folder, 0);
        kafka = new KafkaConsumers(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void makeTopic() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(60, TimeUnit.SECONDS);
        }
        consumer = kafka.open(Map.of());
        reader = new TopicReader(consumer);
    }

    @AfterEach
    void close() {
        consumer.close();
    }

    /** Transactions of three records each: 0 1 2, mark, 4 5 6, mark, ... */
    private void send(int transactions, boolean commit) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "one"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < transactions; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 3; j++) {
                    producer.send(new ProducerRecord<>(topic, (i + "/" + j).getBytes(StandardCharsets.UTF_8)))
                            .get(60, TimeUnit.SECONDS);
                }
                if (commit) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
    }

    private long end() {
        return reader.ends(topic).getFirst();
    }

    /** The mark of a transaction is written after its commit has returned. */
    private void awaitEnd(long end) {
        await("the end of the topic")
                .pollInSameThread()
                .atMost(Duration.ofMinutes(6))
                .untilAsserted(() -> assertThat(end()).isEqualTo(end));
    }

    @Test
    void theLastRecordIsFoundBeforeMarksAndBeforeWhatWasAborted() throws Exception {
        assertThat(reader.lastOffset(alone, 0, end())).isEqualTo(-1);
        send(2, true);
        awaitEnd(8);
        assertThat(reader.lastOffset(alone, 0, end())).isEqualTo(6);
        assertThat(reader.lastOffset(alone, 7, end())).as("nothing but a mark").isEqualTo(-1);
        send(6, false);
        awaitEnd(32);
        assertThat(reader.lastOffset(alone, 0, end())).isEqualTo(6);
    }

    @Test
    void singleRecordsAreReadAndThoseThatAreNotThereAreLeftOut() throws Exception {
        send(3, true);
        awaitEnd(12);
        List<Long> seen = new ArrayList<>();
        reader.read(alone, List.of(1L, 2L, 5L, 10L, 400L), record -> seen.add(record.offset()));
        assertThat(seen).containsExactly(1L, 2L, 5L, 10L);
    }

    @Test
    void aTopicIsReadFromSomewhereOnAndFromItsBeginningWhereItIsShorterThanThat() throws Exception {
        send(3, true);
        awaitEnd(12);
        List<Long> seen = new ArrayList<>();
        reader.read(topic, partition -> 6, record -> seen.add(record.offset()));
        assertThat(seen).containsExactly(6L, 8L, 9L, 10L);
        seen.clear();
        reader.read(topic, partition -> 13, record -> seen.add(record.offset()));
        assertThat(seen).hasSize(9);
        seen.clear();
        reader.readLast(topic, 4, record -> seen.add(record.offset()));
        assertThat(seen).containsExactly(8L, 9L, 10L);
    }

    @Test
    void aTopicThatWasMadeAgainHasAnotherId() throws Exception {
        Optional<String> before = kafka.topicId(topic);
        assertThat(before).isPresent();
        assertThat(kafka.topicId(topic)).isEqualTo(before);
        assertThat(kafka.topicId("none")).isEmpty();
    }
}
