package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.process.StackDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
                new StackDirectory(path).delete();
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
                    new StackDirectory(folder).delete();
                }
            }
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        Optional<Long> supervisor = readPid(folder.resolve(SUPERVISOR));
        if (supervisor.isEmpty() || ProcessHandle.of(supervisor.get()).isPresent()) {
            return false;
        }
        return new StackDirectory(folder).othersAlive().isEmpty();
    }

    private static Optional<Long> readPid(Path file) {
        try {
            return Optional.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
