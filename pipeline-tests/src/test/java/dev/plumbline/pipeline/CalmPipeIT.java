package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.PipeClient;
import dev.plumbline.cli.stack.PipePlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
class CalmPipeIT {

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
                                                "plumbline.load.concurrency=3",
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
        // Windows in which a busy machine held up the producer are not learned from, so it is not windows that count.
        await("a baseline of %d windows".formatted(BASELINE_WINDOWS))
                .pollInSameThread()
                .atMost(Patience.LONGEST)
                .until(() -> {
                    readQuietly();
                    return isLearned();
                });
        int learnedAfter = log.windows().size();
        await("%d windows more".formatted(QUIET_WINDOWS))
                .pollInSameThread()
                .atMost(Patience.LONGEST)
                .until(() -> {
                    readQuietly();
                    return log.windows().size() >= learnedAfter + QUIET_WINDOWS;
                });
        // Of the last window a machine that is too busy says that nobody judged it.
        assertThat(states()).isNotEmpty().isSubsetOf("OK", "PENDING", "NOT_JUDGED");
    }

    private void readQuietly() {
        log.read(Duration.ofMillis(500));
        assertThat(pipe.failure()).isEmpty();
        assertThat(log.alerts()).isEmpty();
    }

    private List<String> states() throws InterruptedException {
        return new PipeClient()
                .getJson(pipe.url(Part.DETECTOR) + "/api/state")
                .path("series")
                .findValuesAsText("state");
    }

    private boolean isLearned() throws InterruptedException {
        List<String> states = states();
        return !states.isEmpty() && states.stream().allMatch(state -> state.equals("OK") || state.equals("PENDING"));
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
            String group = "target=\"steady\",model=\"steady-7b\",scenario=\"chat\",load=\"c3\"";
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
        log.readUntilCounted(acknowledged);
        log.read(Duration.ofMillis(500));
        assertThat(log.countedEvents()).isEqualTo(acknowledged);
    }
}
