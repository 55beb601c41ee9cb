package dev.plumbline.producer.emission;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes Kafka producers with our defaults: in order, acknowledged by all, bounded in memory and in time. */
public final class KafkaConnector implements Supplier<Producer<byte[], byte[]>> {

    private final Map<String, Object> properties;

    /** @param overrides Kafka's own producer properties; they win over our defaults */
    public KafkaConnector(String bootstrapServers, String clientId, Map<String, String> overrides) {
        Map<String, Object> all = new HashMap<>();
        all.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
        // The sender must go on: what finds no room is lost and counted, not waited for.
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 100);
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
        all.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        all.putAll(overrides);
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        this.properties = Map.copyOf(all);
    }

    @Override
    public Producer<byte[], byte[]> get() {
        return new KafkaProducer<>(properties);
    }
}
