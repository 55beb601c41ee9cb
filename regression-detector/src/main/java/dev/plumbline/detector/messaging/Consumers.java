package dev.plumbline.detector.messaging;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;

/** Opens consumers of our own, beside the channel of windows. Any thread; each consumer is for one. */
@FunctionalInterface
public interface Consumers {

    /**
     * A consumer without group that reads committed records and makes no topics.
     *
     * @param settings Kafka's own names; they win over what is set for every client
     * @throws org.apache.kafka.common.KafkaException when it cannot be made: an address that no name server knows, a key
     *     store that cannot be read
     */
    Consumer<byte[], byte[]> open(Map<String, Object> settings);
}
