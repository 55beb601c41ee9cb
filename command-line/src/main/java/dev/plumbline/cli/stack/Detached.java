package dev.plumbline.cli.stack;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plumbline.cli.outcome.CommandFailure;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A command that goes on without the terminal that started it: in a session of its own, its output in a log, found again by
 * its name. What it was called with is not written down: there may be a secret in it.
 *
 * @param name the command and when it was started, as {@code run-20261201-172301}
 * @param pid process id, positive
 * @param startedEpochMillis when that process started: process ids are used again
 * @param log file with all that it says
 */
public record Detached(String name, long pid, long startedEpochMillis, String log) {

    /** System property of a detached process: the file in which it says that what it does has begun. */
    private static final String BEGUN_PROPERTY = "plumbline.begun";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    /** Logs of commands that have ended are kept so long that somebody may still want to know how. */
    private static final int KEPT_LOGS = 20;

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private static final long LOOK_EVERY_MILLIS = 50;

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    public Detached {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(log, "log");
        if (pid <= 0) {
            throw new IllegalArgumentException("pid " + pid + " must be positive");
        }
    }

    /** Whether this process is a detached one. */
    public static boolean isThisProcess() {
        return System.getProperty(BEGUN_PROPERTY) != null;
    }

    /** What this process was started for has begun: whoever started it need not wait any longer. */
    public static void begun() {
        String file = System.getProperty(BEGUN_PROPERTY);
        if (file != null && BEGUN.compareAndSet(false, true)) {
            try {
                Files.writeString(Path.of(file), "");
            } catch (IOException e) {
                // The log says it, too; who waits sees that this process is alive.
                System.err.println("plumb: cannot write " + file + ": " + e);
            }
        }
    }

    /**
     * How it began.
     *
     * @param process empty when it ended before it had begun; the log is gone then, and was printed
     * @param exitCode its exit code then, else 0
     */
    public record Start(Optional<Detached> process, int exitCode) {}

    /**
     * Starts this very command once more, detached, and waits until it has begun or ended. Meanwhile everything that it says is
     * printed. Interrupted, it ends what it started.
     *
     * @param home root folder of the checkout
     * @param command what it is, a word
     * @param arguments all of the command line
     * @throws StackFailure if it cannot be started
     */
    public static Start start(
            Path home, String command, List<String> arguments, PrintStream out, LongSupplier epochMillis)
            throws InterruptedException {
        Path folder = folder(home);
        try {
            Files.createDirectories(folder);
            removeOld(folder);
            String name = freeName(folder, command, Instant.ofEpochMilli(epochMillis.getAsLong()));
            Path log = folder.resolve(name + ".log");
            Path begun = folder.resolve(name + ".begun");
            Process process = new ProcessBuilder(commandLine(begun, arguments))
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                Detached started =
                        new Detached(name, process.pid(), startOf(process.toHandle(), epochMillis), log.toString());
                started.write(folder);
                boolean isUnderWay = follow(process, begun, log, out);
                if (isUnderWay) {
                    return new Start(Optional.of(started), 0);
                }
                Files.deleteIfExists(started.file(folder));
                Files.deleteIfExists(log);
                return new Start(Optional.empty(), process.exitValue());
            } catch (InterruptedException e) {
                process.destroy();
                throw e;
            } finally {
                Files.deleteIfExists(begun);
            }
        } catch (IOException e) {
            throw CommandFailure.infrastructure(
                    "cannot start it detached, its log is to be in " + folder + ": " + e.getMessage());
        }
    }

    /** Copies the log until it has begun, which is true, or ended. */
    private static boolean follow(Process process, Path begun, Path log, PrintStream out)
            throws IOException, InterruptedException {
        try (var tail = Files.newInputStream(log)) {
            while (true) {
                boolean isOver = process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                boolean isUnderWay = Files.exists(begun);
                out.write(tail.readAllBytes());
                out.flush();
                if (isUnderWay || isOver) {
                    return !isOver;
                }
            }
        }
    }

    /** The virtual machine as it is, but for its terminal, in a session of its own where the system can do that. */
    private static List<String> commandLine(Path begun, List<String> arguments) {
        List<String> command = new ArrayList<>();
        onPath("setsid").or(() -> onPath("nohup")).ifPresent(tool -> command.add(tool.toString()));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Dplumbline.terminal="))
                .forEach(command::add);
        command.add("-D" + BEGUN_PROPERTY + "=" + begun);
        command.add("-jar");
        command.add(System.getProperty("java.class.path"));
        command.addAll(arguments);
        return command;
    }

    private static Optional<Path> onPath(String tool) {
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Those that run, oldest first; what is left of others is removed, but for their logs.
     *
     * @param home root folder of the checkout
     */
    public static List<Detached> running(Path home) {
        List<Detached> running = new ArrayList<>();
        for (Path file : files(folder(home), ".json")) {
            try {
                Detached found = JSON.readValue(Files.readAllBytes(file), Detached.class);
                if (found.process().isPresent()) {
                    running.add(found);
                } else {
                    Files.deleteIfExists(file);
                }
            } catch (NoSuchFileException e) {
                // Ended, and removed by another, since it was listed.
                continue;
            } catch (JacksonException e) {
                throw CommandFailure.infrastructure(
                        file + " does not describe a detached command, remove it: " + e.getOriginalMessage());
            } catch (IOException e) {
                throw CommandFailure.infrastructure("cannot read " + file + ": " + e);
            }
        }
        running.sort(Comparator.comparingLong(Detached::startedEpochMillis));
        return running;
    }

    /**
     * Asks it to end in order, and waits.
     *
     * @return whether it has ended
     */
    public boolean end(Duration patience) throws InterruptedException {
        return RunningStack.end(process(), patience);
    }

    /** The last thing that it said. */
    public String lastWords() {
        try (Stream<String> lines = Files.lines(Path.of(log), StandardCharsets.UTF_8)) {
            return lines.filter(line -> !line.isBlank())
                    .reduce("", (before, last) -> last)
                    .strip();
        } catch (IOException | UncheckedIOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    private Optional<ProcessHandle> process() {
        return RunningStack.process(pid, startedEpochMillis);
    }

    private void write(Path folder) throws IOException {
        Path beside = folder.resolve(name + ".tmp");
        Files.write(beside, JSON.writeValueAsBytes(this));
        Files.move(beside, file(folder), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path file(Path folder) {
        return folder.resolve(name + ".json");
    }

    private static long startOf(ProcessHandle process, LongSupplier epochMillis) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElseGet(epochMillis::getAsLong);
    }

    private static Path folder(Path home) {
        return home.resolve(".plumb/detached");
    }

    /** Two may be started within a second. */
    private static String freeName(Path folder, String command, Instant now) throws IOException {
        String name = command + '-' + TIME.format(now);
        String free = name;
        for (int beside = 2; !isNew(folder.resolve(free + ".log")); beside++) {
            free = name + '-' + beside;
        }
        return free;
    }

    private static boolean isNew(Path file) throws IOException {
        try {
            Files.createFile(file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static void removeOld(Path folder) throws IOException {
        List<Path> logs = files(folder, ".log").stream()
                .filter(log -> !Files.exists(
                        log.resolveSibling(log.getFileName().toString().replaceFirst("[.]log$", ".json"))))
                .sorted(Comparator.comparingLong(log -> log.toFile().lastModified()))
                .toList();
        for (Path log : logs.subList(0, Math.max(0, logs.size() - KEPT_LOGS))) {
            Files.deleteIfExists(log);
        }
    }

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw CommandFailure.infrastructure("cannot read " + folder + ": " + e);
        }
    }
}
