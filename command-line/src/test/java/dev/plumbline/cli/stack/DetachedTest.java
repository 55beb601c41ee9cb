package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.outcome.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetachedTest {

    @TempDir
    Path home;

    private Path write(String name, String json) throws IOException {
        Path folder = Files.createDirectories(home.resolve(".plumb/detached"));
        return Files.writeString(folder.resolve(name + ".json"), json);
    }

    private String json(String name, long pid, long startedEpochMillis) {
        return "{\"name\":\"" + name + "\",\"pid\":" + pid + ",\"startedEpochMillis\":" + startedEpochMillis
                + ",\"log\":\"" + home.resolve(name + ".log") + "\"}";
    }

    @Test
    void isFoundWhileItRunsAndEndedInOrder() throws Exception {
        Process sleeping = new ProcessBuilder("sleep", "600").start();
        try {
            long start = sleeping.toHandle().info().startInstant().orElseThrow().toEpochMilli();
            write("run-1", json("run-1", sleeping.pid(), start));
            Files.writeString(home.resolve("run-1.log"), "load begins\n\n");
            assertThat(Detached.running(home)).singleElement().satisfies(found -> {
                assertThat(found.name()).isEqualTo("run-1");
                assertThat(found.lastWords()).isEqualTo("load begins");
                assertThat(found.end(Duration.ofSeconds(60))).isTrue();
            });
            assertThat(sleeping.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Detached.running(home)).isEmpty();
            assertThat(home.resolve(".plumb/detached")).isEmptyDirectory();
        } finally {
            sleeping.destroyForcibly();
        }
    }

    /** Process ids are used again: another's process is never ended. */
    @Test
    void aProcessThatWasStartedAtAnotherTimeIsNotIt() throws Exception {
        long self = ProcessHandle.current().pid();
        Path file = write(
                "run-1",
                json("run-1", self, Instant.parse("2020-01-01T00:00:00Z").toEpochMilli()));
        assertThat(Detached.running(home)).isEmpty();
        assertThat(file).doesNotExist();
        assertThat(new Detached("run-1", self, 1, "log").end(Duration.ZERO)).isTrue();
    }

    @Test
    void aFileThatSaysSomethingElseIsNamed() throws Exception {
        Path file = write("run-1", "{\"pid\":0}");
        assertThatThrownBy(() -> Detached.running(home))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("remove it");
    }
}
