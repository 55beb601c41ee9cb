package dev.plumbline.detector;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/** Where Kafka is, and how it is spoken to: by the channels and by our own consumers alike. */
@ConfigMapping(prefix = "plumbline.kafka")
public interface KafkaConfig {

    /** Comma-separated host:port. */
    @WithDefault("localhost:9092")
    String bootstrapServers();

    /**
     * Further properties of every Kafka client, TLS and SASL among them, as they are. The name is quoted: {@code
     * plumbline.kafka.properties."security.protocol"=SSL}. What reading exactly depends on (offsets, isolation,
     * acknowledgements) stays as it is. May hold secrets: not for logs.
     */
    Map<String, String> properties();

    /** What every client is made with. */
    default Map<String, Object> client() {
        Map<String, Object> client = new HashMap<>(properties());
        client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
        return client;
    }
}
