package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.process.StandbyChild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The place of the load producer in a pipe. It is started for a run, or lent: one that stood by in another stack and that the
 * run took. A stack that stays up keeps one that stands by there itself.
 */
final class ProducerSlot implements AutoCloseable {

    private final LocalStack stack;
    private final Optional<Path> standby;
    private final Starter starter;
    private Map<String, String> settings = Map.of();
    private Optional<LentProducer> lent = Optional.empty();
    private Optional<String> leftAlone = Optional.empty();

    /** Starts a producer of this stack's own. */
    @FunctionalInterface
    interface Starter {
        void start(Map<String, String> settings);
    }

    /**
     * A producer that serves.
     *
     * @param trouble why the one that stood by does not, or was left alone, and another was started
     */
    record Serving(int port, Optional<String> trouble) {}

    /** @param standby socket at which a producer of another stack may stand by */
    ProducerSlot(LocalStack stack, Optional<Path> standby, Starter starter) {
        this.stack = stack;
        this.standby = standby;
        this.starter = starter;
    }

    /** Takes the producer that stands by, or starts one; does not wait for it. */
    void start(Map<String, String> all) {
        settings = Map.copyOf(all);
        lent = standby.filter(socket ->
                        LentProducer.fits(all, System.getenv().keySet()) && !stack.isBuiltAfter(Part.PRODUCER, socket))
                .filter(this::isOfThisEnvironment)
                .flatMap(socket -> LentProducer.take(socket, all, stack.path()));
        if (lent.isEmpty()) {
            starter.start(all);
        }
    }

    /** What a run does with its environment, its producer does: finds tools, connects, writes numbers. */
    private boolean isOfThisEnvironment(Path socket) {
        Optional<ProducerEnvironment> theirs = ProducerEnvironment.read(environmentBeside(socket));
        Optional<String> differences =
                theirs.flatMap(there -> there.differencesFrom(ProducerEnvironment.ofThisProcess(there.salt())));
        leftAlone = differences.map(names -> "the producer that stands by in 'plumb up' was started in another"
                + " environment (" + names + "): this run has one of its own; to take it, start 'plumb up' from this"
                + " shell");
        return theirs.isPresent() && differences.isEmpty();
    }

    /** Where the environment is told of a producer that stands by. */
    static Path environmentBeside(Path socket) {
        return socket.resolveSibling("producer.environment");
    }

    /** Why the producer that stands by was not taken, where that is worth a word. */
    Optional<String> leftAlone() {
        return leftAlone;
    }

    /** Waits until it serves; one that stood by and does not is replaced. */
    Serving awaitServing() throws InterruptedException {
        Optional<String> trouble = Optional.empty();
        if (lent.isPresent()) {
            try {
                return new Serving(lent.get().awaitPort(), Optional.empty());
            } catch (IOException e) {
                trouble = Optional.of(
                        "the producer that stood by does not serve, another was started: " + e.getMessage());
                lent.get().close();
                lent = Optional.empty();
                starter.start(settings);
            }
        }
        return new Serving(stack.awaitPort(Part.PRODUCER, "http"), trouble.or(this::leftAlone));
    }

    /** Why a lent producer is lost; one of this stack's own is watched with its other parts. */
    Optional<StackFailure> failure() {
        return lent.flatMap(LentProducer::failure);
    }

    /** Whether there is a lent one, alive or not. */
    boolean isLent() {
        return lent.isPresent();
    }

    /** How the lent one has ended; empty while it runs, and where there is none. */
    Optional<Healing.End> endOfLent() {
        return lent.flatMap(LentProducer::end);
    }

    /** Starts one of this stack's own in the place of the one that has ended; does not wait for it. */
    void startAgain(Map<String, String> all) {
        settings = Map.copyOf(all);
        // It is gone, and its log is this run's.
        lent = Optional.empty();
        starter.start(all);
    }

    /** Where a producer waits that {@link #standBy} started. */
    Path socket() {
        return stack.path().resolve("producer.sock");
    }

    /**
     * Starts a producer that waits until a run takes it.
     *
     * @param properties how else it stands by, {@code name=value}
     */
    void standBy(List<String> properties) {
        try {
            // A new file: the run that had the last producer may still read its log.
            Files.deleteIfExists(stack.path().resolve(LentProducer.LOG));
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot write to " + stack.path() + ": " + e.getMessage());
        }
        if (!Files.exists(environmentBeside(socket()))) {
            ProducerEnvironment.ofThisProcess(UUID.randomUUID().toString()).write(environmentBeside(socket()));
        }
        stack.letEnd(Part.PRODUCER);
        List<String> all = new ArrayList<>(properties);
        all.add(StandbyChild.PATH_PROPERTY + "=" + socket());
        all.add("quarkus.http.host=127.0.0.1");
        all.add("quarkus.http.port=0");
        stack.start(Part.PRODUCER, all, List.of());
    }

    /** Whether producers were built anew since the one that stands by began to wait. */
    boolean isOutdated() {
        return stack.isBuiltAfter(Part.PRODUCER, socket());
    }

    /** Lets a lent producer go. */
    @Override
    public void close() {
        lent.ifPresent(LentProducer::close);
    }
}
