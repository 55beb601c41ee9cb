package dev.plumbline.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.ExitCode;
import dev.plumbline.cli.SystemTime;
import dev.plumbline.cli.stack.Child;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalStack;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.wire.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/** The demo's stack: broker, simulated target and the three apps, with the demo's settings. */
final class DemoPipe implements AutoCloseable {

    static final String MODEL = "demo-7b";
    static final String TARGET = "simulated";
    static final String SCENARIO = "chat";
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

    private final DemoPlan plan;
    private final LocalStack stack;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();
    private String bootstrapServers = "";
    private String targetUrl = "";
    private int producerPort;
    private int aggregatorPort;
    private int detectorPort;

    private DemoPipe(DemoPlan plan, LocalStack stack) {
        this.plan = plan;
        this.stack = stack;
    }

    /** Starts everything and returns when every part is ready. */
    static DemoPipe start(DemoPlan plan, Installation installation) throws InterruptedException {
        DemoPipe pipe = new DemoPipe(plan, LocalStack.open(installation));
        try {
            pipe.startParts();
            return pipe;
        } catch (InterruptedException | RuntimeException e) {
            pipe.close();
            throw e;
        }
    }

    private void startParts() throws InterruptedException {
        stack.start(
                Part.BROKER,
                List.of(),
                List.of(
                        "--directory", stack.path().resolve("kafka").toString(),
                        "--port", Integer.toString(plan.kafkaPort()),
                        "--stack-directory", stack.path().toString()));
        stack.start(
                Part.TARGET,
                List.of(),
                List.of(
                        "--port", Integer.toString(plan.targetPort()),
                        "--model", MODEL,
                        "--seed", Long.toString(plan.seed()),
                        "--emit-log", stack.path().resolve("emitted.log").toString()));
        bootstrapServers = "127.0.0.1:" + stack.awaitPort(Part.BROKER, "kafka");
        targetUrl = "http://127.0.0.1:" + stack.awaitPort(Part.TARGET, "http");
        createTopics();
        String window = DemoPlan.WINDOW.toSeconds() + "s";
        List<String> every = List.of(
                "plumbline.kafka.bootstrap-servers=" + bootstrapServers,
                "quarkus.http.host=127.0.0.1",
                "quarkus.http.port=0");
        stack.start(
                Part.AGGREGATOR,
                with(
                        every,
                        "plumbline.aggregator.window=" + window,
                        "plumbline.aggregator.grace=500ms",
                        "plumbline.aggregator.state-directory=" + stack.path().resolve("aggregator")),
                List.of());
        stack.start(
                Part.DETECTOR,
                with(
                        every,
                        "plumbline.detector.window=" + window,
                        "plumbline.detector.baseline-windows=" + plan.baselineWindows(),
                        "plumbline.detector.skip-windows=" + DemoPlan.SKIPPED_WINDOWS,
                        "plumbline.detector.resolve-span=10s"),
                List.of());
        stack.start(
                Part.PRODUCER,
                with(
                        every,
                        "plumbline.producer.id=demo",
                        "plumbline.target.url=" + targetUrl,
                        "plumbline.target.name=" + TARGET,
                        "plumbline.target.model=" + MODEL,
                        "plumbline.load.concurrency=" + plan.concurrency(),
                        "plumbline.series.scenario=" + SCENARIO,
                        "plumbline.workload.seed=" + plan.seed()),
                List.of());
        aggregatorPort = stack.awaitPort(Part.AGGREGATOR, "http");
        detectorPort = stack.awaitPort(Part.DETECTOR, "http");
        producerPort = stack.awaitPort(Part.PRODUCER, "http");
    }

    private static List<String> with(List<String> every, String... own) {
        List<String> all = new ArrayList<>(every);
        all.addAll(List.of(own));
        return all;
    }

    private void createTopics() throws InterruptedException {
        int partitions = DemoPlan.PARTITIONS;
        Map<String, String> compacted = Map.of("cleanup.policy", "compact");
        Map<String, String> bounded = Map.of("retention.bytes", Long.toString(256L << 20));
        List<NewTopic> topics = List.of(
                new NewTopic(Topics.EVENTS, partitions, (short) 1).configs(bounded),
                new NewTopic(Topics.partials(DemoPlan.WINDOW), partitions, (short) 1).configs(bounded),
                new NewTopic(Topics.windows(DemoPlan.WINDOW), partitions, (short) 1).configs(bounded),
                new NewTopic(Topics.VERDICTS, partitions, (short) 1).configs(bounded),
                new NewTopic(Topics.ALERTS, partitions, (short) 1).configs(bounded),
                new NewTopic(Topics.UNDECODABLE, partitions, (short) 1).configs(bounded),
                new NewTopic(Topics.BASELINES, partitions, (short) 1).configs(compacted),
                new NewTopic(Topics.RUNS, partitions, (short) 1).configs(compacted));
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            admin.createTopics(topics).all().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot create the topics: " + e);
        }
    }

    /** Makes decode slower from now on. */
    long slowDecode(double factor) throws InterruptedException {
        String body = String.format(Locale.ROOT, "{\"decodeFactor\":%s}", factor);
        HttpRequest request = HttpRequest.newBuilder(URI.create(targetUrl + "/admin/regressions"))
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = send(request);
        if (response.statusCode() / 100 != 2) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "the target refused the regression with " + response.statusCode() + ": " + response.body());
        }
        return SystemTime.epochMillis();
    }

    /** A number of the producer's status; empty when the producer cannot be asked. */
    OptionalLong producerStatus(String name) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(producerUrl() + "/status"))
                .timeout(REQUEST_TIMEOUT)
                .build();
        try {
            JsonNode value = json.readTree(send(request).body()).path(name);
            return value.isNumber() ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
        } catch (IOException | StackFailure e) {
            return OptionalLong.empty();
        }
    }

    private HttpResponse<String> send(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "no answer from " + request.uri() + ": " + e);
        }
    }

    /** Ends the load in order and returns what the producer wrote to its log, its last words included. */
    String endLoad() throws InterruptedException {
        Child producer = stack.child(Part.PRODUCER);
        stack.end(Part.PRODUCER);
        return producer.log();
    }

    /** The first part that ended although nobody asked it to. */
    Optional<StackFailure> failure() {
        return stack.failure();
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    String targetUrl() {
        return targetUrl;
    }

    String producerUrl() {
        return "http://127.0.0.1:" + producerPort;
    }

    String aggregatorUrl() {
        return "http://127.0.0.1:" + aggregatorPort;
    }

    String detectorUrl() {
        return "http://127.0.0.1:" + detectorPort;
    }

    /** The folder with a log per part. */
    java.nio.file.Path folder() {
        return stack.path();
    }

    @Override
    public void close() {
        http.close();
        stack.close();
    }
}
