package dev.plumbline.detector.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import io.quarkus.runtime.StartupEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Kafka's rebalance does to the state, also when it goes wrong. */
class WindowPartitionsTest {

    private static final String TOPIC = "plumbline.windows.10s.v1";
    private static final TopicPartition WINDOWS = new TopicPartition(TOPIC, 0);

    private final Watch watch = new Watch(TOPIC, 10_000, JudgementSettings.defaults());
    private final ControlReader controls = new ControlReader(watch, kafka(settings -> emptyConsumer()));
    private final MockConsumer<byte[], byte[]> channel = new MockConsumer<>("earliest");
    private final List<String> ends = new ArrayList<>();

    @BeforeEach
    void followControls() {
        controls.start(new StartupEvent());
    }

    @AfterEach
    void stop() {
        controls.stop();
    }

    private static MockConsumer<byte[], byte[]> emptyConsumer() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        consumer.updateBeginningOffsets(Map.of(WINDOWS, 3L));
        consumer.updateEndOffsets(Map.of(WINDOWS, 3L));
        return consumer;
    }

    private static Consumers kafka(Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers) {
        return new Consumers() {
            @Override
            public Consumer<byte[], byte[]> open(Map<String, Object> settings) {
                return consumers.apply(settings);
            }

            @Override
            public Optional<String> topicId(String topic) {
                return Optional.empty();
            }
        };
    }

    private WindowPartitions partitions(Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers) {
        channel.assign(List.of(WINDOWS));
        channel.updateBeginningOffsets(Map.of(WINDOWS, 3L));
        channel.updateEndOffsets(Map.of(WINDOWS, 3L));
        channel.commitSync(Map.of(WINDOWS, new OffsetAndMetadata(2)));
        return new WindowPartitions(
                watch, new Recovery(watch, kafka(consumers), 10_000), controls, (line, cause) -> ends.add(line));
    }

    @Test
    void isReadyOnceItsStateIsRestored() {
        WindowPartitions partitions = partitions(settings -> emptyConsumer());
        assertThat(partitions.assigned()).isNotDone();
        partitions.onPartitionsAssigned(channel, List.of(WINDOWS));
        assertThat(partitions.assigned()).isCompleted();
        assertThat(watch.partitions()).containsExactly(0);
        assertThat(channel.position(WINDOWS)).isEqualTo(3);
        assertThat(partitions.isCaughtUp()).isTrue();
        assertThatCode(partitions::requireRestored).doesNotThrowAnyException();
        assertThat(ends).isEmpty();
    }

    @Test
    void aDetectorWithoutPartitionsIsReady() {
        WindowPartitions partitions = partitions(settings -> {
            throw new KafkaException("nothing to restore, so nobody asks");
        });
        partitions.onPartitionsAssigned(channel, List.of());
        assertThat(partitions.assigned()).isCompleted();
        assertThat(ends).isEmpty();
    }

    @Test
    void aRestoreThatFailsEndsTheProcessAndIsNeverReady() {
        WindowPartitions partitions = partitions(settings -> {
            throw new KafkaException("no broker");
        });
        assertThatThrownBy(() -> partitions.onPartitionsAssigned(channel, List.of(WINDOWS)))
                .hasMessage("no broker");
        // Kafka has assigned them; the poll that is tried again tells of no new ones.
        partitions.onPartitionsAssigned(channel, List.of());
        assertThat(partitions.assigned()).as("ready").isNotDone();
        assertThat(ends).singleElement().asString().contains("cannot restore").contains(TOPIC + "-0");
        assertThatThrownBy(partitions::requireRestored).hasMessageContaining("not restored");
    }

    @Test
    void aRestoreThatIsCutOffByTheEndOfTheChannelTakesNoRecordsAndEndsNothing() {
        WindowPartitions partitions = partitions(settings -> {
            throw new WakeupException();
        });
        assertThatThrownBy(() -> partitions.onPartitionsAssigned(channel, List.of(WINDOWS)))
                .isInstanceOf(WakeupException.class);
        assertThat(ends).isEmpty();
        assertThat(partitions.assigned()).as("ready").isNotDone();
        assertThatThrownBy(partitions::requireRestored).hasMessageContaining("not restored");
    }

    @Test
    void offsetsThatAnEarlierStartCommittedAreNotCommittedAgain() {
        WindowPartitions partitions = partitions(settings -> emptyConsumer());
        assertThat(partitions.isCommitted(WINDOWS, 1)).as("not assigned").isFalse();
        partitions.onPartitionsAssigned(channel, List.of(WINDOWS));
        assertThat(partitions.isCommitted(WINDOWS, 1)).isTrue();
        assertThat(partitions.isCommitted(WINDOWS, 2)).isFalse();
    }

    /** A batch under way survives that its partition goes and comes back; its records come again, all of them. */
    @Test
    void recordsThatWereFetchedBeforeTheirPartitionWasAssignedAreStale() {
        WindowPartitions partitions = partitions(settings -> emptyConsumer());
        partitions.onPartitionsAssigned(channel, List.of(WINDOWS));
        int generation = channel.groupMetadata().generationId();
        assertThat(partitions.isStale(WINDOWS, generation - 1)).isTrue();
        assertThat(partitions.isStale(WINDOWS, generation)).isFalse();
        assertThat(partitions.isStale(WINDOWS, -1)).as("not known").isFalse();
    }

    @Test
    void aPartitionIsLetGoWhenTheBatchUnderWayIsPublished() {
        WindowPartitions partitions = partitions(settings -> emptyConsumer());
        partitions.onPartitionsAssigned(channel, List.of(WINDOWS));
        CompletableFuture<Void> revoked;
        partitions.publishing().lock();
        try {
            revoked = CompletableFuture.runAsync(() -> partitions.onPartitionsRevoked(channel, List.of(WINDOWS)));
            await("the wait for the batch").atMost(Duration.ofSeconds(30)).until(((ReentrantLock)
                    partitions.publishing())::hasQueuedThreads);
            assertThat(watch.partitions()).containsExactly(0);
        } finally {
            partitions.publishing().unlock();
        }
        assertThat(revoked).succeedsWithin(Duration.ofSeconds(30));
        assertThat(watch.partitions()).isEmpty();
    }
}
