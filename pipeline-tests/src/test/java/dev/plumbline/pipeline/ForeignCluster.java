package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * Somebody else's Kafka: three nodes, broker and controller each, processes of Kafka's own main class. Every topic has three
 * replicas and asks for two; nothing is set that makes a restart shorter than elsewhere.
 */
final class ForeignCluster implements AutoCloseable {

    private static final List<Integer> NODES = List.of(1, 2, 3);

    private final Path folder;
    private final Map<Integer, Integer> ports = new HashMap<>();
    private final Map<Integer, Integer> controllerPorts = new HashMap<>();
    private final Map<Integer, Process> processes = new HashMap<>();
    private final Admin admin;

    /** How a node goes down. */
    enum End {
        /** SIGTERM: it hands its partitions over before. */
        IN_ORDER,
        /** SIGKILL: the others miss it when its session is over. */
        KILLED
    }

    private ForeignCluster(Path folder) throws IOException {
        this.folder = folder;
        List<Integer> free = freePorts(2 * NODES.size());
        for (int node : NODES) {
            ports.put(node, free.get(2 * (node - 1)));
            controllerPorts.put(node, free.get(2 * (node - 1) + 1));
        }
        admin = Admin.create(client());
    }

    /** Starts all nodes and returns when each serves. */
    static ForeignCluster start(Path folder) throws Exception {
        ForeignCluster cluster = new ForeignCluster(folder);
        try {
            String id = Uuid.randomUuid().toString();
            for (int node : NODES) {
                cluster.format(node, id);
            }
            // A quorum needs two: none is awaited before all are on their way.
            for (int node : NODES) {
                cluster.startNode(node);
            }
            cluster.awaitWhole();
            return cluster;
        } catch (Throwable e) {
            cluster.close();
            throw e;
        }
    }

    String bootstrapServers() {
        return NODES.stream().map(node -> "127.0.0.1:" + ports.get(node)).collect(Collectors.joining(","));
    }

    /** Properties of a client. */
    Map<String, Object> client() {
        return Map.of("bootstrap.servers", bootstrapServers());
    }

    /** Ends a node, starts it again on its data, and returns when it is a replica in sync wherever it is one. */
    void restart(int node, End end) throws IOException, InterruptedException {
        Process process = processes.get(node);
        if (end == End.KILLED) {
            process.destroyForcibly();
        } else {
            process.destroy();
        }
        assertThat(process.waitFor(Patience.LONGEST.toMillis(), TimeUnit.MILLISECONDS))
                .as("node %d ends: %s", node, output(node))
                .isTrue();
        // Until then the others take it for one in sync, and it would be back before it was away.
        await("node " + node + " is missed")
                .pollInSameThread()
                .atMost(Patience.LONGEST)
                .until(() -> isMissed(node));
        startNode(node);
        awaitWhole();
    }

    /** The node that leads a partition. */
    int leader(TopicPartition partition) throws InterruptedException, ExecutionException, TimeoutException {
        return answer(admin.describeTopics(Set.of(partition.topic())).allTopicNames())
                .get(partition.topic())
                .partitions()
                .get(partition.partition())
                .leader()
                .id();
    }

