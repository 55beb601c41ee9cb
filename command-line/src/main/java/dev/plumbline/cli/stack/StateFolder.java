package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A folder in which a local stack keeps what shall outlive it: the broker's data, and with it windows, verdicts and
 * baselines. One stack at a time; the lock is the operating system's and goes with its process, however that ends.
 */
public final class StateFolder implements AutoCloseable {

    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel channel;

    private StateFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
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
            FileChannel channel = FileChannel.open(
                    absolute.resolve(LOCK),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!isTaken(channel)) {
                channel.close();
                throw new StackFailure(
                        ExitCode.USAGE,
                        "the state folder " + absolute + " is in use by another plumb (process "
                                + Files.readString(absolute.resolve(LOCK)).strip()
                                + "): end that one, or name another folder with --state");
            }
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid), 0);
            return new StateFolder(absolute, channel);
        } catch (IOException e) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "cannot use the state folder " + absolute + ": " + e.getMessage() + "; name one that can be written");
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Where the broker's data lies. */
    public Path kafkaDirectory() {
        return path.resolve("kafka");
    }

    /** Lets the folder go; what is in it stays. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
