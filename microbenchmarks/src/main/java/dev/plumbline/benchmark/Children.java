package dev.plumbline.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Processes of one benchmark, each on its core; whatever still lives at the end is ended, the last first. */
final class Children implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(30);

    private final Path folder;
    private final List<Process> started = new ArrayList<>();

    /** @param folder for what they print */
    Children(Path folder) {
        this.folder = folder;
    }

    /** Starts a command on one core; what it prints goes to {@code name.log}. */
    Process start(String name, int core, List<String> command) throws IOException {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        pinned.addAll(command);
        Process process = new ProcessBuilder(pinned)
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile())
                .start();
        started.add(process);
        return process;
    }

    /** Runs a command on one core to its end. */
    int run(String name, int core, List<String> command, Duration longest) throws IOException, InterruptedException {
        Process process = start(name, core, command);
        if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            end(process);
            throw new IllegalStateException(name + " was not over after " + longest + ": see " + log(name));
        }
        started.remove(process);
        return process.exitValue();
    }

    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Waits until a process has printed something. */
    String await(String name, Process process, Predicate<String> enough, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (true) {
            String text = printed(name);
            if (enough.test(text)) {
                return text;
            }
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        name + (process.isAlive() ? " is not ready" : " ended") + ": see " + log(name));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private String printed(String name) {
        try {
            return Files.readString(log(name), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves those of our descendants whose command line says so to a core, all their threads. */
    void move(String commandLineContains, int core) throws IOException, InterruptedException {
        List<ProcessHandle> wanted = ProcessHandle.current()
                .descendants()
                .filter(handle -> handle.info().commandLine().orElse("").contains(commandLineContains))
                .toList();
        for (ProcessHandle handle : wanted) {
            Process move = new ProcessBuilder("taskset", "-acp", Integer.toString(core), Long.toString(handle.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!move.waitFor(10, TimeUnit.SECONDS)) {
                move.destroyForcibly();
            }
        }
        if (wanted.isEmpty()) {
            throw new IllegalStateException("no process of ours has '" + commandLineContains + "' in its command line");
        }
    }

    void end(Process process) throws InterruptedException {
        started.remove(process);
        process.destroy();
        if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : List.copyOf(started).reversed()) {
            end(process);
        }
    }
}
