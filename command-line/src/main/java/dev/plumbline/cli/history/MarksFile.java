package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** {@code baselines.json}. Any thread and any process may read and change it at any time. */
final class MarksFile {

    /** A file lock holds off other processes only; this one the other threads of this process. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private static final String NAME = "baselines.json";

    private final Path root;

    MarksFile(Path root) {
        this.root = root;
    }

    Marks read() {
        Path file = root.resolve(NAME);
        try {
            Marks marks = RunFile.MAPPER.readValue(Files.readAllBytes(file), Marks.class);
            if (marks.plumblineBaselines() > Marks.VERSION) {
                throw CommandFailure.usage(file + " was written by a later Plumbline");
            }
            return marks;
        } catch (NoSuchFileException e) {
            return Marks.none();
        } catch (IOException | RuntimeException e) {
            if (e instanceof CommandFailure failure) {
                throw failure;
            }
            throw CommandFailure.usage(file + " cannot be read: " + RunFile.oneLine(String.valueOf(e.getMessage()))
                    + "; repair it, or remove it to forget pins and promotions");
        }
    }

    /** Changes the marks as nobody else does at the same time; whatever the change does besides is under the lock, too. */
    Marks update(UnaryOperator<Marks> change) {
        THREADS.lock();
        try {
            Files.createDirectories(root);
            try (FileChannel channel = FileChannel.open(
                            root.resolve("." + NAME + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = channel.lock()) {
                Marks before = read();
                Marks after = change.apply(before);
                if (held.isValid() && !after.equals(before)) {
                    RunFile.replace(root.resolve(NAME), RunFile.MAPPER.writeValueAsBytes(after));
                }
                return after;
            }
        } catch (IOException e) {
            throw CommandFailure.infrastructure("cannot write " + root.resolve(NAME) + ": " + e.getMessage());
        } finally {
            THREADS.unlock();
        }
    }
}
