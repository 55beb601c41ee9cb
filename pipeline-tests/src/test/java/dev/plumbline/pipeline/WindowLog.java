package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Everything that came into a pipe and out of it so far: requests, windows and alerts, committed ones only. */
final class WindowLog implements AutoCloseable {

    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

    static {
        // An app's logging, which is on the class path, would listen to every fetch, as no app starts in this JVM.
        KAFKA.setLevel(Level.WARNING);
    }

    private final String windowsTopic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<WindowRecord> windows = new ArrayList<>();
    private final List<AlertRecord> alerts = new ArrayList<>();
    private final List<RequestEvent> requests = new ArrayList<>();

    WindowLog(String bootstrapServers, Duration window) {
        windowsTopic = Topics.windows(window);
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(windowsTopic, Topics.ALERTS, Topics.EVENTS)
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads what has come since; waits at most as long as told for the first of it. */
    void read(Duration patience) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
            if (record.topic().equals(windowsTopic)) {
                windows.add(decoded(Codec.WINDOWS, record.value()));
            } else if (record.topic().equals(Topics.ALERTS)) {
                alerts.add(decoded(Codec.ALERTS, record.value()));
            } else if (decoded(Codec.EVENTS, record.value()) instanceof RequestEvent request) {
                requests.add(request);
            }
        }
    }

    /** Reads until as many events are counted as were acknowledged, or patience has run out. */
    void readUntilCounted(long acknowledged) {
        long deadlineNanos = System.nanoTime() + Patience.LONGEST.toNanos();
        while (countedEvents() < acknowledged && System.nanoTime() < deadlineNanos) {
            read(Duration.ofMillis(200));
        }
    }

    /** Reads all that there is by now. */
    void readToEnd() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long deadlineNanos = System.nanoTime() + Patience.LONGEST.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            assertThat(System.nanoTime() - deadlineNanos)
                    .as("read to the end in time")
                    .isNegative();
            read(Duration.ofMillis(200));
        }
    }

    private static <T> T decoded(Codec<T> codec, byte[] bytes) {
        Decoded<T> decoded = codec.decode(bytes);
        assertThat(decoded).isInstanceOf(Decoded.Value.class);
        return ((Decoded.Value<T>) decoded).value();
    }

    List<WindowRecord> windows() {
        return windows;
    }

    List<AlertRecord> alerts() {
        return alerts;
    }

    /** The requests as the producer saw them, each as often as it was read. */
    List<RequestEvent> requests() {
        return requests;
    }

    /** Events in finals and corrections, excluded ones included. */
    long countedEvents() {
        return windows.stream().mapToLong(WindowRecord::countedEvents).sum();
    }

    /** One metric over all windows. */
    Histogram merged(LatencyMetric metric) {
        return windows.stream()
                .map(window -> window.delta().latency(metric))
                .reduce(Histogram.empty(), Histogram::plus);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
