package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {

    @Test
    void aClientsPropertiesAreSettingsOfEveryAppUnderTheSameNames() {
        assertThat(KafkaSettings.of(Map.of("bootstrap.servers", "a:1", "security.protocol", "SSL", "retries", 3)))
                .isEqualTo(Map.of(
                        "plumbline.kafka.bootstrap-servers", "a:1",
                        "plumbline.kafka.properties.\"security.protocol\"", "SSL",
                        "plumbline.kafka.properties.\"retries\"", "3"));
    }
}
