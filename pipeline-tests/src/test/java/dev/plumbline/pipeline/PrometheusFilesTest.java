package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shipped for Prometheus, Alertmanager and Compose, checked by their own tools. */
@Tag("debian-package")
class PrometheusFilesTest {

    @TempDir
    private Path folder;

    @Test
    void promtoolAcceptsTheConfigurationAndItsRules() throws Exception {
        Path copy = Files.createDirectory(folder.resolve("prometheus"));
        try (Stream<Path> files = Files.list(DashboardFiles.PROMETHEUS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                copy.resolve("prometheus.yml"),
                withoutNewKeys(Files.readString(DashboardFiles.PROMETHEUS.resolve("prometheus.yml"))));
        accepts("promtool", "check", "config", copy.resolve("prometheus.yml").toString());
    }

    /** The Prometheus in the compose file has settings of 3.8 and newer, which Debian's does not know. */
    static String withoutNewKeys(String configuration) {
        return configuration.replaceAll(
                "(?m)^ *(scrape_native_histograms|always_scrape_classic_histograms): true\n", "");
    }

    @Test
    void everyExpressionOfTheDashboardsParses() throws Exception {
        List<DashboardFiles.Query> queries = new ArrayList<>(DashboardFiles.queries());
        queries.addAll(DashboardFiles.annotations());
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboards\n  rules:\n");
        int number = 0;
        for (DashboardFiles.Query query : queries) {
            String expression = DashboardFiles.interpolated(query.expression(), "1m", "1h");
            rules.append("  - record: query_%d\n    expr: '%s'\n".formatted(number++, expression.replace("'", "''")));
        }
        assertThat(number).isGreaterThan(150);
        accepts(
                "promtool",
                "check",
                "rules",
                write("rules.yml", rules.toString()).toString());
    }

    @Test
    void everyAlertHasACaseInWhichItFiresAndOneInWhichItDoesNot() throws Exception {
        Path cases = DashboardFiles.PROMETHEUS.resolve("tests/alert-rules.yml");
        accepts("promtool", "test", "rules", cases.toString());
        Set<String> firing = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode test : DashboardFiles.yaml(cases).path("tests")) {
            for (JsonNode expectation : test.path("alert_rule_test")) {
                (expectation.path("exp_alerts").isEmpty() ? silent : firing)
                        .add(expectation.path("alertname").asText());
            }
        }
        Set<String> alerts = new TreeSet<>();
        DashboardFiles.rules().stream()
                .filter(rule -> rule.has("alert"))
                .forEach(rule -> alerts.add(rule.path("alert").asText()));
        assertThat(firing).isEqualTo(alerts);
        assertThat(silent).isEqualTo(alerts);
    }

    @Test
    void amtoolAcceptsTheConfigurationAndRoutesRegressionsToTheirOwners() throws Exception {
        String file = DashboardFiles.HOME
                .resolve("deploy/alertmanager/alertmanager.yml")
                .toString();
        accepts("amtool", "check-config", file);
        assertThat(accepts(
                        "amtool", "config", "routes", "test", "--config.file=" + file, "alertname=PlumblineRegressed"))
                .contains("service-owners");
        assertThat(accepts("amtool", "config", "routes", "test", "--config.file=" + file, "alertname=PlumblineAppDown"))
                .contains("operators");
    }

    @Test
    void composeAcceptsTheStack() throws Exception {
        accepts("docker-compose", "-f", ComposeFile.FILE.toString(), "config", "-q");
        Path broken = write(
                "docker-compose.yml",
                Files.readString(ComposeFile.FILE)
                        .replace("kafka: {condition: service_healthy}", "kafkaa: {condition: service_healthy}"));
        assertThat(run("docker-compose", "-f", broken.toString(), "config", "-q")
                        .exitValue())
                .isNotZero();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private String accepts(String... command) throws Exception {
        Process process = run(command);
        String output = Files.readString(folder.resolve("output.txt"), StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private Process run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process;
    }
}
