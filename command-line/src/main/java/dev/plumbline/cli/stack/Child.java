package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One process of the local stack. */
public final class Child {

    private final Part part;
    private final Process process;
    private final Path readyFile;
    private final Path log;

    Child(Part part, Process process, Path readyFile, Path log) {
        this.part = part;
        this.process = process;
        this.readyFile = readyFile;
        this.log = log;
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

    /** Last lines of the log, oldest first. */
    List<String> lastLogLines(int count) {
        return lastLines(log, count);
    }

    /** A line of a stack trace tells a person nothing. */
    private static boolean isFrame(String line) {
        String text = line.stripLeading();
        return line.length() > text.length() && (text.startsWith("at ") || text.startsWith("... "));
    }

    /** Last lines of a log that are neither blank nor of a stack trace, oldest first. */
    static List<String> lastLines(Path log, int count) {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !isFrame(line))
                    .toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        } catch (IOException e) {
            return List.of("(no log: " + e.getMessage() + ")");
        }
    }

    /** All of the log; empty when it cannot be read. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "";
        }
    }
}
