package dev.plumbline.detector.messaging;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of a real cluster. */
public final class KafkaConsumers implements Consumers {

    private static final int ANSWER_WITHIN_SECONDS = 60;

    private final Map<String, Object> client;

    /** @param client what every client of the cluster needs, {@code bootstrap.servers} among it */
    public KafkaConsumers(Map<String, Object> client) {
        this.client = Map.copyOf(client);
    }

    @Override
    public Consumer<byte[], byte[]> open(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(client);
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.putAll(settings);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Optional<String> topicId(String topic) {
        try (Admin admin = Admin.create(client)) {
            KafkaFuture<TopicDescription> description = admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .values()
                    .iterator()
                    .next();
            Uuid id = description.get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS).topicId();
            return Optional.of(id).filter(told -> !told.equals(Uuid.ZERO_UUID)).map(Uuid::toString);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw new KafkaException("topic " + topic + " cannot be described", e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException(
                    "Kafka did not describe topic " + topic + " within " + ANSWER_WITHIN_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
