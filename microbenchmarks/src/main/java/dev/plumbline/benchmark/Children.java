package dev.plumbline.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Processes of one benchmark, each on its core; whatever still lives at the end is ended, the last first. */
final class Children implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(30);

    /** Of processor time in a second: what does no more is calm. */
    private static final long CALM_MILLIS = 100;

    private static final List<String> FIRST = List.of("chrt", "--fifo", "1");

    private final Path folder;
    private final List<Process> started = new ArrayList<>();

    /** @param folder for what they print */
    Children(Path folder) {
        this.folder = folder;
    }

    /** Starts a command on one core; what it prints goes to {@code name.log}. */
    Process start(String name, int core, List<String> command, Map<String, String> environment) throws IOException {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        pinned.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(pinned)
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** Whether we may say that a process comes before all others on its core. */
    static boolean mayGoFirst() throws InterruptedException {
        try {
            Process asked = new ProcessBuilder(command(FIRST, List.of("true"))).start();
            return asked.waitFor(10, TimeUnit.SECONDS) && asked.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** A command that comes before all others on its core. */
    static List<String> first(List<String> command) {
        return command(FIRST, command);
    }

    private static List<String> command(List<String> before, List<String> command) {
        return Stream.concat(before.stream(), command.stream()).toList();
    }

    /** Runs a command on one core to its end. */
    int run(String name, int core, List<String> command, Map<String, String> environment, Duration longest)
            throws IOException, InterruptedException {
        Process process = start(name, core, command, environment);
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
        List<ProcessHandle> wanted = descendants(commandLineContains);
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

    private static List<ProcessHandle> descendants(String commandLineContains) {
        return ProcessHandle.current()
                .descendants()
                .filter(handle -> handle.info().commandLine().orElse("").contains(commandLineContains))
                .toList();
    }

    /** Waits until one of our descendants whose command line says so has started, and does next to nothing any more. */
    void awaitCalm(String commandLineContains, Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        long before = -1;
        while (true) {
            List<ProcessHandle> wanted = descendants(commandLineContains);
            long now = wanted.stream()
                    .mapToLong(handle -> handle.info()
                            .totalCpuDuration()
                            .orElse(Duration.ZERO)
                            .toMillis())
                    .sum();
            // What starts has used a tenth of a second long before it stands by.
            if (now > CALM_MILLIS && now >= before && now - before < CALM_MILLIS && before >= 0) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "no process of ours with '" + commandLineContains + "' in its command line came to rest");
            }
            before = now;
            TimeUnit.SECONDS.sleep(1);
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
