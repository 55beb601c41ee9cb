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
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One process of the local stack. */
public final class Child {

    private static final int MOST_BYTES = 64 << 10;

    /** Of a log; where it grows beyond, its beginning goes. */
    static final long MOST_LOG_BYTES = 8L << 20;

    /** What is left of one that became too large. */
    private static final int KEPT_LOG_BYTES = 1 << 20;

    private static final byte[] CUT = "... (what came before was cut off)\n".getBytes(StandardCharsets.UTF_8);

    private final Part part;
    private final Process process;
    private final Path readyFile;
    private final Path log;
    private volatile long logStart;

    /** @param logStart where in the log its own lines begin, in bytes; before are those of its predecessors */
    Child(Part part, Process process, Path readyFile, Path log, long logStart) {
        this.part = part;
        this.process = process;
        this.readyFile = readyFile;
        this.log = log;
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
     * Cuts off the beginning of the log where it has become too large. The process appends, so that it goes on at the new end;
     * what it writes in the moment of the cut may be lost.
     */
    synchronized void boundLog() {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size <= MOST_LOG_BYTES) {
                return;
            }
            long from = size - KEPT_LOG_BYTES;
            byte[] kept = Channels.newInputStream(channel.position(from)).readNBytes(KEPT_LOG_BYTES);
            try (FileChannel end = FileChannel.open(log, StandardOpenOption.WRITE)) {
                end.truncate(0);
            }
            Files.write(log, CUT, StandardOpenOption.APPEND);
            Files.write(log, kept, StandardOpenOption.APPEND);
            logStart = Math.max(0, logStart - from);
        } catch (IOException e) {
            // A log that cannot be cut is one that cannot be written either; its part says so in its own way.
            return;
        }
    }

    /** Last lines that it has written itself, oldest first. */
    List<String> lastLogLines(int count) {
        return lastLines(log, logStart, count);
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

    /** The log, at most its last {@value #MOST_LOG_BYTES} bytes; empty when it cannot be read. */
    public String log() {
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.READ)) {
            channel.position(Math.max(0, channel.size() - MOST_LOG_BYTES));
            return new String(
                    Channels.newInputStream(channel).readNBytes((int) MOST_LOG_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
