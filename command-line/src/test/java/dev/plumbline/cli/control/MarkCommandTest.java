package dev.plumbline.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkCommandTest {

    @TempDir
    Path folder;

    private static void assertWrong(String about, String... arguments) {
        Marking marking = Marking.of(arguments);
        assertThat(marking.exitCode()).isEqualTo(2);
        assertThat(marking.err().lines()).singleElement().asString().contains(about);
    }

    @Test
    void whatIsWrongIsNamedBeforeKafkaIsAsked() {
        assertWrong("--at 'yesterday'", "v1", "--at", "yesterday", "--kafka", "127.0.0.1:1");
        assertWrong("--at '2026-11-25T12:00:00'", "v1", "--at", "2026-11-25T12:00:00", "--kafka", "127.0.0.1:1");
        assertWrong("label", "", "--kafka", "127.0.0.1:1");
        assertWrong("target", "v1", "--target", " ", "--kafka", "127.0.0.1:1");
        assertWrong("--subject", "v1", "--subject", "image", "--kafka", "127.0.0.1:1");
        assertWrong("127.0.0.1", "v1", "--kafka", "127.0.0.1");
    }

    @Test
    void aWrongPropertyIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("client.properties"), "security.protocol=NONE\n");
        assertWrong("security.protocol", "v1", "--kafka", "127.0.0.1:1", "--kafka-config", file.toString());
    }

    @Test
    void aSilentAddressIsOneLineWithinTheBound() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            Marking marking = Marking.within(Duration.ofMillis(500), "v1", "--kafka", address);
            assertThat(marking.exitCode()).isEqualTo(4);
            assertThat(marking.err().lines()).singleElement().asString().contains(address, "does not answer");
        }
    }

    @Test
    void aNameThatDoesNotResolveIsInfrastructure() {
        Marking marking = Marking.of("v1", "--kafka", "no-such-host.invalid:9092");
        assertThat(marking.exitCode()).isEqualTo(4);
        assertThat(marking.err().lines()).singleElement().asString().contains("no-such-host.invalid");
    }

    @Test
    void outsideOfARepositoryThereIsNoCommit() throws InterruptedException {
        assertThat(GitCommit.of(folder)).isEqualTo(Optional.empty());
    }
}
