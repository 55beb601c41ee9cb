package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Starts, watches and ends the processes of a local stack. The folder and every child end with {@link #close()}, with
 * Ctrl-C through the shutdown hook, and with a kill of this process through the children's pipes.
 *
 * <p>One thread starts and closes; {@link #failure()} may be called from any.
 */
public final class LocalStack implements AutoCloseable {

    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private static final int LONGEST_LINE = 200;

    /** With this a JVM ends that was told to end without memory. */
    private static final int OUT_OF_MEMORY = 3;

    /**
     * A terminal sends Ctrl-C, a service manager SIGTERM, and a session that is lost SIGHUP to the whole process group, but a
     * run that ends in order still needs its broker and its apps: only the supervisor shall hear it. A signal that is ignored
     * stays ignored across exec, and a JVM respects that. The children's standard input ends them.
     */
    private static final List<String> DEAF_TO_THE_GROUP =
            List.of("/bin/sh", "-c", "trap '' HUP INT TERM; exec \"$0\" \"$@\"");

    private final Installation installation;
    private final StackFolder folder;
    private final Map<Part, Child> children = new EnumMap<>(Part.class);
    private final Set<Part> mayEnd = EnumSet.noneOf(Part.class);
    private final Thread hook;
    private boolean closed;

    private LocalStack(Installation installation, StackFolder folder) {
        this.installation = installation;
        this.folder = folder;
        this.hook = new Thread(this::end, "stack-shutdown");
    }

    /** A stack without processes. */
    public static LocalStack open(Installation installation) {
        LocalStack stack = new LocalStack(installation, StackFolder.create());
        Runtime.getRuntime().addShutdownHook(stack.hook);
        return stack;
    }

    /** The temporary folder, with a log per part. */
    public Path path() {
        return folder.path();
    }

    /**
     * Starts a part without waiting for it. One that was started before and has ended is forgotten; its log is continued.
     *
     * @param properties system properties, {@code name=value}
     * @param arguments the part's own arguments
     */
    public synchronized Child start(Part part, List<String> properties, List<String> arguments) {
        if (closed) {
            throw new StackFailure(ExitCode.INTERRUPTED, "interrupted");
        }
        List<String> own = new ArrayList<>(properties);
        own.add("plumbline.supervised=true");
        own.add("plumbline.ready-file=" + folder.ready(part));
        own.add("java.io.tmpdir=" + folder.path());
        List<String> command = new ArrayList<>(DEAF_TO_THE_GROUP);
        command.addAll(installation.command(part, own));
        command.addAll(arguments);
        Path log = folder.log(part);
        try {
            // Of one that was killed: it would say that its successor serves.
            Files.deleteIfExists(folder.ready(part));
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            Process process = new ProcessBuilder(command)
                    .directory(folder.path().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            Child child = new Child(part, process, folder.ready(part), log, logStart);
            children.put(part, child);
            return child;
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot start the " + part.label() + ": " + e.getMessage());
        }
    }

    /**
     * Waits until a part says that it is ready.
     *
     * @return the named port that it listens on
     * @throws StackFailure if it ends first or is not ready in time
     */
    public int awaitPort(Part part, String portName) throws InterruptedException {
        Child child = child(part);
        long deadlineNanos = SystemTime.monotonicNanos() + Healing.READY_WITHIN.toNanos();
        while (SystemTime.monotonicNanos() < deadlineNanos) {
            Optional<ReadyFile> ready = child.ready();
            if (ready.isPresent()) {
                Integer port = ready.get().ports().get(portName);
                if (port == null) {
                    throw new StackFailure(
                            ExitCode.INFRASTRUCTURE, "the " + part.label() + " reports no port '" + portName + "'");
                }
                return port;
            }
            failure().ifPresent(failure -> {
                throw failure;
            });
            Thread.sleep(20);
        }
        throw new StackFailure(
                ExitCode.INFRASTRUCTURE,
                "the " + part.label() + " was not ready within " + Healing.READY_WITHIN.toSeconds()
                        + " s; its last words: " + lastWords(child));
    }

    /** Whether a part was built after a file was written; false where one of them is not there. */
    boolean isBuiltAfter(Part part, Path file) {
        try {
            return Files.getLastModifiedTime(installation.jar(part)).compareTo(Files.getLastModifiedTime(file)) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Says that a part is free to end: {@link #failure} does not complain of it. */
    public synchronized void letEnd(Part part) {
        mayEnd.add(part);
    }

    /** The first part that ended although nobody asked it to; empty while all is well. */
    public synchronized Optional<StackFailure> failure() {
        if (closed) {
            return Optional.empty();
        }
        for (Child child : children.values()) {
            child.boundLog();
            if (!child.isAlive() && !mayEnd.contains(child.part())) {
                // Somebody ends this stack from outside, or its part did not stop in time after its standard input
                // closed.
                if (child.exitValue() == ExitCode.INTERRUPTED || child.exitValue() == 143) {
                    return Optional.of(new StackFailure(ExitCode.INTERRUPTED, "interrupted"));
                }
                return Optional.of(new StackFailure(ExitCode.INFRASTRUCTURE, obituary(child)));
            }
        }
        return Optional.empty();
    }

    /** How a part has ended; empty while it runs, and once this is closed. */
    synchronized Optional<Healing.End> endOf(Part part) {
        Child child = children.get(part);
        if (child != null) {
            child.boundLog();
        }
        if (closed || child == null || child.isAlive()) {
            return Optional.empty();
        }
        return Optional.of(new Healing.End(
                OptionalInt.of(child.exitValue()),
                lastWords(child),
                obituary(child),
                child.exitValue() == ExitCode.USAGE
                        ? Optional.of("it would not take the same settings then either")
                        : Optional.empty()));
    }

    /** Kills a part; its end is seen as that of one that died. */
    synchronized void kill(Part part) {
        child(part).kill();
    }

    /** A part that ends by a decision of its own says why in its last line; of one that was killed we say what we know. */
    private static String obituary(Child child) {
        String name = child.part().label();
        List<String> lines = child.lastLogLines(1);
        String last = lines.isEmpty() ? "" : lines.getFirst();
        boolean bySelf = child.exitValue() == ExitCode.USAGE || child.exitValue() == ExitCode.INFRASTRUCTURE;
        if (bySelf && last.startsWith(name + ": ")) {
            return "the " + last;
        }
        if (child.exitValue() == ExitCode.USAGE) {
            return "the " + name + " does not take its settings: " + lastWords(child);
        }
        String words = lastWords(child);
        if (child.exitValue() == OUT_OF_MEMORY && words.contains("java.lang.OutOfMemoryError")) {
            return "the " + name + " ran out of memory (it may use "
                    + child.part().heapMebibytes() + " MiB): ask for less at a time; what was measured before is kept";
        }
        String what = words.contains("No space left on device")
                ? "disk full: the " + name + " could not write"
                : "the " + name + " ended unexpectedly (exit code " + child.exitValue() + ")";
        return what + "; its last words: " + words;
    }

    /** Ends one part in order and forgets it. */
    public void end(Part part) throws InterruptedException {
        Child child = child(part);
        synchronized (this) {
            children.remove(part);
        }
        child.end(END_WITHIN);
    }

    /** The running part. */
    public synchronized Child child(Part part) {
        Child child = children.get(part);
        if (child == null) {
            throw new IllegalStateException("the " + part.label() + " was not started");
        }
        return child;
    }

    /** The parts that were started and not ended. */
    synchronized List<Part> parts() {
        return List.copyOf(children.keySet());
    }

    /** Ids of the processes that were started and not ended. */
    public synchronized List<Long> pids() {
        return children.values().stream().map(Child::pid).toList();
    }

    /** Ends every part and removes the folder. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException expected) {
            // The hook is what runs: there is nothing to remove any more.
        }
    }

    private void end() {
        List<Child> ending;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            ending = new ArrayList<>(children.values());
        }
        // Whoever is interrupted still ends what it has started.
        boolean interrupted = Thread.interrupted();
        // The broker last: the others say their last words to it.
        ending.sort((a, b) -> Boolean.compare(a.part() == Part.BROKER, b.part() == Part.BROKER));
        try {
            ending.stream().filter(child -> child.part() != Part.BROKER).forEach(Child::letGo);
            for (Child child : ending) {
                child.end(END_WITHIN);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        folder.delete().ifPresent(problem -> System.err.println("plumb: " + problem));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String lastWords(Child child) {
        return lastWords(child.lastLogLines(3));
    }

    /** Lines of a log as one, each cut to a length that can be read. */
    static String lastWords(List<String> lines) {
        return lines.isEmpty()
                ? "none"
                : lines.stream()
                        .map(line -> line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "...")
                        .collect(Collectors.joining(" / "));
    }
}
