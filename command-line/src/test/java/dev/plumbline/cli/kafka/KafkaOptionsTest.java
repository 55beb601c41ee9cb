package dev.plumbline.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class KafkaOptionsTest {

    @TempDir
    Path folder;

    @Command(name = "speak")
    static final class Speak {
        @Mixin
        KafkaOptions kafka = new KafkaOptions();
    }

    private static Optional<Map<String, String>> properties(String... arguments) {
        Speak speak = new Speak();
        new CommandLine(speak).parseArgs(arguments);
        return speak.kafka.clientProperties();
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("client.properties"), text).toString();
    }

    @Test
    void withoutOptionsNothingIsSaid() {
        assertThat(properties()).isEmpty();
    }

    @Test
    void addressesAreOneOrMore() {
        assertThat(properties("--kafka", "a:1, b.example:9092,[::1]:65535"))
                .hasValue(Map.of("bootstrap.servers", "a:1,b.example:9092,[::1]:65535"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:", ":9092", "a:0", "a:65536", "a:1,", "http://a:1", ""})
    void whatIsNoAddressIsNamedWithAnExample(String address) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> properties("--kafka", address))
                .withMessageContaining("--kafka")
                .withMessageContaining("localhost:9092");
    }

    @Test
    void theFileGivesTheRestAndTheAddressOfTheOptionGoesFirst() throws IOException {
        String file = file("security.protocol=SASL_SSL\nbootstrap.servers=a:1\n");
        assertThat(properties("--kafka-config", file))
                .hasValue(Map.of("bootstrap.servers", "a:1", "security.protocol", "SASL_SSL"));
        assertThat(properties("--kafka-config", file, "--kafka", "b:2"))
                .hasValue(Map.of("bootstrap.servers", "b:2", "security.protocol", "SASL_SSL"));
    }

    @Test
    void aFileThatCannotServeIsNamedAndItsContentIsNot() throws IOException {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> properties("--kafka-config", "no/such/file"))
                .withMessageContaining("no/such/file")
                .withMessageContaining("does not exist");
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> properties("--kafka-config", folder.toString()))
                .withMessageContaining("cannot be read");
        String secret = file("sasl.jaas.config=secret\n");
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> properties("--kafka-config", secret))
                .withMessageContaining("bootstrap.servers")
                .withMessageNotContaining("=secret");
        String broken = file("bootstrap.servers=\\u12\n");
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> properties("--kafka-config", broken))
                .withMessageContaining("cannot be read");
    }
}
