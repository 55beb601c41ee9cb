package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.process.TakenChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A producer that stood by and that this run has taken, see {@link LocalPipe#standBy}. */
final class LentProducer implements AutoCloseable {

    /** The log of a producer, in the folder of the stack that started it, and of the one that took it. */
    static final String LOG = "producer.log";

    private static final Duration SERVES_WITHIN = Duration.ofSeconds(20);

    private final TakenChild child;
    private final Path log;

    private LentProducer(TakenChild child, Path log) {
        this.child = child;
        this.log = log;
    }

    /**
     * Whether a producer that runs already can take these settings. Logging and HTTP belong to a process from its start; so
     * does the environment, in which a run may have put settings and its key.
     *
     * @param environment names of the variables around this run
     */
    static boolean fits(Map<String, String> settings, Set<String> environment) {
        return settings.keySet().stream()
                        .allMatch(key -> key.startsWith("plumbline.") && !key.equals("plumbline.target.api-key-env"))
                && environment.stream().noneMatch(name -> name.startsWith("PLUMBLINE_"));
    }

    /**
     * Takes the producer that waits at a socket.
     *
     * @param folder of the run's own stack: the log is there from now on, whatever becomes of the other stack
     * @return empty when none waits there
     */
    static Optional<LentProducer> take(Path socket, Map<String, String> settings, Path folder) {
        return TakenChild.take(socket, settings).map(child -> {
            Path log = folder.resolve(LOG);
            try {
                Files.createLink(log, socket.resolveSibling(LOG));
            } catch (IOException | UnsupportedOperationException e) {
                // Another file system, most likely.
                note(log, "the log of this producer is that of 'plumb up': " + e);
            }
            return new LentProducer(child, log);
        });
    }

    private static void note(Path log, String text) {
        try {
            Files.writeString(log, text);
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot write " + log + ": " + e.getMessage());
        }
    }

    int awaitPort() throws IOException, InterruptedException {
        return child.awaitPort(SERVES_WITHIN);
    }

    /** How it has ended; empty while it runs. With what code is known to the stack that started it. */
    Optional<Healing.End> end() {
        if (child.isAlive()) {
            return Optional.empty();
        }
        String lastWords = LocalStack.lastWords(Child.lastLines(log, 0, 3));
        return Optional.of(new Healing.End(
                OptionalInt.empty(),
                lastWords,
                "the producer that stood by in 'plumb up' ended unexpectedly; its last words: " + lastWords,
                Optional.empty()));
    }

    Optional<StackFailure> failure() {
        return end().map(end -> new StackFailure(ExitCode.INFRASTRUCTURE, end.obituary()));
    }

    /** Lets it go: it ends in order. Its log is not this run's any more. */
    @Override
    public void close() {
        try {
            child.close();
            Files.deleteIfExists(log);
        } catch (IOException e) {
            // Either is gone already, which is what was wanted.
        }
    }
}
