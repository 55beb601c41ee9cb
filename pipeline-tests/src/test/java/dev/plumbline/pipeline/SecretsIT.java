package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.plumbline.broker.EmbeddedBroker;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole run with a secret in every place where one may stand, against servers that repeat whatever they are sent: none of
 * them is in anything that the run tells, writes or leaves.
 */
class SecretsIT {

    /** In each secret, so that a part of one is found as well. */
    private static final String MARK = "S3CR3T";

    private final Set<String> sentToPages = new TreeSet<>();
    /** What was seen, by where; found out while the run goes on. Of what only grew, the last sight. */
    private final Map<String, List<String>> seen = new ConcurrentSkipListMap<>();
    /** Of each file that was looked at, its size and when it was written. */
    private final Map<Path, String> looks = new HashMap<>();

    private static final String METRICS =
            "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{model_name=\"m\"} 0\n";

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger scraped = new AtomicInteger();
    private HttpServer target;
    private HttpServer page;

    @TempDir
    private Path temporary;

    @BeforeEach
    void serve() throws IOException {
        target = server();
        target.createContext("/", exchange -> answer(exchange, 404, echo(exchange)));
        target.createContext(
                "/v1/models", exchange -> answer(exchange, 200, "{\"data\":[{\"id\":\"m\",\"object\":\"model\"}]}"));
        target.createContext("/v1/chat/completions", this::complete);
        // Each change between the two is told in the telemetry topic.
        target.createContext(
                "/metrics",
                exchange -> answer(
                        exchange,
                        scraped.incrementAndGet() % 2 == 0 ? 200 : 500,
                        scraped.get() % 2 == 0 ? METRICS : echo(exchange)));
        page = server();
        page.createContext("/", exchange -> {
            synchronized (sentToPages) {
                sentToPages.add(echo(exchange));
            }
            answer(exchange, 404, echo(exchange));
        });
        page.createContext("/engine", exchange -> answer(exchange, 200, METRICS));
    }

    @AfterEach
    void stop() {
        target.stop(0);
        page.stop(0);
    }

