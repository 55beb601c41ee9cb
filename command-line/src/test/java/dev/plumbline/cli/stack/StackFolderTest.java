package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackFolderTest {

    /** Above the largest process id that Linux and macOS give. */
    private static final long NOBODY = 4_194_400;

    @TempDir
    private Path temporary;

    @Test
    void aFolderWhoseProcessesAreAllGoneIsSwept() throws IOException {
        Path folder = folder(NOBODY);
        new ReadyFile("broker", NOBODY, Map.of("kafka", 9092)).write(folder.resolve("broker.ready"));
        Files.createDirectories(folder.resolve("kafka/topic-0"));
        Files.writeString(folder.resolve("kafka/topic-0/0.log"), "bytes");
        StackFolder.sweepAbandoned(temporary);
        assertThat(folder).doesNotExist();
    }

    @Test
    void aFolderWhoseSupervisorLivesStays() throws IOException {
        Path folder = folder(ProcessHandle.current().pid());
        StackFolder.sweepAbandoned(temporary);
        assertThat(folder).exists();
    }

    @Test
    void aFolderOfWhichOneChildLivesStays() throws Exception {
        Path folder = folder(NOBODY);
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            new ReadyFile("broker", child.pid(), Map.of("kafka", 9092)).write(folder.resolve("broker.ready"));
            StackFolder.sweepAbandoned(temporary);
            assertThat(folder).exists();
        } finally {
            assertThat(child.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        StackFolder.sweepAbandoned(temporary);
        assertThat(folder).doesNotExist();
    }

    @Test
    void whatIsNotAStackIsLeftAlone() throws IOException {
        Path other = Files.createDirectory(temporary.resolve("plumbline-notes"));
        StackFolder.sweepAbandoned(temporary);
        assertThat(other).exists();
    }

    @Test
    void aFolderThatCannotBeRemovedIsNamedAndFailsNothing() throws IOException {
        Path stuck = folder(NOBODY);
        StackFolder folder = new StackFolder(stuck, path -> {
            throw new IOException("device busy");
        });
        assertThat(folder.delete())
                .hasValueSatisfying(line -> assertThat(line).contains(stuck.toString(), "device busy", "by hand"));
    }

    @Test
    void anAbandonedFolderThatCannotBeRemovedHindersNoOther() throws IOException {
        Path stuck = folder(NOBODY);
        Path other = folder(NOBODY);
        List<Path> tried = new ArrayList<>();
        StackFolder.sweepAbandoned(temporary, path -> {
            tried.add(path);
            throw new IOException("not yours");
        });
        assertThat(tried).containsExactlyInAnyOrder(stuck, other);
    }

    private Path folder(long supervisorPid) throws IOException {
        Path folder = Files.createTempDirectory(temporary, "plumbline-");
        Files.writeString(folder.resolve("supervisor.pid"), Long.toString(supervisorPid));
        return folder;
    }
}
