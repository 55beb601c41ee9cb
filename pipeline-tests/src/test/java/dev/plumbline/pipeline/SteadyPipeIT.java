package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.PipePlan;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One pipe under steady load: quiet, watched by a real Prometheus, and exact when it ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SteadyPipeIT {

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final int BASELINE_WINDOWS = 40;
    private static final int QUIET_WINDOWS = 30;

    private LocalPipe pipe;
    private WindowLog log;

    @BeforeAll
    void start() throws InterruptedException {
        pipe = LocalPipe.start(
                new PipePlan(
                        WINDOW,
                        2,
                        0,
                        List.of("--seed", "7", "--model", "steady-7b"),
                        Map.of(
                                Part.AGGREGATOR, List.of("plumbline.aggregator.grace=500ms"),
                                Part.DETECTOR,
                                        List.of(
                                                "plumbline.detector.baseline-windows=" + BASELINE_WINDOWS,
                                                "plumbline.detector.skip-windows=3"),
                                Part.PRODUCER,
                                        List.of(
                                                "plumbline.producer.id=steady",
                                                "plumbline.target.name=steady",
                                                "plumbline.target.model=steady-7b",
                                                "plumbline.load.concurrency=6",
                                                "plumbline.series.scenario=chat"))),
                Installation.ofSystemProperties());
        log = new WindowLog(pipe.bootstrapServers(), WINDOW);
    }

    @AfterAll
    void end() {
        if (log != null) {
            log.close();
        }
        if (pipe != null) {
            pipe.close();
        }
    }

    @Test
    @Order(1)
    void staysQuietWhileNothingChanges() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(120).toNanos();
        while (log.windows().size() < BASELINE_WINDOWS + QUIET_WINDOWS && System.nanoTime() < deadlineNanos) {
            log.read(Duration.ofMillis(500));
            assertThat(pipe.failure()).isEmpty();
        }
        assertThat(log.windows()).hasSizeGreaterThanOrEqualTo(BASELINE_WINDOWS + QUIET_WINDOWS);
        assertThat(log.alerts()).isEmpty();
        JsonNode state = pipe.getJson(Part.DETECTOR, "/api/state");
        assertThat(state.path("series").findValuesAsText("state"))
                .isNotEmpty()
                .allMatch(text -> text.equals("OK") || text.equals("PENDING"));
    }

    @Test
    @Order(2)
    @Tag("debian-package")
    void aRealPrometheusAnswersTheUsersQuery(@TempDir Path folder) throws Exception {
        String targets = List.of(Part.PRODUCER, Part.AGGREGATOR, Part.DETECTOR).stream()
                .map(part -> "'" + pipe.url(part).substring("http://".length()) + "'")
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
        Path configuration = folder.resolve("prometheus.yml");
        Files.writeString(configuration, """
                global:
                  scrape_interval: 1s
                scrape_configs:
                  - job_name: plumbline
                    static_configs:
                      - targets: [%s]
                """.formatted(targets));
        // A Prometheus of this age keeps the native form alone when it knows it, so each form has its own.
        try (Prometheus classic = Prometheus.start(configuration, folder.resolve("classic"))) {
            double p99 = classic.await(
                    "histogram_quantile(0.99, sum by (le) (rate(inference_duration_seconds_bucket[5m])))");
            assertThat(p99).isBetween(0.1, 2.0);
            assertThat(classic.await("histogram_quantile(0.5, sum by (le) (rate(plumbline_tpot_seconds_bucket[5m])))"))
                    .isBetween(0.003, 0.05);
            assertThat(classic.await("sum(rate(plumbline_requests_total{outcome=\"completed\"}[5m]))"))
                    .isPositive();
            assertThat(classic.await("sum(rate(plumbline_output_tokens_total[5m]))"))
                    .isPositive();
            assertThat(classic.await("min(plumbline_coverage_ratio)")).isBetween(0.0, 1.0);
            for (String name : List.of(
                    "plumbline_effect_ratio",
                    "plumbline_evidence",
                    "plumbline_threshold",
                    "plumbline_state",
                    "plumbline_baseline_age_seconds")) {
                assertThat(classic.await("count(" + name + ")")).as(name).isPositive();
            }
            assertThat(classic.await("sum(up)")).isEqualTo(3.0);
        }
        try (Prometheus nativeForm =
                Prometheus.start(configuration, folder.resolve("native"), "--enable-feature=native-histograms")) {
            String group = "target=\"steady\",model=\"steady-7b\",scenario=\"chat\",load=\"c6\"";
            assertThat(nativeForm.await(
                            "histogram_quantile(0.5, sum(rate(plumbline_ttft_seconds{" + group + "}[5m])))"))
                    .isBetween(0.03, 0.5);
            assertThat(nativeForm.await("histogram_quantile(0.99, sum(rate(inference_duration_seconds[5m])))"))
                    .isBetween(0.1, 2.0);
        }
    }

    @Test
    @Order(3)
    void everyAcknowledgedEventIsInAWindowWhenTheLoadHasEnded() throws InterruptedException {
        long acknowledged = LastWords.acknowledged(pipe.end(Part.PRODUCER));
        assertThat(acknowledged).isGreaterThan(500);
        log.readUntilCounted(acknowledged, Duration.ofSeconds(20));
        log.read(Duration.ofMillis(500));
        assertThat(log.countedEvents()).isEqualTo(acknowledged);
    }

    /** A running Prometheus and its query API. */
    private record Prometheus(Process process, int port) implements AutoCloseable {

        private static final HttpClient HTTP = HttpClient.newHttpClient();
        private static final ObjectMapper JSON = new ObjectMapper();

        static Prometheus start(Path configuration, Path data, String... flags) throws IOException {
            int port;
            try (ServerSocket socket = new ServerSocket(0)) {
                port = socket.getLocalPort();
            }
            List<String> command = new ArrayList<>(List.of(
                    "prometheus",
                    "--config.file=" + configuration,
                    "--storage.tsdb.path=" + data,
                    "--web.listen-address=127.0.0.1:" + port,
                    "--log.level=warn"));
            command.addAll(List.of(flags));
            return new Prometheus(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start(),
                    port);
        }

        /** The value of an expression, once it has exactly one that is a number. */
        double await(String expression) throws InterruptedException {
            long deadlineNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            String last = "no answer";
            while (System.nanoTime() < deadlineNanos) {
                try {
                    HttpResponse<String> response = HTTP.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                                            + URLEncoder.encode(expression, StandardCharsets.UTF_8)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    last = response.body();
                    JsonNode results = JSON.readTree(last).path("data").path("result");
                    if (results.size() == 1) {
                        double value = Double.parseDouble(
                                results.get(0).path("value").get(1).asText());
                        if (Double.isFinite(value)) {
                            return value;
                        }
                    }
                } catch (IOException e) {
                    last = e.toString();
                }
                Thread.sleep(250);
            }
            throw new AssertionError(expression + " has no single value; last answer: " + last);
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
