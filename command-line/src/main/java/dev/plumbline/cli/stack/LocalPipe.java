package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.process.ControlAccess;
import dev.plumbline.process.StandbyChild;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;

/** Broker, simulated target and apps, connected: the pipe on one machine. */
public final class LocalPipe implements AutoCloseable {

    /** The file with the target's true emit times, below {@link #folder()}. */
    public static final String EMIT_LOG = "emitted.log";

    private final PipePlan plan;
    private final LocalStack stack;
    private final Map<Part, Integer> ports = new EnumMap<>(Part.class);
    private final Optional<Map<String, Object>> cluster;
    private final Optional<RunningStack> owner;
    private final Optional<LocalPipe> base;
    private final Path home;
    private final ProducerSlot producer;
    private final String controlToken = ControlAccess.randomToken();
    private Optional<Healing> healing = Optional.empty();
    private Optional<Succession> succession = Optional.empty();

    private LocalPipe(
            PipePlan plan,
            Installation installation,
            Optional<Map<String, Object>> cluster,
            Optional<RunningStack> owner,
            Optional<LocalPipe> base) {
        this.plan = plan;
        this.home = installation.home();
        this.stack = LocalStack.open(installation);
        this.cluster = cluster;
        this.owner = owner;
        this.base = base;
        this.producer = new ProducerSlot(
                stack,
                base.map(LocalPipe::standbySocket)
                        .or(() -> owner.flatMap(RunningStack::standby).map(Path::of)),
                settings -> launch(Part.PRODUCER, settings));
    }

    /**
     * How a producer of a run is started again.
     *
     * @param settings those of the next one, all of them; asked for at each start
     * @param beyondHelp why it must not be started again; empty where it may
     */
    public record Succession(Supplier<Map<String, String>> settings, Optional<String> beyondHelp) {}

    /**
     * Starts everything and returns when every part is ready.
     *
     * @throws StackFailure if a part cannot be started; what was started is ended
     */
    public static LocalPipe start(PipePlan plan, Installation installation) throws InterruptedException {
        LocalPipe pipe = new LocalPipe(plan, installation, Optional.empty(), Optional.empty(), Optional.empty());
        try {
            pipe.startParts();
            return pipe;
        } catch (InterruptedException | RuntimeException e) {
            pipe.close();
            throw e;
        }
    }

    private void startParts() throws InterruptedException {
        startBroker();
        awaitBroker();
        List<Part> apps = List.of(Part.AGGREGATOR, Part.DETECTOR, Part.PRODUCER);
        for (Part app : apps) {
            if (plan.properties().containsKey(app)) {
                startApp(app);
            }
        }
        for (Part app : apps) {
            if (plan.properties().containsKey(app)) {
                awaitApp(app);
            }
        }
    }

    /**
     * Begins to start the broker, and the simulated target where the plan has one, and does not wait for them.
     *
     * @throws StackFailure if a part cannot be started
     */
    public static LocalPipe begin(PipePlan plan, Installation installation) {
        LocalPipe pipe = new LocalPipe(plan, installation, Optional.empty(), Optional.empty(), Optional.empty());
        try {
            pipe.startBroker();
            return pipe;
        } catch (RuntimeException e) {
            pipe.close();
            throw e;
        }
    }

    /**
     * A pipe whose broker and apps run in a cluster. Only a producer is started here.
     *
     * @param kafkaClient properties of a Kafka client of that cluster, the brokers among them
     */
    public static LocalPipe attach(Map<String, Object> kafkaClient, Duration window, Installation installation) {
        return new LocalPipe(
                ofProducerAlone(window),
                installation,
                Optional.of(Map.copyOf(kafkaClient)),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * A pipe whose broker and apps are those of a stack that {@code plumb up} keeps, and lost once that has ended. A producer
     * that stands by there is taken, another is started here.
     */
    public static LocalPipe attach(RunningStack running, Installation installation) {
        return new LocalPipe(
                ofProducerAlone(Duration.ofMillis(running.windowMillis())),
                installation,
                Optional.of(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, running.bootstrapServers())),
                Optional.of(running),
                Optional.empty());
    }

    /**
     * A pipe for one of several runs after each other: broker and apps are those of another pipe, and so is the producer that stands
     * by there, if it does.
     */
    public static LocalPipe beside(LocalPipe base, Installation installation) {
        return new LocalPipe(
                ofProducerAlone(base.window()),
                installation,
                Optional.of(base.kafkaClient()),
                base.owner,
                Optional.of(base));
    }

    private static PipePlan ofProducerAlone(Duration window) {
        return new PipePlan(window, 1, 0, PipePlan.DEFAULT_TOPIC_BYTES, Optional.empty(), Map.of(), Optional.empty());
    }

    private void startBroker() {
        // Known at once, so that a part which only needs the address can start beside the broker.
        int port = plan.kafkaPort() == 0 ? freePort() : plan.kafkaPort();
        ports.put(Part.BROKER, port);
        stack.start(Part.BROKER, List.of(), brokerArguments());
        plan.targetArguments().ifPresent(arguments -> {
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of("--emit-log", folder().resolve(EMIT_LOG).toString()));
            all.addAll(List.of(
                    "--control-token-file",
                    ConfidentialFile.writeText(folder(), "control-token", controlToken)
                            .toString()));
            stack.start(Part.TARGET, List.of(), all);
        });
    }

