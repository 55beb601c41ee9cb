package dev.plumbline.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.plumbline.cli.stack.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is shipped for Grafana and Prometheus, as it lies in the checkout. */
final class DashboardFiles {

    static final Path HOME = Installation.ofSystemProperties().home();
    static final Path DASHBOARDS = HOME.resolve("grafana/dashboards");
    static final Path PROMETHEUS = HOME.resolve("deploy/prometheus");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");
    private static final Pattern METRIC =
            Pattern.compile("\\b(?:plumbline|inference|process|jvm)[_:][a-z0-9_:]+|\\bup\\b");

    private DashboardFiles() {}

    /** A query of a panel. */
    record Query(String dashboard, String panel, String refId, String expression) {}

    static List<JsonNode> dashboards() {
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            return files.sorted().map(DashboardFiles::json).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    static JsonNode yaml(Path file) {
        try {
            return YAML.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /** Panels with queries; rows are left out. */
    static List<JsonNode> panels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> {
            if (!panel.path("type").asText().equals("row")) {
                panels.add(panel);
            }
        });
        return panels;
    }

    static List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode dashboard : dashboards()) {
            for (JsonNode panel : panels(dashboard)) {
                panel.path("targets")
                        .forEach(target -> queries.add(new Query(
                                dashboard.path("title").asText(),
                                panel.path("title").asText(),
                                target.path("refId").asText(),
                                target.path("expr").asText())));
            }
        }
        return queries;
    }

    /** Queries of annotations, those of Prometheus. */
    static List<Query> annotations() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode dashboard : dashboards()) {
            dashboard.path("annotations").path("list").forEach(annotation -> {
                if (annotation.has("expr")) {
                    queries.add(new Query(
                            dashboard.path("title").asText(),
                            "annotation " + annotation.path("name").asText(),
                            "",
                            annotation.path("expr").asText()));
                }
            });
        }
        return queries;
    }

    /** Rules of both files: recording rules and alerts. */
    static List<JsonNode> rules() {
        List<JsonNode> rules = new ArrayList<>();
        for (String file : List.of("recording-rules.yml", "alert-rules.yml")) {
            yaml(PROMETHEUS.resolve(file))
                    .path("groups")
                    .forEach(group -> group.path("rules").forEach(rules::add));
        }
        return rules;
    }

    /** A query as Grafana sends it when every variable is on "All". */
    static String interpolated(String expression, String rateInterval, String range) {
        return expression
                .replace("$__rate_interval", rateInterval)
                .replace("$__range", range)
                .replaceAll("\\$[a-z]+", ".*");
    }

    /** Names of our metrics and of recording rules in an expression. */
    static Set<String> metrics(String expression) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = METRIC.matcher(QUOTED.matcher(expression).replaceAll("\"\""));
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }
}
