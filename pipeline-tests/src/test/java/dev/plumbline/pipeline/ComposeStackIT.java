package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpServer;
import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.cli.exposition.OutagePage;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stack of {@code docker-compose.yml} without an engine: each image's files in an empty folder, its entry point with
 * the service's environment and command, its health check; the topics as the script asks for them; the real Prometheus
 * with the shipped configuration and rules. Only addresses and ports differ, and how fast it learns.
 */
@Tag("debian-package")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeStackIT {

    private static final Map<String, String> SET_BY_THE_USER =
            Map.of("WINDOW", "1s", "BASELINE_WINDOWS", "20", "PARTITIONS", "2", "TARGET_NAME", "svc");
    private static final int OLDEST_JDK = 24;
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration SPAN = Duration.ofSeconds(40);

    private final Dockerfile dockerfile = Dockerfile.read(DashboardFiles.HOME.resolve("deploy/Dockerfile"));
    private final Map<String, ImageFolder> images = new HashMap<>();
    private final Map<String, Service> running = new LinkedHashMap<>();
    private Path folder;
    private EmbeddedBroker broker;
    private HttpServer samples;
    private Prometheus prometheus;

    /** A started service. */
    private record Service(String image, Process process, int port, Path log) {}

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        assumeTrue(
                Runtime.version().feature() >= OLDEST_JDK,
                "the images' flags are for the JDK in them, " + OLDEST_JDK + " or newer");
        folder = temporary;
        List<Process> builds = new ArrayList<>();
        for (String image : List.of("simulated-target", "aggregator", "regression-detector", "load-producer")) {
            images.put(image, ImageFolder.lay(dockerfile, image, folder.resolve(image)));
            for (String command : images.get(image).buildCommands()) {
                builds.add(shell(images.get(image), command));
            }
        }
        broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        createTopics();
        for (Process build : builds) {
            assertThat(build.waitFor(180, TimeUnit.SECONDS)).isTrue();
            assertThat(build.exitValue()).isZero();
        }
        startService("simulated-target", "simulated-target", Map.of());
        startService("aggregator", "aggregator", Map.of());
        startService(
                "regression-detector",
                "regression-detector",
                Map.of(
                        "PLUMBLINE_DETECTOR_SKIP_WINDOWS", "2",
                        "PLUMBLINE_DETECTOR_FALSE_ALARM_WINDOWS", "100",
                        "PLUMBLINE_DETECTOR_BURST_WINDOWS", "4",
                        "PLUMBLINE_DETECTOR_GROSS_BURST_WINDOWS", "3",
                        "PLUMBLINE_DETECTOR_CANARY_BLOCK", "10s"));
        regress("{\"errorShare\":0.05}");
        startService("load-producer", "load-producer", lenient(Map.of()));
        startService("load-producer-canary", "load-producer-canary", lenient(Map.of()));
        // An open loop is judged by another rate than a closed one, and a panel of its own shows it.
        startService(
                "load-producer-open",
                "load-producer",
                lenient(Map.of("PLUMBLINE_LOAD_CONCURRENCY", "", "PLUMBLINE_LOAD_REQUEST_RATE", "8")));
        samples = samples();
        prometheus = startPrometheus();
    }

    @AfterAll
    void end() throws InterruptedException {
        if (prometheus != null) {
            prometheus.close();
        }
        if (samples != null) {
            samples.stop(0);
        }
        for (Service service : running.values()) {
            service.process().destroyForcibly().waitFor(60, TimeUnit.SECONDS);
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    @Order(1)
    void everyServiceBecomesHealthyByTheCheckOfItsImage() throws Exception {
        for (Map.Entry<String, Service> entry : running.entrySet()) {
            Service service = entry.getValue();
            try {
                await(entry.getKey() + " is healthy")
                        .atMost(Patience.LONGEST)
                        .pollInterval(Duration.ofMillis(250))
                        .failFast(() -> !service.process().isAlive())
                        .until(() -> isHealthy(service));
            } catch (ConditionTimeoutException | TerminalFailureException e) {
                throw new AssertionError(entry.getKey() + " said: " + Files.readString(service.log()), e);
            }
        }
    }

    @Test
    @Order(2)
    void mostOfAStartComesFromTheArchiveOfTheImage() throws Exception {
        for (String service : running.keySet()) {
            try (Stream<String> loaded = Files.lines(folder.resolve(service + ".classes"))) {
                assertThat(loaded.filter(line -> line.contains("shared objects file (top)"))
                                .count())
                        .as(service)
                        .isGreaterThan(1_000);
            }
        }
    }

    @Test
    @Order(3)
    void aRegressionIsAnAlertInPrometheus() throws Exception {
        prometheus.await("count(plumbline_baseline_age_seconds) == 3");
        assertThat(prometheus.await("plumbline_producer_info{producer=\"load-producer-canary\",variant=\"canary\"}"))
                .isEqualTo(1);
        regress("{\"errorShare\":0.05,\"decodeFactor\":6}");
        prometheus.await("count(ALERTS{alertname=\"PlumblineRegressed\",alertstate=\"firing\"}) > 0");
    }

    @Test
    @Order(4)
    void everyQueryOfEveryDashboardReturnsData() throws Exception {
        markADeploy();
        prometheus.await("sum(plumbline_deploys_total) > 0");
        List<DashboardFiles.Query> queries = new ArrayList<>(DashboardFiles.queries());
        queries.addAll(DashboardFiles.annotations());
        Map<DashboardFiles.Query, Integer> points = new LinkedHashMap<>();
        await("every query has data").atMost(Patience.LONGEST).untilAsserted(() -> {
            List<String> empty = new ArrayList<>();
            for (DashboardFiles.Query query : queries) {
                String expression = DashboardFiles.interpolated(query.expression(), "20s", SPAN.toSeconds() + "s");
                points.put(query, prometheus.points(expression, SPAN, Duration.ofSeconds(2)));
                if (points.get(query) == 0) {
                    empty.add(query.dashboard() + ", " + query.panel() + ", " + query.refId() + ": " + expression);
                }
            }
            assertThat(empty).isEmpty();
        });
        List<String> table = new ArrayList<>(List.of("| dashboard | panel | query | points |", "|---|---|---|---|"));
        points.forEach((query, count) ->
                table.add("| %s | %s | %s | %d |".formatted(query.dashboard(), query.panel(), query.refId(), count)));
        Files.write(DashboardFiles.HOME.resolve("pipeline-tests/target/dashboard-panels.md"), table);
    }

    @Test
    @Order(5)
    void everyMetricInDashboardsAndRulesIsOneThatTheAppsExpose() throws Exception {
        Set<String> known = new TreeSet<>();
        prometheus.get("label/__name__/values").path("data").forEach(name -> known.add(name.asText()));
        // Of a local stack's supervisor, which is not in here.
        OutagePage supervisor = new OutagePage(List.of("broker"), System::nanoTime);
        supervisor
                .text()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> known.add(line.split("\\{")[0]));
        // Nobody has decided anything.
        known.add("plumbline_decision_info");
        // Nothing grows.
        known.add("plumbline_leak_an_hour_ratio");
        known.add("plumbline_leak_reaches_timestamp_seconds");
        // Not every machine tells of them.
        known.add("plumbline_producer_cpu_throttled_seconds_total");
        known.add("plumbline_producer_cpu_stolen_seconds_total");
        Set<String> named = new TreeSet<>();
        DashboardFiles.queries().forEach(query -> named.addAll(DashboardFiles.metrics(query.expression())));
        DashboardFiles.rules()
                .forEach(rule ->
                        named.addAll(DashboardFiles.metrics(rule.path("expr").asText())));
        assertThat(named).hasSizeGreaterThan(60).isSubsetOf(known);
    }

    private void markADeploy() throws Exception {
        DeployMarker marker =
                new DeployMarker("it", "test", "v2", System.currentTimeMillis(), Scope.EVERYTHING, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.CONTROLS,
                            marker.key().getBytes(StandardCharsets.UTF_8),
                            Codec.CONTROLS.encode(marker)))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    @Order(6)
    void everyServiceEndsInOrderWhenItIsToldTo() throws Exception {
        running.values().forEach(service -> service.process().destroy());
        for (Map.Entry<String, Service> entry : running.entrySet()) {
            assertThat(entry.getValue().process().waitFor(60, TimeUnit.SECONDS))
                    .as(entry.getKey())
                    .isTrue();
            assertThat(entry.getValue().process().exitValue())
                    .as(entry.getKey())
                    .isIn(0, 143);
        }
    }

    /** A busy test machine is slow; this is about the plumbing, not about the numbers. */
    private static Map<String, String> lenient(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(AnyMachine.environment());
        return all;
    }

    private void createTopics() throws Exception {
        ComposeFile compose = ComposeFile.read(SET_BY_THE_USER);
        Path calls = folder.resolve("topics.txt");
        Path recorder = Files.writeString(
                folder.resolve("kafka-topics.sh"),
                "#!/bin/sh\necho \"$@\" >>'" + calls + "'\n",
                StandardCharsets.UTF_8);
        assertThat(recorder.toFile().setExecutable(true)).isTrue();
        ProcessBuilder script = new ProcessBuilder(
                "sh",
                DashboardFiles.HOME.resolve("deploy/kafka/create-topics.sh").toString());
        script.environment().putAll(compose.environment("topics"));
        script.environment().put("KAFKA_TOPICS", recorder.toString());
        assertThat(script.inheritIO().start().onExit())
                .succeedsWithin(Patience.LONGEST)
                .returns(0, Process::exitValue);
        List<NewTopic> topics = new ArrayList<>();
        for (String call : Files.readAllLines(calls)) {
            List<String> words = List.of(call.split(" "));
            Map<String, String> settings = new HashMap<>();
            for (int i = 0; i < words.size(); i++) {
                if (words.get(i).equals("--config")) {
                    String[] pair = words.get(i + 1).split("=", 2);
                    settings.put(pair[0], pair[1]);
                }
            }
            topics.add(new NewTopic(
                            after(words, "--topic"),
                            Integer.parseInt(after(words, "--partitions")),
                            Short.parseShort(after(words, "--replication-factor")))
                    .configs(settings));
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(topics).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static String after(List<String> words, String flag) {
        return words.get(words.indexOf(flag) + 1);
    }

    private void startService(String name, String service, Map<String, String> more) throws IOException {
        ComposeFile compose = ComposeFile.read(SET_BY_THE_USER);
        ImageFolder image =
                images.get(compose.service(service).path("build").path("target").asText());
        String exposed = image.stage().all("EXPOSE").getFirst();
        int port = freePort();
        Map<String, String> environment = new HashMap<>(image.environment());
        environment.putAll(compose.environment(service));
        environment.putAll(more);
        environment.replaceAll((key, value) -> here(key.endsWith("_PORT") ? value.replace(exposed, "" + port) : value));
        environment.put("HOSTNAME", name);
        List<String> command = new ArrayList<>(image.stage().words("ENTRYPOINT"));
        List<String> words = compose.command(service);
        command.addAll(words.isEmpty() ? image.stage().words("CMD") : words);
        command.replaceAll(word -> here(word.equals(exposed) ? "" + port : word));
        command.set(0, java());
        // A share of this machine's memory would be many times the container's.
        command.add(1, "-Xmx192m");
        command.add(1, "-XX:TieredStopAtLevel=1");
        // If this JVM is killed, what it started ends, too.
        command.add(1, "-Dplumbline.supervised=true");
        command.add(1, "-Xlog:class+load:file=" + folder.resolve(name + ".classes"));
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(image.folder().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        running.put(name, new Service(image.stage().name(), builder.start(), port, log));
    }

    /** Addresses inside the compose network, as they are here; nothing listens beyond loopback. */
    private String here(String value) {
        Service target = running.get("simulated-target");
        return value.replace("kafka:19092", broker.bootstrapServers())
                .replace("0.0.0.0", "127.0.0.1")
                .replace("/tmp/aggregator", folder.resolve("aggregator-state").toString())
                .replace("simulated-target:8000", "127.0.0.1:" + (target == null ? 0 : target.port()));
    }

    private boolean isHealthy(Service service) throws IOException, InterruptedException {
        Dockerfile.Stage stage = images.get(service.image()).stage();
        String exposed = stage.all("EXPOSE").getFirst();
        List<String> check = new ArrayList<>(stage.words("HEALTHCHECK"));
        check.replaceAll(word -> word.replace("/" + exposed, "/" + service.port()));
        Process process = new ProcessBuilder(check)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private void regress(String body) {
        URI uri =
                URI.create("http://127.0.0.1:" + running.get("simulated-target").port() + "/admin/regressions");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(90))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = await("the target listens")
                .atMost(Patience.LONGEST)
                .ignoreException(ConnectException.class)
                .until(() -> HTTP.send(request, HttpResponse.BodyHandlers.ofString()), Objects::nonNull);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    /** The page that a producer with samplers will serve, until there is one. */
    private static HttpServer samples() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            long seconds = System.nanoTime() / 1_000_000_000L;
            byte[] page;
            try (var in = ComposeStackIT.class.getResourceAsStream("/samples.prom")) {
                page = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .replace("NOW", Long.toString(seconds))
                        .getBytes(StandardCharsets.UTF_8);
            }
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** The shipped configuration and rules; what is scraped is here, and every second. */
    private Prometheus startPrometheus() throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        ObjectNode configuration = (ObjectNode) yaml.readTree(PrometheusFilesTest.withoutNewKeys(
                Files.readString(DashboardFiles.PROMETHEUS.resolve("prometheus.yml"))));
        ((ObjectNode) configuration.path("global")).put("scrape_interval", "1s").put("evaluation_interval", "1s");
        configuration.remove("alerting");
        for (JsonNode job : configuration.path("scrape_configs")) {
            String name = job.path("job_name").asText();
            ((ObjectNode) job).remove("dns_sd_configs");
            ((ObjectNode) job).remove("static_configs");
            ArrayNode targets =
                    ((ObjectNode) job).putArray("static_configs").addObject().putArray("targets");
            running.values().stream()
                    .filter(service -> service.image().equals(name))
                    .forEach(service -> targets.add("127.0.0.1:" + service.port()));
            if (name.equals("load-producer")) {
                targets.add("127.0.0.1:" + samples.getAddress().getPort());
            }
        }
        for (String rules : List.of("recording-rules.yml", "alert-rules.yml")) {
            ObjectNode tree = (ObjectNode)
                    yaml.readTree(DashboardFiles.PROMETHEUS.resolve(rules).toFile());
            tree.path("groups").forEach(group -> ((ObjectNode) group).put("interval", "2s"));
            yaml.writeValue(folder.resolve(rules).toFile(), tree);
        }
        Path file = folder.resolve("prometheus.yml");
        yaml.writeValue(file.toFile(), configuration);
        return Prometheus.start(file, folder.resolve("prometheus"), "--enable-feature=native-histograms");
    }

    private static Process shell(ImageFolder image, String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(image.folder().toFile())
                .redirectErrorStream(true)
                .redirectOutput(image.folder()
                        .resolveSibling(image.stage().name() + ".build.log")
                        .toFile());
        builder.environment().putAll(image.environment());
        builder.environment()
                .compute("PATH", (key, path) -> Path.of(System.getProperty("java.home"), "bin") + ":" + path);
        return builder.start();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
