package dev.plumbline.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class StackDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void doesNotWaitForItself() throws Exception {
        new ReadyFile("broker", ProcessHandle.current().pid(), Map.of()).write(folder.resolve("broker.ready"));

        assertThat(new StackDirectory(folder).awaitOthers(Duration.ofSeconds(20)))
                .isEmpty();
    }

    @Test
    void doesNotWaitForProcessesThatHaveEnded() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        assertThat(ended.waitFor(30, TimeUnit.SECONDS)).isTrue();
        new ReadyFile("app", ended.pid(), Map.of()).write(folder.resolve("app.ready"));

        assertThat(new StackDirectory(folder).awaitOthers(Duration.ofSeconds(20)))
                .isEmpty();
    }

    @Test
    void namesTheProcessesThatOutstayedTheWait() throws Exception {
        Process stays = new ProcessBuilder("sleep", "60").start();
        try {
            new ReadyFile("app", stays.pid(), Map.of()).write(folder.resolve("app.ready"));

            assertThat(new StackDirectory(folder).awaitOthers(Duration.ofMillis(100)))
                    .containsExactly(stays.pid());
        } finally {
            stays.destroyForcibly();
        }
    }

    @Test
    void deletesEverythingInsideAndNothingBehindALink() throws IOException {
        Path outside = Files.writeString(folder.resolve("outside"), "stays");
        Path stack = Files.createDirectories(folder.resolve("stack/data/topic-0"))
                .getParent()
                .getParent();
        Files.writeString(stack.resolve("data/topic-0/0.log"), "x");
        Files.createSymbolicLink(stack.resolve("file-link"), outside);
        Files.createSymbolicLink(stack.resolve("folder-link"), folder);

        new StackDirectory(stack).delete();

        assertThat(stack).doesNotExist();
        assertThat(outside).hasContent("stays");
    }

    @Test
    void isContentWhenTheFolderIsGoneAlready() throws Exception {
        StackDirectory gone = new StackDirectory(folder.resolve("gone"));

        assertThat(gone.awaitOthers(Duration.ofSeconds(20))).isEmpty();
        gone.delete();
    }
}
