package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.PipePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer that is killed is an alert of a real Prometheus under the shipped rules; its series does not stay "ok". */
@Tag("debian-package")
class StoppedSeriesIT {

    private static final String STALE = "sum(plumbline_state{state=\"stale\"})";

    @TempDir
    private Path folder;

    @Test
    void aProducerThatIsKilledIsAnAlertThatSaysWhichSeriesStopped() throws Exception {
        try (LocalPipe pipe = LocalPipe.start(plan(), Installation.ofSystemProperties());
                Prometheus prometheus = prometheus(pipe.url(Part.DETECTOR).substring("http://".length()))) {
            prometheus.await("sum(plumbline_detector_windows_judged_total) > 3");
            assertThat(prometheus.await(STALE)).isZero();

            kill(pipe);

            prometheus.await(STALE + " == 1");
            prometheus.await("count(ALERTS{alertname=\"PlumblineSeriesStale\",alertstate=\"firing\"})");
            prometheus.await("absent(plumbline_coverage_ratio)");
            JsonNode alert = firing(prometheus);
            assertThat(alert.path("labels").path("target").asText()).isEqualTo("killed");
            assertThat(alert.path("annotations").path("runbook_url").asText())
                    .isEqualTo("https://runbook.example/operations.md#plumblineseriesstale");
        }
    }

    private static PipePlan plan() {
        return new PipePlan(
                Duration.ofSeconds(1),
                1,
                0,
                List.of("--seed", "7", "--model", "m"),
                Map.of(
                        Part.AGGREGATOR,
                                List.of("plumbline.aggregator.grace=500ms", "plumbline.aggregator.producer-timeout=3s"),
                        Part.DETECTOR,
                                List.of("plumbline.detector.skip-windows=0", "plumbline.detector.stale-after=15s"),
                        Part.PRODUCER,
                                List.of(
                                        "plumbline.producer.id=killed",
                                        "plumbline.target.name=killed",
                                        "plumbline.target.model=m",
                                        "plumbline.load.concurrency=2",
                                        "plumbline.series.scenario=chat")));
    }

    private static void kill(LocalPipe pipe) {
        List<Long> producers = pipe.pids().stream()
                .filter(pid -> PlumbProcess.commandLine(pid).contains("load-producer"))
                .toList();
        assertThat(producers).hasSize(1);
        assertThat(ProcessHandle.of(producers.getFirst()).orElseThrow().destroyForcibly())
                .isTrue();
    }

    /** The shipped rules, asked every second and with a patience of a second. */
    private Prometheus prometheus(String detector) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        ObjectNode rules = (ObjectNode) yaml.readTree(
                DashboardFiles.PROMETHEUS.resolve("alert-rules.yml").toFile());
        for (JsonNode group : rules.path("groups")) {
            ((ObjectNode) group).put("interval", "1s");
            group.path("rules").forEach(rule -> {
                if (rule.has("for")) {
                    ((ObjectNode) rule).put("for", "1s");
                }
            });
        }
        yaml.writeValue(folder.resolve("alert-rules.yml").toFile(), rules);
        Path configuration = folder.resolve("prometheus.yml");
        Files.writeString(configuration, """
                global:
                  scrape_interval: 1s
                  external_labels:
                    grafana_url: https://grafana.example
                    runbook_url: https://runbook.example/operations.md
                rule_files: [alert-rules.yml]
                scrape_configs:
                  - job_name: regression-detector
                    static_configs:
                      - targets: ['%s']
                """.formatted(detector));
        return Prometheus.start(configuration, folder.resolve("data"));
    }

    private static JsonNode firing(Prometheus prometheus) throws IOException, InterruptedException {
        for (JsonNode alert : prometheus.get("alerts").path("data").path("alerts")) {
            if (alert.path("labels").path("alertname").asText().equals("PlumblineSeriesStale")) {
                return alert;
            }
        }
        throw new AssertionError("no alert");
    }
}
