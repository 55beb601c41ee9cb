package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The temporary folder of one local stack: broker data, logs and ready files. It is removed with the stack; a folder
 * whose processes are all gone is swept at the next start.
 */
final class StackFolder {

    private static final String PREFIX = "plumbline-";
    private static final String SUPERVISOR = "supervisor.pid";
    private static final long NEEDED_BYTES = 300L << 20;

    private final Path path;

    private StackFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes the folder of a new stack, after sweeping abandoned ones.
     *
     * @throws StackFailure if the folder for temporary files is full, missing or not writable
     */
    static StackFolder create() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            sweepAbandoned(temporary);
            long free = Files.getFileStore(temporary).getUsableSpace();
            if (free < NEEDED_BYTES) {
                throw new StackFailure(
                        ExitCode.INFRASTRUCTURE,
                        "disk full: " + temporary + " has " + (free >> 20) + " MiB free and the local stack needs "
                                + (NEEDED_BYTES >> 20) + "; free some, or set JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR");
            }
            Path path = Files.createTempDirectory(temporary, PREFIX);
            Files.writeString(
                    path.resolve(SUPERVISOR),
                    Long.toString(ProcessHandle.current().pid()));
            return new StackFolder(path);
        } catch (IOException e) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "cannot write to the folder for temporary files, " + temporary + ": " + e.getMessage());
        }
    }

    Path path() {
        return path;
    }

    Path log(Installation.Part part) {
        return path.resolve(part.label() + ".log");
    }

    Path ready(Installation.Part part) {
        return path.resolve(part.label() + ".ready");
    }

    /** Removes the folder; files that a dying child still writes are tried again a bounded number of times. */
    void delete() {
        IOException last = null;
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                deleteTree(path);
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        throw new UncheckedIOException("cannot remove " + path, last);
    }

    static void sweepAbandoned(Path temporary) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.exists(folder.resolve(SUPERVISOR)) && isAbandoned(folder)) {
                    deleteTree(folder);
                }
            }
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        Optional<Long> supervisor = readPid(folder.resolve(SUPERVISOR));
        if (supervisor.isEmpty() || ProcessHandle.of(supervisor.get()).isPresent()) {
            return false;
        }
        try (DirectoryStream<Path> readyFiles = Files.newDirectoryStream(folder, "*.ready")) {
            for (Path readyFile : readyFiles) {
                Optional<ReadyFile> ready = ReadyFile.read(readyFile);
                if (ready.isPresent() && ProcessHandle.of(ready.get().pid()).isPresent()) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Optional<Long> readPid(Path file) {
        try {
            return Optional.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path folder, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
