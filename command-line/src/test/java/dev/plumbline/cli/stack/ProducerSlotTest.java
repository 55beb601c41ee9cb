package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.process.StandbyChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One that really waits at a socket, and a run that takes it or does not. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ProducerSlotTest {

    private static final Map<String, String> SETTINGS = Map.of("plumbline.target.url", "http://localhost:8000");

    @TempDir
    private Path folder;

    private final List<Map<String, String>> started = new ArrayList<>();
    private LocalStack stack;
    private StandbyChild waiting;
    private Path socket;

    @BeforeEach
    void standBy() throws IOException {
        stack = LocalStack.open(new Installation(folder, Path.of(System.getProperty("java.home"))));
        socket = folder.resolve("producer.sock");
        System.setProperty(StandbyChild.PATH_PROPERTY, socket.toString());
        try {
            waiting = StandbyChild.listenIfAsked().orElseThrow();
        } finally {
            System.clearProperty(StandbyChild.PATH_PROPERTY);
        }
        Files.createFile(folder.resolve(LentProducer.LOG));
    }

    @AfterEach
    void end() throws IOException {
        waiting.close();
        stack.close();
    }

    private ProducerSlot started() {
        ProducerSlot slot = new ProducerSlot(stack, Optional.of(socket), started::add);
        slot.start(SETTINGS);
        return slot;
    }

    private void startedIn(Map<String, String> variables) {
        ProducerEnvironment.of("salt", variables, openFilesHere()).write(ProducerSlot.environmentBeside(socket));
    }

    private static Optional<String> openFilesHere() {
        try {
            return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Test
    void oneThatWasStartedInTheSameEnvironmentIsTaken() {
        startedIn(System.getenv());
        try (ProducerSlot slot = started()) {
            assertThat(slot.isLent()).isTrue();
        }
        assertThat(started).isEmpty();
    }

    @Test
    void oneThatWasStartedInAnotherEnvironmentIsLeftAloneAndWhatDiffersIsNamed() throws Exception {
        Map<String, String> other = new HashMap<>(System.getenv());
        other.put("PATH", "/elsewhere");
        other.put("https_proxy", "http://user:secret@proxy:3128");
        startedIn(other);
        try (ProducerSlot slot = started()) {
            assertThat(slot.isLent()).isFalse();
            assertThat(slot.leftAlone())
                    .hasValue(
                            "the producer that stands by in 'plumb up' was started in another environment (PATH,"
                                    + " https_proxy): this run has one of its own; to take it, start 'plumb up' from this shell");
        }
        assertThat(started).containsExactly(SETTINGS);
        assertThat(Files.readString(ProducerSlot.environmentBeside(socket))).doesNotContain("secret", "elsewhere");
    }

    @Test
    void oneOfWhichNothingIsKnownIsLeftAlone() {
        try (ProducerSlot slot = started()) {
            assertThat(slot.isLent()).isFalse();
        }
        assertThat(started).hasSize(1);
    }
}
