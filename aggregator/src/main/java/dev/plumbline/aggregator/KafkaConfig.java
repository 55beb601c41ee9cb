package dev.plumbline.aggregator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;

/** Where Kafka is. */
@ConfigMapping(prefix = "plumbline.kafka")
public interface KafkaConfig {

    /** Comma-separated host:port. */
    @WithDefault("127.0.0.1:9092")
    String bootstrapServers();

    /**
     * Further Kafka properties as they are; they win over ours. The name is quoted: {@code
     * plumbline.kafka.properties."security.protocol"=SSL}.
     */
    Map<String, String> properties();
}
