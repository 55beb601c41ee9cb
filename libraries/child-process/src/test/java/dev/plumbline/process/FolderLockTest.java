package dev.plumbline.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {

    @TempDir
    Path folder;

    @Test
    void isTakenOnceInOneProcessWhateverThePath() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("real")));
        try (FolderLock held = FolderLock.take(folder.resolve("real"))) {
            assertThatExceptionOfType(FolderInUseException.class)
                    .isThrownBy(() -> FolderLock.take(link))
                    .withMessageContaining(link.toString())
                    .satisfies(e -> assertThat(e.owner())
                            .isEqualTo("process " + ProcessHandle.current().pid() + ", this one"));
            held.close();
            FolderLock.take(link).close();
        }
    }

    @Test
    void aRefusalInThisProcessDoesNotLetAnotherOneIn() throws Exception {
        FolderLock held = FolderLock.take(folder);
        try {
            assertThatExceptionOfType(FolderInUseException.class).isThrownBy(() -> FolderLock.take(folder));

            assertThat(said(start()))
                    .isEqualTo("refused: process " + ProcessHandle.current().pid());
        } finally {
            held.close();
        }
        Process next = start();
        try {
            assertThat(said(next)).isEqualTo("taken");
        } finally {
            next.destroyForcibly();
        }
    }

    @Test
    void diesWithItsProcess() throws Exception {
        Process owner = start();
        try {
            assertThat(said(owner)).isEqualTo("taken");
            assertThatExceptionOfType(FolderInUseException.class)
                    .isThrownBy(() -> FolderLock.take(folder))
                    .withMessageContaining("process " + owner.pid());
        } finally {
            owner.destroyForcibly();
        }
        assertThat(owner.waitFor(60, TimeUnit.SECONDS)).isTrue();

        FolderLock.take(folder).close();
    }

    @Test
    void aFolderThatCouldNotBeTakenIsNotHeld() throws Exception {
        Path missing = folder.resolve("missing");
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> FolderLock.take(missing));
        Files.createDirectories(missing.resolve(FolderLock.FILE));
        assertThatIOException().isThrownBy(() -> FolderLock.take(missing));
        Files.delete(missing.resolve(FolderLock.FILE));

        FolderLock.take(missing).close();
    }

    private Process start() throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        folder.toString()))
                .redirectErrorStream(true)
                .start();
    }

    private static String said(Process process) throws IOException {
        return process.inputReader().readLine();
    }

    /** What runs in the other JVM: takes the folder, says so, and stays until its input ends or it is killed. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] args) throws IOException {
            try (FolderLock lock = FolderLock.take(Path.of(args[0]))) {
                System.out.println("taken");
                if (System.in.read() >= 0) {
                    System.out.println("let go");
                }
            } catch (FolderInUseException e) {
                System.out.println("refused: " + e.owner());
            }
        }
    }
}