    /** How many records were written to each partition of a topic. */
    Map<TopicPartition, Long> written(String topic) throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> asked = NODES.stream()
                .collect(Collectors.toMap(node -> new TopicPartition(topic, node - 1), node -> OffsetSpec.latest()));
        return answer(admin.listOffsets(asked).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, found -> found.getValue().offset()));
    }

    /** Makes topics of three partitions, a replica of each on every node. */
    void createTopics(Map<String, Map<String, String>> settings)
            throws InterruptedException, ExecutionException, TimeoutException {
        answer(admin.createTopics(settings.entrySet().stream()
                        .map(topic -> new NewTopic(topic.getKey(), NODES.size(), (short) NODES.size())
                                .configs(topic.getValue()))
                        .toList())
                .all());
        awaitWhole();
    }

    /** Until every partition has all its replicas in sync and every node is one of the cluster. */
    private void awaitWhole() {
        await("every replica is in sync")
                .pollInSameThread()
                .atMost(Patience.LONGEST)
                .until(this::isWhole);
    }

    private boolean isMissed(int node) throws InterruptedException {
        try {
            return partitions().stream()
                    .allMatch(partition -> partition.isr().stream().noneMatch(replica -> replica.id() == node));
        } catch (ExecutionException | TimeoutException e) {
            // Whoever was asked went away meanwhile.
            return false;
        }
    }

    private boolean isWhole() throws InterruptedException, IOException {
        for (int node : NODES) {
            assertThat(processes.get(node).isAlive())
                    .as("node %d lives: %s", node, output(node))
                    .isTrue();
        }
        try {
            Set<Integer> nodes = answer(admin.describeCluster().nodes()).stream()
                    .map(Node::id)
                    .collect(Collectors.toSet());
            return nodes.containsAll(NODES) && partitions().stream().allMatch(ForeignCluster::isInSync);
        } catch (ExecutionException | TimeoutException e) {
            // Whoever was asked went away meanwhile.
            return false;
        }
    }

    private List<TopicPartitionInfo> partitions() throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> topics = answer(
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        return answer(admin.describeTopics(topics).allTopicNames()).values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    private static boolean isInSync(TopicPartitionInfo partition) {
        return partition.leader() != null
                && partition.replicas().size() == NODES.size()
                && partition.isr().size() == NODES.size();
    }

    private static <T> T answer(KafkaFuture<T> asked)
            throws InterruptedException, ExecutionException, TimeoutException {
        return asked.get(Patience.LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void startNode(int node) throws IOException {
        Installation installation = Installation.ofSystemProperties();
        List<String> command = new ArrayList<>(
                installation.command(Part.BROKER, List.of("java.util.logging.config.file=" + loggingFile())));
        // The class path of our broker, and Kafka's own main class.
        String jar = command.removeLast();
        command.removeLast();
        command.addAll(List.of("-cp", jar, "kafka.Kafka", settingsFile(node).toString()));
        processes.put(
                node,
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                outputFile(node).toFile()))
                        .start());
    }

    private Path loggingFile() throws IOException {
        return Files.writeString(folder.resolve("logging.properties"), """
                handlers=java.util.logging.ConsoleHandler
                .level=WARNING
                java.util.logging.ConsoleHandler.level=WARNING
                java.util.logging.ConsoleHandler.formatter=java.util.logging.SimpleFormatter
                java.util.logging.SimpleFormatter.format=%1$tT.%1$tL %4$s %3$s %5$s%6$s%n
                """);
    }

    private Path settingsFile(int node) throws IOException {
        String voters = NODES.stream()
                .map(voter -> voter + "@127.0.0.1:" + controllerPorts.get(voter))
                .collect(Collectors.joining(","));
        return Files.writeString(folder.resolve("node-" + node + ".properties"), """
                process.roles=broker,controller
                node.id=%d
                controller.quorum.voters=%s
                controller.listener.names=CONTROLLER
                listeners=CLIENTS://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
                advertised.listeners=CLIENTS://127.0.0.1:%3$d
                inter.broker.listener.name=CLIENTS
                listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%s
                auto.create.topics.enable=false
                default.replication.factor=3
                min.insync.replicas=2
                offsets.topic.replication.factor=3
                offsets.topic.num.partitions=3
                transaction.state.log.replication.factor=3
                transaction.state.log.min.isr=2
                transaction.state.log.num.partitions=3
                share.coordinator.state.topic.replication.factor=3
                share.coordinator.state.topic.min.isr=2
                share.coordinator.state.topic.num.partitions=1
                group.initial.rebalance.delay.ms=0
                log.cleaner.dedupe.buffer.size=2097152
                """.formatted(
                        node, voters, ports.get(node), controllerPorts.get(node), data(node)));
    }

    private void format(int node, String clusterId) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String data = Files.createDirectories(data(node)).toString();
        new Formatter()
                .setClusterId(clusterId)
                .setNodeId(node)
                .setDirectories(List.of(data))
                .setMetadataLogDirectory(data)
                .setControllerListenerName("CONTROLLER")
                .setPrintStream(new PrintStream(said, true, StandardCharsets.UTF_8))
                .run();
    }

    private Path data(int node) {
        return folder.resolve("data-" + node);
    }

    private Path outputFile(int node) {
        return folder.resolve("node-" + node + ".txt");
    }

    /** What a node said. */
    private String output(int node) throws IOException {
        return Files.readString(outputFile(node), StandardCharsets.UTF_8);
    }

    /** Below those that the system gives to whoever asks for any: a node that is away finds its ports free again. */
    private static List<Integer> freePorts(int wanted) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> candidates = IntStream.generate(
                            () -> ThreadLocalRandom.current().nextInt(20_000, 32_000))
                    .distinct()
                    .limit(1_000)
                    .boxed()
                    .toList();
            for (int port : candidates) {
                if (held.size() < wanted) {
                    bound(port).ifPresent(held::add);
                }
            }
            assertThat(held).hasSize(wanted);
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static Optional<ServerSocket> bound(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Optional.of(socket);
        } catch (IOException e) {
            socket.close();
            return Optional.empty();
        }
    }

    @Override
    public void close() throws InterruptedException {
        admin.close(Duration.ZERO);
        for (Process process : processes.values()) {
            process.destroyForcibly();
        }
        for (Process process : processes.values()) {
            assertThat(process.waitFor(Patience.LONGEST.toMillis(), TimeUnit.MILLISECONDS))
                    .as("a killed node ends")
                    .isTrue();
        }
    }
}