    /** The same at each start: its clients know the port, and its data is what they have acknowledged. */
    private List<String> brokerArguments() {
        Path data = plan.kafkaDirectory().orElse(folder().resolve("kafka"));
        List<String> arguments =
                new ArrayList<>(List.of("--directory", data.toString(), "--port", Integer.toString(port(Part.BROKER))));
        if (plan.kafkaDirectory().isEmpty()) {
            arguments.addAll(List.of("--stack-directory", folder().toString()));
        }
        return arguments;
    }

    private static int freePort() {
        try {
            return bindable(0);
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "no port is free on this machine: " + e.getMessage());
        }
    }

    /** Finds out whether a port is free now. */
    private static int bindable(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        }
    }

    /** The port that an app had, so that whoever asks it still finds it; any where somebody else has taken that. */
    private int httpPort(Part app) {
        Integer before = ports.get(app);
        if (before == null) {
            return 0;
        }
        try {
            return bindable(before);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Waits until the broker serves, makes the topics that are missing, and waits for the target where there is one. */
    public void awaitBroker() throws InterruptedException {
        stack.awaitPort(Part.BROKER, "kafka");
        new PipeTopics(plan).createMissing(kafkaClient());
        if (plan.targetArguments().isPresent()) {
            ports.put(Part.TARGET, stack.awaitPort(Part.TARGET, "http"));
        }
    }

    /** Waits until an app that was started serves. */
    public void awaitApp(Part app) throws InterruptedException {
        ports.put(app, stack.awaitPort(app, "http"));
    }

    /** Starts an app that the plan has settings for, without waiting for it. */
    public Child startApp(Part app) {
        return startApp(app, Map.of());
    }

    /**
     * Starts an app without waiting for it.
     *
     * @param confidential further settings; they go by a file that only its owner can read, because a command line can be
     *     read by everybody on the machine
     */
    public Child startApp(Part app, Map<String, String> confidential) {
        Child child = launch(app, confidential);
        healing.ifPresent(looking -> looking.watch(app));
        return child;
    }

    private Child launch(Part app, Map<String, String> confidential) {
        List<String> properties = new ArrayList<>(plan.properties().getOrDefault(app, List.of()));
        Map<String, String> unseen =
                new HashMap<>(cluster.map(KafkaSettings::of).orElse(Map.of()));
        unseen.putAll(app == Part.PRODUCER ? controlled(confidential) : confidential);
        if (!unseen.isEmpty()) {
            properties.add("quarkus.config.locations=" + ConfidentialFile.write(folder(), app.label(), unseen));
        }
        properties.add("plumbline.kafka.bootstrap-servers=" + bootstrapServers());
        properties.add("quarkus.http.host=127.0.0.1");
        properties.add("quarkus.http.port=" + httpPort(app));
        String window = plan.window().toSeconds() + "s";
        switch (app) {
            case AGGREGATOR -> {
                properties.add("plumbline.aggregator.window=" + window);
                properties.add("plumbline.aggregator.state-directory=" + folder().resolve("aggregator"));
            }
            case DETECTOR -> properties.add("plumbline.detector.window=" + window);
            case PRODUCER -> {
                if (plan.targetArguments().isPresent()) {
                    properties.add("plumbline.target.url=" + url(Part.TARGET));
                }
            }
            case BROKER, TARGET -> throw new IllegalArgumentException(app + " is not an app");
        }
        return stack.start(app, properties, List.of());
    }

    /** Where a producer waits that {@link #standBy} started. */
    public Path standbySocket() {
        return producer.socket();
    }

    /** Starts a producer that waits until a run takes it, and ends with that run. */
    public void standBy() {
        producer.standBy(List.of());
    }

    /** Starts a producer that waits until a run takes it, and again when that run has gone: it stays warm. */
    public void standByAgainAndAgain() {
        producer.standBy(List.of(StandbyChild.AGAIN_PROPERTY + "=true"));
    }

    /**
     * Waits until a producer stands by.
     *
     * @throws StackFailure if it has ended, or does not in time
     */
    public void awaitStandby() throws InterruptedException {
        long deadlineNanos = SystemTime.monotonicNanos() + Healing.READY_WITHIN.toNanos();
        while (!Files.exists(standbySocket())) {
            failure().ifPresent(failure -> {
                throw failure;
            });
            OptionalInt exit = exitCode(Part.PRODUCER);
            if (exit.isPresent() || SystemTime.monotonicNanos() >= deadlineNanos) {
                throw new StackFailure(
                        ExitCode.INFRASTRUCTURE,
                        "the producer does not stand by for the next run"
                                + (exit.isPresent() ? ": it ended with exit code " + exit.getAsInt() : "")
                                + "; its last words: "
                                + LocalStack.lastWords(
                                        stack.child(Part.PRODUCER).lastLogLines(3)));
            }
            Thread.sleep(20);
        }
    }

    /** Whether producers were built anew since the one that stands by began to wait. */
    public boolean isStandbyOutdated() {
        return producer.isOutdated();
    }

    /** With what code a part that was started has ended; empty while it runs. */
    public OptionalInt exitCode(Part part) {
        Child child = stack.child(part);
        return child.isAlive() ? OptionalInt.empty() : OptionalInt.of(child.exitValue());
    }

    /**
     * Starts the producer of a run, or takes the one that stands by; does not wait for it.
     *
     * @param settings all of them; they may be confidential
     */
    public void startProducer(Map<String, String> settings) {
        producer.start(controlled(settings));
    }

    private Map<String, String> controlled(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("plumbline.control.token", controlToken);
        return all;
    }

    /** What tells producer and target that it is this stack that asks, see {@link ControlAccess}. Confidential. */
    public String controlToken() {
        return controlToken;
    }

    /**
     * Waits until the producer of a run serves.
     *
     * @return why the one that stood by does not, or was left alone, and another was started
     */
    public Optional<String> awaitProducer() throws InterruptedException {
        ProducerSlot.Serving serving = producer.awaitServing();
        ports.put(Part.PRODUCER, serving.port());
        return serving.trouble();
    }

    /** Ends a part in order and returns its log, last words included. */
    public String end(Part part) throws InterruptedException {
        Child child = stack.child(part);
        stack.end(part);
        return child.log();
    }

    /**
     * From now on {@link #tend} starts broker and apps again that have ended: those that run now, and those that are started
     * later. The producer of a run is not among them, see {@link #healProducer}.
     */
    public void heal(HealingListener listener) {
        Healing looking = new Healing(
                new PipeParts(),
                RestartBudget.Policy.DEFAULT,
                SystemTime::monotonicNanos,
                SystemTime::epochMillis,
                listener);
        stack.parts().stream()
                .filter(part -> part != Part.PRODUCER && part != Part.TARGET)
                .forEach(looking::watch);
        healing = Optional.of(looking);
    }

    /** From now on {@link #tend} also starts the producer again, until {@link #leaveProducer}. It must serve already. */
    public void healProducer(Succession next) {
        succession = Optional.of(next);
        healing.orElseThrow(() -> new IllegalStateException("this pipe is not healed"))
                .watch(Part.PRODUCER);
    }

    /** The producer may end. */
    public void leaveProducer() {
        healing.ifPresent(looking -> looking.leave(Part.PRODUCER));
    }

    /** Starts again what has ended and may be, see {@link #heal}; without that does nothing. Never waits. */
    public void tend() {
        healing.ifPresent(Healing::look);
    }

    /** Whether parts are started again here. */
    public boolean isHealed() {
        return healing.isPresent();
    }

    /** Whether a part has ended and does not serve again yet; false where parts are not started again. */
    public boolean isAway(Part part) {
        return healing.map(looking -> looking.isAway(part)).orElse(false);
    }

    /** The parts that are missed, each with how long it has been. */
    public List<String> away() {
        return healing.map(Healing::away).orElse(List.of());
    }

    /** Whether every part that is started again here serves. */
    public boolean isWhole() {
        return healing.map(Healing::isWhole).orElse(true);
    }

    /**
     * The first part that ended although nobody asked it to, and that is not started again. Where the stack around it is going
     * down, that is what there is to say: its parts end with it.
     */
    public Optional<StackFailure> failure() {
        return ownerGone()
                .or(() -> base.flatMap(LocalPipe::failure))
                .or(() -> healing.isPresent()
                        ? healing.get().failure()
                        : producer.failure().or(stack::failure));
    }

    /** What was seen, or that the stack around this pipe is going down, which brings about anything. */
    public RuntimeException causeOf(RuntimeException seen) {
        return ownerGone().<RuntimeException>map(gone -> gone).orElse(seen);
    }

    private Optional<StackFailure> ownerGone() {
        return owner.filter(running -> running.hasEnded(home))
                .map(gone -> new StackFailure(
                        ExitCode.INFRASTRUCTURE,
                        "'plumb up' has ended (process " + gone.pid() + "), and the broker of this run with it"));
    }

    /** The processes of this pipe. */
    private final class PipeParts implements Healing.Parts {

        @Override
        public Optional<Healing.End> end(Part part) {
            Optional<Healing.End> end =
                    part == Part.PRODUCER && producer.isLent() ? producer.endOfLent() : stack.endOf(part);
            Optional<String> beyondHelp =
                    part == Part.PRODUCER ? succession.flatMap(Succession::beyondHelp) : Optional.empty();
            return end.map(ended -> ended.beyondHelp().isEmpty() && beyondHelp.isPresent()
                    ? new Healing.End(ended.exitCode(), ended.lastWords(), ended.obituary(), beyondHelp)
                    : ended);
        }

        @Override
        public void start(Part part) {
            switch (part) {
                case BROKER -> stack.start(Part.BROKER, List.of(), brokerArguments());
                case AGGREGATOR, DETECTOR -> launch(part, Map.of());
                case PRODUCER ->
                    producer.startAgain(controlled(
                            succession.map(next -> next.settings().get()).orElse(Map.of())));
                case TARGET -> throw new IllegalArgumentException("the target is not started again");
            }
        }

        @Override
        public boolean isServing(Part part) {
            if (part == Part.PRODUCER && producer.isLent()) {
                return true;
            }
            try {
                Optional<Integer> port = stack.child(part)
                        .ready()
                        .map(ready -> ready.ports().get(part == Part.BROKER ? "kafka" : "http"));
                port.ifPresent(found -> ports.put(part, found));
                return port.isPresent();
            } catch (StackFailure e) {
                // A file that cannot be read says nothing; it is asked again, and in the end the part is killed.
                return false;
            }
        }

        @Override
        public void kill(Part part) {
            stack.kill(part);
        }
    }

    /** Address of the broker. */
    public String bootstrapServers() {
        return cluster.map(client -> String.valueOf(client.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)))
                .orElseGet(() -> "127.0.0.1:" + port(Part.BROKER));
    }

    /** Properties of a Kafka client of this pipe. */
    public Map<String, Object> kafkaClient() {
        return cluster.orElseGet(() -> Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()));
    }

    /** Where a part serves HTTP. */
    public String url(Part part) {
        return "http://127.0.0.1:" + port(part);
    }

    private int port(Part part) {
        Integer port = ports.get(part);
        if (port == null) {
            throw new IllegalStateException("the " + part.label() + " was not started");
        }
        return port;
    }

    /** Whether broker and apps are somebody else's. */
    public boolean isAttached() {
        return cluster.isPresent();
    }

    /** Whether the broker is one of a local stack, this one or that of {@code plumb up}. */
    public boolean isOnThisMachine() {
        return cluster.isEmpty()
                || owner.isPresent()
                || base.filter(LocalPipe::isOnThisMachine).isPresent();
    }

    /** Length of the windows. */
    public Duration window() {
        return plan.window();
    }

    /** Ids of the processes that run. */
    public List<Long> pids() {
        return stack.pids();
    }

    /** The temporary folder, with a log per part. */
    public Path folder() {
        return stack.path();
    }

    @Override
    public void close() {
        producer.close();
        stack.close();
    }
}
