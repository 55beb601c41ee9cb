package dev.plumbline.detector.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.watch.Tally;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import io.quarkus.runtime.StartupEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ControlReaderTest {

    private static final TopicPartition CONTROLS = new TopicPartition(Topics.CONTROLS, 0);

    private final Watch watch = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());

    private static MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        Node node = new Node(1, "broker", 9092);
        consumer.updatePartitions(
                Topics.CONTROLS, List.of(new PartitionInfo(Topics.CONTROLS, 0, node, new Node[] {node}, new Node[0])));
        consumer.updateBeginningOffsets(Map.of(CONTROLS, 0L));
        consumer.updateEndOffsets(Map.of(CONTROLS, 0L));
        return consumer;
    }

    /** A name that no name server knows yet, for example: the stack's broker starts beside the detector. */
    @Test
    void aConsumerThatCannotBeMadeIsTriedAgain() {
        assertReadsWith(List.of(
                () -> {
                    throw new KafkaException("Failed to construct kafka consumer");
                },
                ControlReaderTest::consumer));
    }

    @Test
    void whateverFailsIsTriedAgainWithAnotherConsumer() {
        Consumer<byte[], byte[]> closed = consumer();
        closed.close();
        assertReadsWith(List.of(() -> closed, ControlReaderTest::consumer));
    }

    @Test
    void baselinesThatPeopleChoseAreReadToo() {
        MockConsumer<byte[], byte[]> consumer = consumer();
        TopicPartition baselines = new TopicPartition(Topics.BASELINES, 0);
        Node node = new Node(1, "broker", 9092);
        consumer.updatePartitions(
                Topics.BASELINES,
                List.of(new PartitionInfo(Topics.BASELINES, 0, node, new Node[] {node}, new Node[0])));
        consumer.updateBeginningOffsets(Map.of(CONTROLS, 0L, baselines, 0L));
        consumer.updateEndOffsets(Map.of(CONTROLS, 0L, baselines, 1L));
        consumer.schedulePollTask(() ->
                consumer.addRecord(new ConsumerRecord<>(Topics.BASELINES, 0, 0, new byte[] {'k'}, new byte[] {'{'})));
        ControlReader reader = reader(() -> consumer);
        reader.start(new StartupEvent());
        try {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(watch.deployCounts()).as("caught up").isPresent());
        } finally {
            reader.stop();
        }
        assertThat(watch.counted(Tally.UNDECODABLE)).isEqualTo(1);
    }

    private ControlReader reader(Supplier<Consumer<byte[], byte[]>> consumers) {
        return new ControlReader(watch, new Consumers() {
            @Override
            public Consumer<byte[], byte[]> open(Map<String, Object> settings) {
                return consumers.get();
            }

            @Override
            public Optional<String> topicId(String topic) {
                return Optional.empty();
            }
        });
    }

    private void assertReadsWith(List<Supplier<Consumer<byte[], byte[]>>> attempts) {
        Queue<Supplier<Consumer<byte[], byte[]>>> left = new ConcurrentLinkedQueue<>(attempts);
        ControlReader reader = reader(() -> left.remove().get());
        reader.start(new StartupEvent());
        try {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(watch.deployCounts()).isPresent());
        } finally {
            reader.stop();
        }
        assertThat(watch.counted(Tally.CONTROLS_UNREADABLE)).isEqualTo(1);
    }
}
