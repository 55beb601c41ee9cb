package dev.plumbline.cli.stack;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/** A Kafka client's properties in the words of an app's settings: every app knows them by the same names. */
public final class KafkaSettings {

    private KafkaSettings() {}

    /**
     * Settings of an app, where Kafka is among them; they may be confidential.
     *
     * @param client properties of a Kafka client, the brokers among them
     */
    public static Map<String, String> of(Map<String, Object> client) {
        Map<String, String> settings = new LinkedHashMap<>();
        client.forEach((name, value) -> settings.put(
                name.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
                        ? "plumbline.kafka.bootstrap-servers"
                        : "plumbline.kafka.properties.\"" + name + "\"",
                String.valueOf(value)));
        return settings;
    }
}
