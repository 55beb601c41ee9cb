package dev.plumbline.broker;

import dev.plumbline.process.FolderLock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.FaultHandlerFactory;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.ServerSocketFactory;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * One running Kafka node on 127.0.0.1. Topics are never made by being named: whoever needs one creates it.
 *
 * <p>All methods may be called from any thread.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private static final String HOST = "127.0.0.1";
    private static final String BROKER_LISTENER = "CLIENTS";
    private static final String CONTROLLER_LISTENER = "CONTROLLER";
    private static final int NODE_ID = 1;

    /** A folder with less room than this is refused at start: index files alone are made 10 MiB each. */
    static final long SMALLEST_FREE_BYTES = 64L << 20;

    /** Kafka stops in under a second on an idle machine. One that has not by then never will. */
    static final Duration CLOSE_AT_MOST = Duration.ofSeconds(30);

    private final int port;
    private final Node node;
    private final FolderLock lock;
    private final Duration closeAtMost;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private boolean closing;

    EmbeddedBroker(int port, Node node, FolderLock lock, Duration closeAtMost) {
        this.closeAtMost = closeAtMost;
        this.port = port;
        this.node = node;
        this.lock = lock;
    }

    /** The running parts of Kafka; {@link #close} returns when their files are closed, or hangs: that is Kafka's. */
    @FunctionalInterface
    interface Node {
        void close();
    }

    /**
     * Starts a broker in {@code directory} and returns when it serves.
     *
     * @param port 0 takes a free one
     * @see #start(BrokerSettings)
     */
    public static EmbeddedBroker start(Path directory, int port) throws IOException {
        return start(
                new BrokerSettings(directory, port, BrokerSettings.in(directory).retentionBytes()));
    }

    /**
     * Starts a broker and returns when it serves.
     *
     * @throws java.net.BindException when the port is taken
     * @throws dev.plumbline.process.FolderInUseException when another broker uses the folder; nothing in it was touched
     * @throws IOException when the folder cannot be made or written or has too little room, or when Kafka does not come
     *     up
     */
    public static EmbeddedBroker start(BrokerSettings settings) throws IOException {
        Path directory = usableDirectory(settings.directory());
        // Before Kafka touches anything: a second node reads and truncates logs before it looks at Kafka's own lock.
        FolderLock lock = FolderLock.take(directory);
        Parts parts;
        try {
            parts = assemble(settings, directory);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
        EmbeddedBroker node = new EmbeddedBroker(parts.port(), parts, lock, CLOSE_AT_MOST);
        try {
            parts.controller().startup();
            parts.broker().startup();
        } catch (Throwable e) {
            // Kafka declares nothing and throws what its parts throw: all of it means that it did not come up.
            IOException failure = new IOException("Kafka did not start in " + directory + ": " + e.getMessage(), e);
            try {
                node.close();
            } catch (IllegalStateException hung) {
                failure.addSuppressed(hung);
            }
            parts.brokerSocket().close();
            parts.controllerSocket().close();
            throw failure;
        }
        return node;
    }

    private static Parts assemble(BrokerSettings settings, Path directory) throws IOException {
        ServerSocketChannel brokerSocket = bind(settings.port());
        try {
            ServerSocketChannel controllerSocket = bind(0);
            try {
                return assemble(settings, directory, brokerSocket, controllerSocket);
            } catch (IOException | RuntimeException e) {
                controllerSocket.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            brokerSocket.close();
            throw e;
        }
    }

    private static Parts assemble(
            BrokerSettings settings,
            Path directory,
            ServerSocketChannel brokerSocket,
            ServerSocketChannel controllerSocket)
            throws IOException {
        int controllerPort = portOf(controllerSocket);
        KafkaConfig config =
                new KafkaConfig(properties(settings, directory, portOf(brokerSocket), controllerPort), false);
        format(directory);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> loaded =
                KafkaRaftServer.initializeLogDirs(config, LOG, "[EmbeddedBroker] ");
        Metrics metrics = Server.initializeMetrics(
                config, Time.SYSTEM, loaded._1().clusterId().orElseThrow());
        ServerSocketFactory boundBefore = (listener, address, backlog, receiveBufferBytes) ->
                listener.equals(CONTROLLER_LISTENER) ? controllerSocket : brokerSocket;
        SharedServer shared = new SharedServer(
                config,
                loaded._1(),
                Time.SYSTEM,
                metrics,
                CompletableFuture.completedFuture(Map.of(NODE_ID, new InetSocketAddress(HOST, controllerPort))),
                List.of(),
                new ThrowingFaultHandlers(),
                boundBefore);
        BrokerServer broker = new BrokerServer(shared);
        ControllerServer controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), loaded._2());
        return new Parts(broker, controller, brokerSocket, controllerSocket, portOf(brokerSocket));
    }

    /** Host and port for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** The TCP port for clients, 1 to 65535. */
    public int port() {
        return port;
    }

    /**
     * Stops the node and returns when its files are closed. A second call waits for that too: a signal and the end of the
     * supervisor come together often, and the first of both to return would end the JVM under the other.
     *
     * @throws IllegalStateException when Kafka has not stopped {@link #CLOSE_AT_MOST} after the first call; its folder
     *     then stays taken until this JVM ends, because its threads may still write there
     */
    @Override
    public void close() {
        synchronized (this) {
            if (!closing) {
                closing = true;
                Thread thread = new Thread(this::stop, "broker-stop-" + port);
                thread.setDaemon(true);
                thread.start();
            }
        }
        try {
            // The earliest of all callers' limits counts.
            stopped.orTimeout(closeAtMost.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            String what = e.getCause() instanceof TimeoutException
                    ? "Kafka on port " + port + " did not stop within " + closeAtMost.toSeconds()
                            + " s; its folder stays taken until this process ends"
                    : "Kafka on port " + port + " did not stop: " + e.getCause();
            throw new IllegalStateException(what, e.getCause());
        }
    }

    private void stop() {
        try {
            node.close();
            lock.close();
            stopped.complete(null);
        } catch (Throwable e) {
            // Of a thread of its own: nobody else would hear of it.
            stopped.completeExceptionally(e);
        }
    }

    private static Path usableDirectory(Path wanted) throws IOException {
        Path directory = wanted.toAbsolutePath().normalize();
        Files.createDirectories(directory);
        if (!Files.isWritable(directory)) {
            throw new IOException(directory + " cannot be written");
        }
        long freeBytes = Files.getFileStore(directory).getUsableSpace();
        if (freeBytes < SMALLEST_FREE_BYTES) {
            throw new IOException(directory + " has " + (freeBytes >> 20) + " MiB free, Kafka needs at least "
                    + (SMALLEST_FREE_BYTES >> 20) + " MiB");
        }
        return directory;
    }

    private static ServerSocketChannel bind(int port) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            // The peers of a broker that was just killed leave connections in TIME_WAIT; the port is free all the same.
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(new InetSocketAddress(HOST, port), 128);
            socket.configureBlocking(false);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static int portOf(ServerSocketChannel socket) throws IOException {
        return ((InetSocketAddress) socket.getLocalAddress()).getPort();
    }

    private static void format(Path directory) throws IOException {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Formatter formatter = new Formatter();
        formatter
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(NODE_ID)
                .setDirectories(List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName(CONTROLLER_LISTENER)
                .setPrintStream(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            formatter.run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(
                    "Kafka could not format " + directory + ": " + e.getMessage() + " "
                            + said.toString(StandardCharsets.UTF_8),
                    e);
        }
    }

    private static Map<String, Object> properties(
            BrokerSettings settings, Path directory, int brokerPort, int controllerPort) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", NODE_ID);
        properties.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        properties.put("controller.listener.names", CONTROLLER_LISTENER);
        properties.put(
                "listeners",
                BROKER_LISTENER + "://" + HOST + ":" + brokerPort + "," + CONTROLLER_LISTENER + "://" + HOST + ":"
                        + controllerPort);
        properties.put("advertised.listeners", BROKER_LISTENER + "://" + HOST + ":" + brokerPort);
        properties.put("inter.broker.listener.name", BROKER_LISTENER);
        properties.put(
                "listener.security.protocol.map",
                BROKER_LISTENER + ":" + protocol(settings.security()) + "," + CONTROLLER_LISTENER + ":PLAINTEXT");
        settings.security().ifPresent(security -> secure(properties, security));
        properties.put("log.dirs", directory.toString());

        properties.put("auto.create.topics.enable", false);
        properties.put("num.partitions", 1);
        properties.put("default.replication.factor", 1);
        properties.put("offsets.topic.replication.factor", 1);
        properties.put("transaction.state.log.replication.factor", 1);
        properties.put("transaction.state.log.min.isr", 1);
        properties.put("share.coordinator.state.topic.replication.factor", 1);
        properties.put("share.coordinator.state.topic.min.isr", 1);
        // One client machine needs no spread of the internal topics, and each of the default 50 + 50 partitions costs
        // files, memory and start time.
        properties.put("offsets.topic.num.partitions", 2);
        properties.put("transaction.state.log.num.partitions", 4);
        properties.put("share.coordinator.state.topic.num.partitions", 1);

        // A lone consumer group need not wait for others to join, and a restarted member should be seen gone in 6 s.
        properties.put("group.initial.rebalance.delay.ms", 0);
        properties.put("group.min.session.timeout.ms", 1000);
        properties.put("transaction.max.timeout.ms", 900_000);
        // Transactions of a crashed client end this soon after their own timeout instead of up to 10 s later.
        properties.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", 1000);

        properties.put("num.network.threads", 2);
        properties.put("num.io.threads", 2);
        properties.put("background.threads", 2);
        properties.put("num.recovery.threads.per.data.dir", 1);
        properties.put("log.cleaner.dedupe.buffer.size", 2L << 20);
        // Without it the controller takes a broker that comes back for a second one until the session of the first is
        // over, and the restart takes those 9 s.
        properties.put("controlled.shutdown.enable", true);
        properties.put("log.retention.check.interval.ms", 30_000);

        long retentionBytes = settings.retentionBytes().orElse(-1);
        properties.put("log.retention.bytes", retentionBytes);
        properties.put("log.segment.bytes", segmentBytes(settings));
        // As text, like a properties file: Kafka then parses each to the width it wants.
        properties.replaceAll((key, value) -> value.toString());
        return properties;
    }

    private static String protocol(Optional<BrokerSecurity> security) {
        return security.map(asked -> asked.users().isEmpty() ? "SSL" : "SASL_SSL")
                .orElse("PLAINTEXT");
    }

    private static void secure(Map<String, Object> properties, BrokerSecurity security) {
        for (String store : List.of("ssl.keystore", "ssl.truststore")) {
            properties.put(store + ".type", "PKCS12");
            properties.put(store + ".location", security.keyStore().toString());
            properties.put(store + ".password", security.keyStorePassword());
        }
        properties.put("ssl.key.password", security.keyStorePassword());
        if (security.users().isEmpty()) {
            return;
        }
        properties.put("sasl.enabled.mechanisms", "PLAIN");
        properties.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        // The broker speaks to itself as a user of its own, with a password that nobody else ever knows.
        String own = Uuid.randomUuid().toString();
        StringBuilder users = new StringBuilder("org.apache.kafka.common.security.plain.PlainLoginModule required")
                .append(" username=" + quoted(BrokerSecurity.OWN_USER) + " password=" + quoted(own))
                .append(' ' + quoted("user_" + BrokerSecurity.OWN_USER) + '=' + quoted(own));
        security.users()
                .forEach((name, password) -> users.append(' ').append(quoted("user_" + name) + '=' + quoted(password)));
        properties.put(
                "listener.name." + BROKER_LISTENER.toLowerCase(Locale.ROOT) + ".plain.sasl.jaas.config",
                users.append(';').toString());
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Only whole, closed segments are deleted: a quarter of the limit keeps the overshoot small. */
    private static long segmentBytes(BrokerSettings settings) {
        long largest = 64L << 20;
        if (settings.retentionBytes().isEmpty()) {
            return largest;
        }
        long quarter = settings.retentionBytes().getAsLong() / 4;
        return Math.min(largest, Math.max(BrokerSettings.SMALLEST_RETENTION_BYTES, quarter));
    }

    private record Parts(
            BrokerServer broker,
            ControllerServer controller,
            ServerSocketChannel brokerSocket,
            ServerSocketChannel controllerSocket,
            int port)
            implements Node {
        @Override
        public void close() {
            broker.shutdown();
            controller.shutdown();
            broker.awaitShutdown();
            controller.awaitShutdown();
        }
    }

    /** Faults of Kafka's threads are logged and thrown: ending the process is for its owner to decide. */
    private static final class ThrowingFaultHandlers implements FaultHandlerFactory {
        @Override
        public FaultHandler build(String name, boolean fatal, Runnable action) {
            return (failureMessage, cause) -> {
                LOG.error("{} in Kafka's {}: {}", fatal ? "Fatal fault" : "Fault", name, failureMessage, cause);
                action.run();
                return new IllegalStateException(name + ": " + failureMessage, cause);
            };
        }
    }
}
