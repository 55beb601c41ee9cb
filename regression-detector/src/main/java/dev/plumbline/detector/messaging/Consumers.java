package dev.plumbline.detector.messaging;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;

/** What we ask of Kafka ourselves, beside the channels. Any thread; each consumer is for one. */
public interface Consumers {

    /**
     * A consumer without group that reads committed records and makes no topics.
     *
     * @param settings Kafka's own names; they win over what is set for every client
     * @throws org.apache.kafka.common.KafkaException when it cannot be made: an address that no name server knows, a key
     *     store that cannot be read
     */
    Consumer<byte[], byte[]> open(Map<String, Object> settings);

    /**
     * The id that Kafka gave a topic when it was made: one that was deleted and made again under its name has another.
     *
     * @return empty where Kafka does not tell, or there is no such topic
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer
     */
    Optional<String> topicId(String topic);
}
