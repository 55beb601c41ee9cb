package dev.plumbline.producer.emission;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes Kafka producers with our defaults: in order, acknowledged by all, bounded in memory and in time. */
public final class KafkaConnector implements Supplier<Producer<byte[], byte[]>> {

    private static final int MOST_IN_ORDER = 5;

    private final Map<String, Object> properties;

    /**
     * Kafka's own producer properties, as long as what we say of it stays true: an event counts as acknowledged when every replica
     * in sync has it, once and in its order.
     *
     * @return the first that is not allowed and what to do instead; empty when all are
     */
    public static Optional<String> refusal(Map<String, String> overrides) {
        for (Map.Entry<String, String> given : new TreeMap<>(overrides).entrySet()) {
            String value = given.getValue().strip().toLowerCase(Locale.ROOT);
            boolean allowed = switch (given.getKey()) {
                case ProducerConfig.ACKS_CONFIG -> value.equals("all") || value.equals("-1");
                case ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG -> value.equals("true");
                case ProducerConfig.RETRIES_CONFIG -> !value.equals("0");
                case ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION ->
                    value.matches("[1-9]") && Integer.parseInt(value) <= MOST_IN_ORDER;
                case ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        ProducerConfig.INTERCEPTOR_CLASSES_CONFIG -> false;
                default -> true;
            };
            if (!allowed) {
                return Optional.of("plumbline.kafka.properties.\"" + given.getKey()
                        + "\" is not allowed as it is: an event counts as acknowledged when every replica in sync has it, once"
                        + " and in order; leave it out");
            }
        }
        return Optional.empty();
    }

    /** @param overrides Kafka's own producer properties that {@link #refusal} allows; they win over our defaults */
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
