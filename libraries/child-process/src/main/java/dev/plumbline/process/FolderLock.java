package dev.plumbline.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An exclusive hold on a folder: against other processes, and against the rest of this one.
 *
 * <p>The lock between processes is the operating system's, on a file in the folder, and goes with its process however
 * that ends. It says nothing within one process; there, on top of it, the process gives up <em>all</em> its locks of a
 * file as soon as it closes any descriptor of it. So who is in the folder is first looked up in this JVM, and the file
 * is not opened a second time while it is held.
 *
 * <p>All methods may be called from any thread.
 */
public final class FolderLock implements AutoCloseable {

    /** The file in the folder; it holds the owner's process id and stays when the folder is let go. */
    public static final String FILE = "plumbline.lock";

    /** Real paths of the folders that this JVM holds. */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes a folder that exists.
     *
     * @throws FolderInUseException when another process, or somebody else in this one, holds it
     * @throws IOException when it does not exist, cannot be written, or its file system knows no locks
     */
    public static FolderLock take(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (!HELD_HERE.add(real)) {
            throw new FolderInUseException(
                    folder, OptionalLong.of(ProcessHandle.current().pid()));
        }
        try {
            return new FolderLock(real, locked(folder, real.resolve(FILE)));
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(real);
            throw e;
        }
    }

    private static FileChannel locked(Path folder, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new FolderInUseException(folder, owner(file));
            }
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid), 0);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Nothing when the owner has taken the lock and not yet said who it is. */
    private static OptionalLong owner(Path file) throws IOException {
        try {
            return OptionalLong.of(Long.parseLong(
                    Files.readString(file, StandardCharsets.ISO_8859_1).strip()));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Lets the folder go; what is in it stays. */
    @Override
    public synchronized void close() throws IOException {
        if (channel.isOpen()) {
            try {
                channel.close();
            } finally {
                HELD_HERE.remove(folder);
            }
        }
    }
}
