package dev.plumbline.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of a local stack: each process of it has a ready file here. The supervisor removes it; when the supervisor was
 * killed the broker does, which ends last because the others need it for their own end.
 */
public final class StackDirectory {

    private static final Duration POLL = Duration.ofMillis(50);

    private final Path directory;

    /** Names the folder; it need not exist. */
    public StackDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Waits until every other process that has a ready file here has ended.
     *
     * @return the process ids that were still there when {@code atMost} was over
     */
    public List<Long> awaitOthers(Duration atMost) throws IOException, InterruptedException {
        long deadlineNanos = SystemTime.monotonicNanos() + atMost.toNanos();
        List<Long> alive = othersAlive();
        while (!alive.isEmpty() && SystemTime.monotonicNanos() < deadlineNanos) {
            Thread.sleep(POLL);
            alive = othersAlive();
        }
        return alive;
    }

    /** Ids of the other processes that have a ready file here and run. */
    public List<Long> othersAlive() throws IOException {
        long ownPid = ProcessHandle.current().pid();
        List<Long> alive = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.ready")) {
            for (Path file : files) {
                ReadyFile.read(file)
                        .map(ReadyFile::pid)
                        .filter(pid -> pid != ownPid)
                        .filter(pid -> ProcessHandle.of(pid)
                                .map(ProcessHandle::isAlive)
                                .orElse(false))
                        .ifPresent(alive::add);
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return alive;
    }

    /** Deletes the folder and everything in it; links are deleted, never followed. A folder that is gone is fine. */
    public void delete() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, java.io.IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