    private static HttpServer server() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    /** An answer in three chunks; every fifth is a failure that repeats what it was sent. */
    private void complete(HttpExchange exchange) throws IOException {
        String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (!sent.contains("\"messages\"")) {
            answer(exchange, 400, "{\"error\":{\"message\":\"messages: field required\"}}");
            return;
        }
        if (asked.incrementAndGet() % 5 == 0) {
            answer(
                    exchange,
                    500,
                    "{\"error\":{\"message\":\"no: " + echo(exchange).replace('"', '\'') + "\"}}");
            return;
        }
        String chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a \"},\"finish_reason\":null}]}\n\n";
        String end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        byte[] body = (chunk + chunk + chunk + end).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String echo(HttpExchange exchange) {
        return exchange.getRequestURI() + " with " + Map.copyOf(exchange.getRequestHeaders());
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getResponseHeaders()
                .set("Content-Type", text.startsWith("{") ? "application/json" : "text/plain; version=0.0.4");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void aRunLeavesNoSecretAnywhere() throws Exception {
        Files.writeString(temporary.resolve("key"), "sk-" + MARK + "-key");
        String base = "http://127.0.0.1:" + target.getAddress().getPort();
        String pages = "http://127.0.0.1:" + page.getAddress().getPort();
        PlumbProcess run = PlumbProcess.start(
                temporary,
                "run",
                "--url",
                base + "/v1?key=" + MARK + "-query",
                "--api-key-file",
                "key",
                "--header",
                "X-Team: " + MARK + "-header",
                "--metrics-url",
                pages + "/engine?key=" + MARK + "-metrics",
                "--set",
                "plumbline.gpu.url=" + pages + "/gpu?key=" + MARK + "-gpu",
                "--set",
                "plumbline.gpu.headers.\"X-Scrape\"=" + MARK + "-set",
                "--set",
                "plumbline.engine.url=" + base + "/metrics?key=" + MARK + "-engine",
                "--set",
                "plumbline.kafka.properties.\"sasl.jaas.config\"=org.apache.kafka.common.security.plain.PlainLoginModule"
                        + " required username=\"u\" password=\"" + MARK + "-kafka\";",
                "--yes-spend",
                "--artifact-dir",
                "runs",
                "--state",
                "state",
                "--window",
                "1s",
                "--warmup-duration",
                "1s",
                "--duration",
                "6s",
                "--budget",
                "error_rate<90%",
                "--inconclusive",
                "pass");
        Optional<String> token = watch(run);
        assertThat(run.exitValue()).as(run.output()).isZero();
        lookAtFiles(temporary, "key", "hsperfdata");
        lookAtTopics();

        assertThat(seen)
                .allSatisfy((where, texts) -> assertThat(texts).as(where).allSatisfy(text -> {
                    assertThat(text).doesNotContain(MARK);
                    token.ifPresent(secret -> assertThat(text).doesNotContain(secret));
                }));
        assertThat(seen.keySet())
                .as(
                        "what was looked at; the producer said %s",
                        seen.entrySet().stream()
                                .filter(of -> of.getKey().endsWith("producer.log")
                                        || of.getKey().equals("page producer/metrics"))
                                .map(Map.Entry::getValue)
                                .toList())
                .anyMatch(where -> where.startsWith("topic plumbline.events"))
                .anyMatch(where -> where.startsWith("topic plumbline.telemetry"))
                .anyMatch(where -> where.startsWith("topic plumbline.runs"))
                .anyMatch(where -> where.startsWith("command line"))
                .anyMatch(where -> where.startsWith("page producer"))
                .anyMatch(where -> where.startsWith("file") && where.endsWith("report.html"))
                .anyMatch(where -> where.startsWith("file") && where.endsWith("producer.log"));
        assertThat(token).as("the control token of the run").isPresent();
        // The page of the GPUs is on another port of the target's host: it gets what was given for it, and no key.
        assertThat(sentToPages)
                .isNotEmpty()
                .allSatisfy(sent -> assertThat(sent)
                        .contains(MARK + "-gpu")
                        .contains(MARK + "-set")
                        .doesNotContain(MARK + "-key")
                        .doesNotContain(MARK + "-header")
                        .doesNotContain(MARK + "-query"));
    }

    @Test
    void aPasswordInAUrlIsRefusedWithoutBeingRepeated() throws Exception {
        PlumbProcess run = PlumbProcess.start(
                temporary, "run", "--url", "http://h:1", "--metrics-url", "http://user:" + MARK + "@h:1/metrics");
        assertThat(run.exitValue()).as(run.output()).isEqualTo(2);
        assertThat(run.output()).contains("--metrics-url").doesNotContain(MARK);
    }

    /** Looks at everything that is there while the run goes on; the token that it gave to its parts. */
    private Optional<String> watch(PlumbProcess run) throws InterruptedException {
        AtomicReference<Optional<String>> token = new AtomicReference<>(Optional.empty());
        HttpClient http = HttpClient.newHttpClient();
        // By itself: a look at all files may take as long as the whole load on a busy machine.
        ScheduledExecutorService pages = Executors.newSingleThreadScheduledExecutor();
        try {
            var unused = pages.scheduleWithFixedDelay(() -> lookAtPages(http), 0, 200, TimeUnit.MILLISECONDS);
            await("the end of the run")
                    .pollInSameThread()
                    .pollInterval(Duration.ofMillis(300))
                    .atMost(Patience.LONGEST)
                    .until(() -> {
                        look(run);
                        token.updateAndGet(known -> known.or(this::token));
                        return !run.isAlive();
                    });
        } finally {
            pages.shutdownNow();
            http.shutdownNow();
        }
        assertThat(pages.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        return token.get();
    }

    private void look(PlumbProcess run) throws IOException {
        run.children().forEach(child -> keep("command line " + child.pid(), PlumbProcess.commandLine(child.pid())));
        lookAtFiles(temporary, "key", "hsperfdata", ".properties", "control-token");
    }

    private void lookAtPages(HttpClient http) {
        for (String part : List.of("producer", "aggregator", "detector")) {
            Optional<Integer> port = port(part, "http");
            for (String path : List.of("/metrics", "/status", "/api/state", "/api/alerts")) {
                port.ifPresent(at -> page(http, at, path).ifPresent(text -> keep("page " + part + path, text)));
            }
        }
    }

    private void keep(String where, String text) {
        // Each place is looked at by one thread.
        List<String> texts = seen.computeIfAbsent(where, unused -> new ArrayList<>());
        if (!texts.isEmpty() && text.startsWith(texts.getLast())) {
            texts.removeLast();
        }
        texts.add(text);
    }

    /** What the run left in its broker: every record, once another broker serves its folder. */
    private void lookAtTopics() throws IOException {
        try (EmbeddedBroker broker = EmbeddedBroker.start(temporary.resolve("state/kafka"), 0);
                Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.listTopics().values().stream()
                    .flatMap(List::stream)
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            await("everything is read")
                    .pollInSameThread()
                    .atMost(Patience.LONGEST)
                    .until(() -> {
                        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                            StringBuilder text = new StringBuilder();
                            record.headers().forEach(header -> text.append(latin(header.value())));
                            keep("topic " + record.topic(), text + latin(record.key()) + latin(record.value()));
                        }
                        return ends.entrySet().stream()
                                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                    });
        }
    }

    private static String latin(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static Optional<String> page(HttpClient http, int port, String path) {
        try {
            return Optional.of(http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            // It is not there yet, or not any more.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Optional<Integer> port(String part, String name) {
        return files(temporary).stream()
                .filter(file -> file.getFileName().toString().equals(part + ".ready"))
                .flatMap(file -> {
                    try {
                        return ReadyFile.read(file).stream();
                    } catch (IOException e) {
                        return Stream.empty();
                    }
                })
                .flatMap(ready -> Optional.ofNullable(ready.ports().get(name)).stream())
                .findFirst();
    }

    private Optional<String> token() {
        return files(temporary).stream()
                .filter(file -> file.getFileName().toString().equals("producer.properties"))
                .flatMap(file -> {
                    Properties properties = new Properties();
                    try (var reader = Files.newBufferedReader(file)) {
                        properties.load(reader);
                    } catch (IOException e) {
                        return Stream.empty();
                    }
                    return Stream.ofNullable(properties.getProperty("plumbline.control.token"));
                })
                .findFirst();
    }

    private void lookAtFiles(Path folder, String... except) throws IOException {
        for (Path file : files(folder)) {
            String name = folder.relativize(file).toString();
            if (Stream.of(except).noneMatch(name::contains)) {
                try {
                    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
                    String look = is.fileKey() + " " + is.size() + " " + is.lastModifiedTime();
                    if (look.equals(looks.put(file, look))) {
                        continue;
                    }
                    keep("file " + name, latin(Files.readAllBytes(file)));
                } catch (NoSuchFileException e) {
                    // Gone since it was listed.
                }
            }
        }
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    // What a broker keeps is seen in its topics.
                    .filter(file -> !file.toString().contains("/kafka/"))
                    .toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of();
        }
    }
}
