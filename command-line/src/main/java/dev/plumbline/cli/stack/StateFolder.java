package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.process.FolderInUseException;
import dev.plumbline.process.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder in which a local stack keeps what shall outlive it: the broker's data, and with it windows, verdicts and
 * baselines. One stack at a time.
 */
public final class StateFolder implements AutoCloseable {

    private final Path path;
    private final FolderLock lock;

    private StateFolder(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the folder where it is missing, and takes it.
     *
     * @throws StackFailure if it cannot be written or another stack uses it
     */
    public static StateFolder open(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            return new StateFolder(absolute, FolderLock.take(absolute));
        } catch (FolderInUseException e) {
            throw new StackFailure(
                    ExitCode.USAGE,
                    "the state folder " + absolute + " is in use by another plumb (" + e.owner()
                            + "): end that one, or name another folder with --state");
        } catch (IOException e) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "cannot use the state folder " + absolute + ": " + e.getMessage()
                            + "; name one that can be written");
        }
    }

    /** Where the broker's data lies. */
    public Path kafkaDirectory() {
        return path.resolve("kafka");
    }

    /** Lets the folder go; what is in it stays. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
