package dev.plumbline.detector.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import io.quarkus.runtime.StartupEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
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
    private final ControlReader controls = new ControlReader(watch, settings -> emptyConsumer());
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
        return new MockConsumer<>("earliest");
    }

    private WindowPartitions partitions(Consumers consumers) {
        channel.assign(List.of(WINDOWS));
        channel.updateBeginningOffsets(Map.of(WINDOWS, 0L));
        channel.updateEndOffsets(Map.of(WINDOWS, 7L));
        return new WindowPartitions(watch, new Recovery(consumers), controls, (line, cause) -> ends.add(line));
    }

    @Test
    void isReadyOnceItsStateIsRestored() {
        WindowPartitions partitions = partitions(settings -> emptyConsumer());
        assertThat(partitions.assigned()).isNotDone();
        partitions.onPartitionsAssigned(channel, List.of(WINDOWS));
        assertThat(partitions.assigned()).isCompleted();
        assertThat(watch.partitions()).containsExactly(0);
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
}
