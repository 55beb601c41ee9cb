package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One process of the local stack. */
public final class Child {

    private static final int MOST_BYTES = 64 << 10;

    /** Of a log; what is in it then becomes the log before it, and the one before that goes. */
    static final long MOST_LOG_BYTES = 8L << 20;

    private final Part part;
    private final Process process;
    private final Path readyFile;
    private final Path log;
    /** The log before this one, empty until there is one. */
    private final Path before;

    private long logStart;
    private long startBefore;

    /** @param logStart where in the log its own lines begin, in bytes; before are those of its predecessors */
    Child(Part part, Process process, Path readyFile, Path log, long logStart) {
        this.part = part;
        this.process = process;
        this.readyFile = readyFile;
        this.log = log;
        this.before = log.resolveSibling(log.getFileName() + ".1");
        this.logStart = logStart;
    }

    Part part() {
        return part;
    }

    /** Process id, for messages and tests. */
    public long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Optional<ReadyFile> ready() {
        try {
            return ReadyFile.read(readyFile);
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot read " + readyFile + ": " + e.getMessage());
        }
    }

    int exitValue() {
        return process.exitValue();
    }

    /** Closes the pipe that the child watches: it ends in order. */
    void letGo() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // A pipe that cannot be closed belongs to a child that is gone already, which is what was wanted.
            process.destroy();
        }
    }

    /** Waits for the end; kills after the patience has run out. */
    void end(Duration patience) throws InterruptedException {
        letGo();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            process.waitFor(5, TimeUnit.SECONDS);
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    /**
     * Puts the log aside where it has become too large, and begins it again. The process appends, so that it goes on at the new
     * end; what it writes in the moment between may be lost.
     */
    synchronized void boundLog() {
        try {
            if (Files.exists(log) && Files.size(log) > MOST_LOG_BYTES) {
                Files.copy(log, before, StandardCopyOption.REPLACE_EXISTING);
                try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
                startBefore = logStart;
                logStart = 0;
            }
        } catch (IOException e) {
            // A log that cannot be cut is one that cannot be written either; its part says so in its own way.
            return;
        }
    }

    /** Last lines that it has written itself, oldest first. */
    synchronized List<String> lastLogLines(int count) {
        List<String> lines = lastLines(log, logStart, count);
        if (lines.size() >= count || !Files.exists(before)) {
            return lines;
        }
        return Stream.concat(lastLines(before, startBefore, count - lines.size()).stream(), lines.stream())
                .toList();
    }

    /** A line of a stack trace tells a person nothing. */
    private static boolean isFrame(String line) {
        String text = line.stripLeading();
        return line.length() > text.length() && (text.startsWith("at ") || text.startsWith("... "));
    }

    /**
     * Last lines of a log that are neither blank nor of a stack trace, oldest first.
     *
     * @param from where in the log they may begin, in bytes. No more than its last {@value #MOST_BYTES} bytes are read
     */
    static List<String> lastLines(Path log, long from, int count) {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            channel.position(Math.max(Math.min(from, channel.size()), channel.size() - MOST_BYTES));
            List<String> lines = new String(
                            Channels.newInputStream(channel).readNBytes(MOST_BYTES), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !isFrame(line))
                    .toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        } catch (IOException e) {
            return List.of("(no log: " + e.getMessage() + ")");
        }
    }

    /** The log with the one before it; empty when it cannot be read. Each is cut to its last {@value #MOST_LOG_BYTES} bytes. */
    public synchronized String log() {
        try {
            return (Files.exists(before) ? end(before) : "") + end(log);
        } catch (IOException e) {
            return "";
        }
    }

    private static String end(Path log) throws IOException {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            channel.position(Math.max(0, channel.size() - MOST_LOG_BYTES));
            return new String(
                    Channels.newInputStream(channel).readNBytes((int) MOST_LOG_BYTES), StandardCharsets.UTF_8);
        }
    }
}
