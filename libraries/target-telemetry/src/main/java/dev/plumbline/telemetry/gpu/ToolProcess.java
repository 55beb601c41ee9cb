package dev.plumbline.telemetry.gpu;

import dev.plumbline.telemetry.sampling.SampleClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A tool that runs and prints lines, errors among them. Lines are stamped when they arrive. A thread of its own reads, at most
 * {@link #MAX_LINES} ahead; then the tool waits, not we.
 */
final class ToolProcess implements AutoCloseable {

    static final int MAX_LINES = 1_024;
    /** Longer lines are cut: no tool prints any. */
    static final int MAX_LINE_LENGTH = 4_096;

    /** What the tool did. */
    sealed interface Output {
        /** It printed a line. */
        record Line(long atNanos, String text) implements Output {}

        /** It ended. */
        record End(int exitCode) implements Output {}
    }

    private final Process process;
    private final SampleClock clock;
    private final ArrayBlockingQueue<Output> output = new ArrayBlockingQueue<>(MAX_LINES);
    private final Thread reader;

    private ToolProcess(Process process, SampleClock clock, String name) {
        this.process = process;
        this.clock = clock;
        this.reader = new Thread(this::read, name + "-output");
        this.reader.setDaemon(true);
    }

    /** @throws IOException if there is no such tool or it cannot be run */
    static ToolProcess start(List<String> command, SampleClock clock, String name) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        ToolProcess started = new ToolProcess(process, clock, name);
        started.reader.start();
        return started;
    }

    /** The next line or the end; empty when neither came in time. */
    Optional<Output> next(long timeoutNanos) throws InterruptedException {
        return Optional.ofNullable(output.poll(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS));
    }

    private void read() {
        try {
            StringBuilder line = new StringBuilder(256);
            try (InputStream in = process.getInputStream()) {
                byte[] bytes = new byte[4_096];
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    take(new String(bytes, 0, count, StandardCharsets.ISO_8859_1), line);
                }
            } catch (IOException e) {
                // The pipe is closed when we end the tool; the end follows.
                line.setLength(0);
            }
            if (!line.isEmpty()) {
                output.put(new Output.Line(clock.nanos(), line.toString()));
            }
            output.put(new Output.End(process.waitFor()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(String text, StringBuilder line) throws InterruptedException {
        long now = clock.nanos();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                output.put(new Output.Line(now, line.toString().stripTrailing()));
                line.setLength(0);
            } else if (line.length() < MAX_LINE_LENGTH) {
                line.append(c);
            }
        }
    }

    /** Ends the tool and what it started, at once. */
    @Override
    public void close() {
        try (Stream<ProcessHandle> below = process.descendants()) {
            below.forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly();
        reader.interrupt();
    }
}
