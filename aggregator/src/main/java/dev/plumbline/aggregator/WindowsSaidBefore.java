package dev.plumbline.aggregator;

import dev.plumbline.aggregator.topology.SaidBefore;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Up to which end the windows of each group were said by others, as the windows topic tells. An application without state
 * of its own, because its id is new or its state was lost, reads the events of days once more: what falls into those windows
 * is counted there already.
 *
 * <p>Asked only when the application has committed nothing, so an ordinary start reads nothing. Bounded by {@value
 * #GROUPS} groups.
 */
final class WindowsSaidBefore {

    private static final int GROUPS = 100_000;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long ANSWER_WITHIN_SECONDS = 20;

    private final InstantSource clock;

    WindowsSaidBefore(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * What was said by others.
     *
     * @param withoutNews how long nothing may come before the end of the topic is reached
     * @return nothing when the application has committed offsets
     * @throws FatalStart if Kafka does not answer
     */
    SaidBefore read(
            Map<String, Object> client, String applicationId, Duration window, int partitions, Duration withoutNews)
            throws FatalStart, InterruptedException {
        try (Admin admin = Admin.create(client)) {
            if (!admin.listConsumerGroupOffsets(applicationId)
                    .partitionsToOffsetAndMetadata()
                    .get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .isEmpty()) {
                return SaidBefore.NOTHING;
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new FatalStart(FatalStart.INFRASTRUCTURE, "cannot ask Kafka how far " + applicationId + " is: " + e);
        }
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<Integer, Long> partialOffsets = new HashMap<>();
            consumer.endOffsets(partitions(Topics.partials(window), partitions))
                    .forEach((partition, end) -> partialOffsets.put(partition.partition(), end));
            return new SaidBefore(
                    windowEnds(consumer, Topics.windows(window), partitions, withoutNews), partialOffsets);
        } catch (KafkaException e) {
            throw new FatalStart(FatalStart.INFRASTRUCTURE, "cannot read what was said before: " + e.getMessage());
        }
    }

    private static List<TopicPartition> partitions(String topic, int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private Map<ComparisonGroup, Long> windowEnds(
            KafkaConsumer<byte[], byte[]> consumer, String windowsTopic, int partitions, Duration withoutNews)
            throws FatalStart {
        List<TopicPartition> all = partitions(windowsTopic, partitions);
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        Map<ComparisonGroup, Long> said = new HashMap<>();
        Instant deadline = clock.instant().plus(withoutNews);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            boolean any = false;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                any = true;
                if (record.value() != null
                        && Codec.WINDOWS.decode(record.value()) instanceof Decoded.Value<WindowRecord> window) {
                    take(said, window.value());
                }
            }
            if (any) {
                deadline = clock.instant().plus(withoutNews);
            } else if (clock.instant().isAfter(deadline)) {
                throw new FatalStart(
                        FatalStart.INFRASTRUCTURE,
                        windowsTopic + " could not be read to its end: nothing came for " + withoutNews.toSeconds()
                                + " s");
            }
        }
        return said;
    }

    private static void take(Map<ComparisonGroup, Long> said, WindowRecord window) {
        if (window.revision() > 0) {
            return;
        }
        // From before the field was there, or before anything was closed.
        long to = window.closedToEpochMillis()
                .orElse(window.cut().isPresent() ? 0 : window.id().endEpochMillis());
        ComparisonGroup group = window.id().series().group();
        if (to > 0 && (said.size() < GROUPS || said.containsKey(group))) {
            said.merge(group, to, Math::max);
        }
    }
}
