package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.process.StackDirectory;
import java.io.IOException;
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
    private static final int ATTEMPTS = 5;
    private static final long NEEDED_BYTES = 300L << 20;

    /** Removes a folder with all that is in it. */
    @FunctionalInterface
    interface Removal {
        void remove(Path folder) throws IOException;
    }

    private final Path path;
    private final Removal removal;

    StackFolder(Path path, Removal removal) {
        this.path = path;
        this.removal = removal;
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
            return new StackFolder(path, folder -> new StackDirectory(folder).delete());
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

    /**
     * Removes the folder; files that a dying child still writes are tried again a bounded number of times.
     *
     * @return one line when it could not be removed: what was measured is not concerned, so nothing fails of it, and the
     *     next start tries again
     */
    Optional<String> delete() {
        Optional<String> problem = Optional.empty();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                removal.remove(path);
                return Optional.empty();
            } catch (IOException e) {
                problem = Optional.of(
                        "cannot remove the temporary folder " + path + " (" + e.getMessage() + "): remove it by hand");
            }
        }
        return problem;
    }

    static void sweepAbandoned(Path temporary) throws IOException {
        sweepAbandoned(temporary, folder -> new StackDirectory(folder).delete());
    }

    static void sweepAbandoned(Path temporary, Removal removal) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path folder : folders) {
                try {
                    if (Files.exists(folder.resolve(SUPERVISOR)) && isAbandoned(folder)) {
                        removal.remove(folder);
                    }
                } catch (IOException e) {
                    // Somebody else's, or still held: it hinders no stack of ours, and the next start tries again.
                    continue;
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
