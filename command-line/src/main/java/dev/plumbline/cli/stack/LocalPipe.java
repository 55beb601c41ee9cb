package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.CommonClientConfigs;

/** Broker, simulated target and apps, connected: the pipe on one machine. */
public final class LocalPipe implements AutoCloseable {

    /** The file with the target's true emit times, below {@link #folder()}. */
    public static final String EMIT_LOG = "emitted.log";

    private final PipePlan plan;
    private final LocalStack stack;
    private final Map<Part, Integer> ports = new EnumMap<>(Part.class);
    private final Optional<Map<String, Object>> cluster;
    private final ProducerSlot producer;

    private LocalPipe(PipePlan plan, LocalStack stack, Optional<Map<String, Object>> cluster, Optional<Path> standby) {
        this.plan = plan;
        this.stack = stack;
        this.cluster = cluster;
        this.producer = new ProducerSlot(stack, standby, settings -> startApp(Part.PRODUCER, settings));
    }

    /**
     * Starts everything and returns when every part is ready.
     *
     * @throws StackFailure if a part cannot be started; what was started is ended
     */
    public static LocalPipe start(PipePlan plan, Installation installation) throws InterruptedException {
        LocalPipe pipe = new LocalPipe(plan, LocalStack.open(installation), Optional.empty(), Optional.empty());
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
        LocalPipe pipe = new LocalPipe(plan, LocalStack.open(installation), Optional.empty(), Optional.empty());
        try {
            pipe.startBroker();
            return pipe;
        } catch (RuntimeException e) {
            pipe.close();
            throw e;
        }
    }

    /**
     * A pipe whose broker and apps run elsewhere: a cluster, or a stack that {@code plumb up} keeps. Only a producer is
     * started here.
     *
     * @param kafkaClient properties of a Kafka client of that cluster, the brokers among them
     * @param standby where a producer may stand by, see {@link #standBy}
     */
    public static LocalPipe attach(
            Map<String, Object> kafkaClient, Duration window, Optional<Path> standby, Installation installation) {
        PipePlan plan =
                new PipePlan(window, 1, 0, PipePlan.DEFAULT_TOPIC_BYTES, Optional.empty(), Map.of(), Optional.empty());
        return new LocalPipe(plan, LocalStack.open(installation), Optional.of(Map.copyOf(kafkaClient)), standby);
    }

    private void startBroker() {
        // Known at once, so that a part which only needs the address can start beside the broker.
        int port = plan.kafkaPort() == 0 ? freePort() : plan.kafkaPort();
        ports.put(Part.BROKER, port);
        Path data = plan.kafkaDirectory().orElse(folder().resolve("kafka"));
        List<String> brokerArguments =
                new ArrayList<>(List.of("--directory", data.toString(), "--port", Integer.toString(port)));
        if (plan.kafkaDirectory().isEmpty()) {
            brokerArguments.addAll(List.of("--stack-directory", folder().toString()));
        }
        stack.start(Part.BROKER, List.of(), brokerArguments);
        plan.targetArguments().ifPresent(arguments -> {
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of("--emit-log", folder().resolve(EMIT_LOG).toString()));
            stack.start(Part.TARGET, List.of(), all);
        });
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "no port is free on this machine: " + e.getMessage());
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
        List<String> properties = new ArrayList<>(plan.properties().getOrDefault(app, List.of()));
        Map<String, String> unseen =
                new HashMap<>(cluster.map(KafkaSettings::of).orElse(Map.of()));
        unseen.putAll(confidential);
        if (!unseen.isEmpty()) {
            properties.add("quarkus.config.locations=" + ConfidentialFile.write(folder(), app.label(), unseen));
        }
        properties.add("plumbline.kafka.bootstrap-servers=" + bootstrapServers());
        properties.add("quarkus.http.host=127.0.0.1");
        properties.add("quarkus.http.port=0");
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
        producer.standBy();
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
        producer.start(settings);
    }

    /**
     * Waits until the producer of a run serves.
     *
     * @return why the one that stood by does not, and another was started
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

    /** The first part that ended although nobody asked it to. */
    public Optional<StackFailure> failure() {
        return producer.failure().or(stack::failure);
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
