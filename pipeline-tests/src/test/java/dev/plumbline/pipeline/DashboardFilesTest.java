package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dashboards, rules and their runbook, read as files: no Grafana and no Prometheus is needed. */
class DashboardFilesTest {

    private static final Map<String, String> OPTIONS_SCHEMAS = Map.of(
            "timeseries", "timeseries",
            "stat", "stat",
            "heatmap", "heatmap",
            "state-timeline", "statetimeline",
            "table", "table");

    static Stream<JsonNode> dashboards() {
        return DashboardFiles.dashboards().stream();
    }

    @Test
    void areTheSixThatTheRunbookNames() throws IOException {
        String runbook = Files.readString(DashboardFiles.HOME.resolve("docs/operations.md"));
        assertThat(dashboards().map(dashboard -> dashboard.path("title").asText()))
                .containsExactlyInAnyOrder(
                        "Plumbline / Overview",
                        "Plumbline / Regression",
                        "Plumbline / Rollout",
                        "Plumbline / Soak",
                        "Plumbline / Load generator health",
                        "Plumbline / GPU and engine")
                .allSatisfy(title -> assertThat(runbook).contains(title.replace("Plumbline / ", "")));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void fitGrafanasSchemas(JsonNode dashboard) {
        assertThat(violations(schema("dashboard", "Dashboard"), dashboard)).isEmpty();
        for (JsonNode panel : DashboardFiles.panels(dashboard)) {
            String title = panel.path("title").asText();
            String type = panel.path("type").asText();
            assertThat(OPTIONS_SCHEMAS).as(title).containsKey(type);
            String file = OPTIONS_SCHEMAS.get(type);
            assertThat(violations(schema(file, "Options"), panel.path("options")))
                    .as(title)
                    .isEmpty();
            JsonNode custom = panel.path("fieldConfig").path("defaults").path("custom");
            if (!custom.isMissingNode()) {
                assertThat(violations(schema(file, "FieldConfig"), custom))
                        .as(title)
                        .isEmpty();
            }
            panel.path("targets")
                    .forEach(target -> assertThat(violations(schema("prometheus", "Dataquery"), target))
                            .as(title)
                            .isEmpty());
        }
    }

    @Test
    void aFieldThatGrafanaDoesNotKnowIsSeen() {
        JsonNode dashboard = dashboards().findFirst().orElseThrow().deepCopy();
        ((ObjectNode) dashboard.path("panels").get(1)).put("gridpos", 1);
        assertThat(violations(schema("dashboard", "Dashboard"), dashboard)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsHaveTheirOwnIdsAndPlaces(JsonNode dashboard) {
        Set<Integer> ids = new HashSet<>();
        Set<List<Integer>> taken = new HashSet<>();
        dashboard.path("panels").forEach(panel -> {
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("id of " + panel.path("title"))
                    .isTrue();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(taken.add(List.of(
                                    place.path("x").asInt() + x, place.path("y").asInt() + y)))
                            .as(panel.path("title") + " lies over another panel")
                            .isTrue();
                }
            }
        });
        assertThat(dashboard.has("id")).as("an id belongs to an instance").isFalse();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsSayWhatTheyAreAndReadThroughTheVariable(JsonNode dashboard) {
        for (JsonNode panel : DashboardFiles.panels(dashboard)) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(panel.path("description").asText()).as(title).hasSizeGreaterThan(20);
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            if (!panel.path("type").asText().equals("heatmap")) {
                assertThat(panel.path("fieldConfig")
                                .path("defaults")
                                .path("unit")
                                .asText())
                        .as("unit of " + title)
                        .isNotBlank();
            }
            panel.findValues("datasource")
                    .forEach(source ->
                            assertThat(source.path("uid").asText()).as(title).isEqualTo("${datasource}"));
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void theDataSourceIsTheProvisionedOne(JsonNode dashboard) {
        JsonNode provisioned = DashboardFiles.yaml(
                        DashboardFiles.HOME.resolve("grafana/provisioning/datasources/prometheus.yml"))
                .path("datasources")
                .get(0);
        JsonNode variable = variables(dashboard).get("datasource");
        assertThat(variable.path("query").asText())
                .isEqualTo(provisioned.path("type").asText());
        assertThat(variable.path("current").path("value").asText())
                .isEqualTo(provisioned.path("uid").asText());
    }

    /** A query that is not narrowed by a variable would show another service's numbers under this one's name. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void queriesUseTheVariablesThatThereAreAndTellVariantsApart(JsonNode dashboard) {
        Set<String> variables = variables(dashboard).keySet();
        String all = dashboard.toString().replace("$__", "");
        var used = Pattern.compile("\\$([a-z]+)").matcher(all);
        while (used.find()) {
            assertThat(variables).contains(used.group(1));
        }
        if (variables.contains("variant")) {
            for (JsonNode panel : DashboardFiles.panels(dashboard)) {
                String type = panel.path("type").asText();
                for (JsonNode target : panel.path("targets")) {
                    String expression = target.path("expr").asText();
                    String legend = target.path("legendFormat").asText();
                    boolean isOneNumber = type.equals("stat");
                    boolean isBaseline = legend.startsWith("baseline") || legend.startsWith("band");
                    if (expression.contains("$variant") && !isOneNumber && !isBaseline) {
                        boolean isTold = legend.contains("{{variant}}")
                                || panel.path("repeat").asText().equals("variant")
                                || type.equals("table");
                        assertThat(isTold)
                                .as(panel.path("title") + ": " + expression)
                                .isTrue();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void linkToEachOtherAndToTheRunbook(JsonNode dashboard) {
        List<String> links = new ArrayList<>();
        dashboard
                .path("links")
                .forEach(link ->
                        links.add(link.path("type").asText() + link.path("url").asText()));
        assertThat(dashboard.path("tags").toString()).contains("plumbline");
        assertThat(links).contains("dashboards").anyMatch(link -> link.endsWith("operations.txt"));
        assertThat(DashboardFiles.yaml(DashboardFiles.HOME.resolve("docker-compose.yml"))
                        .path("services")
                        .path("grafana")
                        .path("volumes")
                        .toString())
                .contains("./docs/operations.md:/usr/share/grafana/public/plumbline/operations.txt:ro");
    }

    @Test
    void everyAlertHasAnEntryInTheRunbook() throws IOException {
        String runbook = Files.readString(DashboardFiles.HOME.resolve("docs/operations.md"));
        List<JsonNode> alerts = DashboardFiles.rules().stream()
                .filter(rule -> rule.has("alert"))
                .toList();
        assertThat(alerts).hasSizeGreaterThanOrEqualTo(7);
        Set<String> uids = new HashSet<>();
        dashboards().forEach(dashboard -> uids.add(dashboard.path("uid").asText()));
        for (JsonNode alert : alerts) {
            String name = alert.path("alert").asText();
            JsonNode annotations = alert.path("annotations");
            assertThat(runbook).contains("### " + name + "\n");
            assertThat(annotations.path("runbook_url").asText())
                    .isEqualTo("{{ $externalLabels.runbook_url }}#" + name.toLowerCase(Locale.ROOT));
            assertThat(annotations.path("dashboard").asText()).startsWith("{{ $externalLabels.grafana_url }}/d/");
            assertThat(uids).contains(annotations.path("dashboard").asText().replaceAll("^.*?/d/|\\?.*$", ""));
        }
    }

    /** Whoever reads an alert in a chat has no checkout and no Grafana in front of the link. */
    @Test
    void everyLinkOfAnAlertIsAbsoluteAsItIsShippedAndAsItIsSet() {
        assertThat(DashboardFiles.rules())
                .allSatisfy(rule -> rule.path("annotations")
                        .properties()
                        .forEach(annotation -> assertThat(annotation.getValue().asText())
                                .as(rule.path("alert").asText() + ", " + annotation.getKey())
                                .doesNotContainPattern("(?<![}/\\w])(\\./|/d/|docs/)")));
        for (Map<String, String> set : List.of(
                Map.<String, String>of(),
                Map.of(
                        "GRAFANA_URL", "https://grafana.example/team",
                        "RUNBOOK_URL", "https://git.example/plumbline/docs/operations.md"))) {
            Map<String, String> environment = ComposeFile.read(set).environment("prometheus");
            Map<String, String> labels = new TreeMap<>();
            DashboardFiles.yaml(DashboardFiles.PROMETHEUS.resolve("prometheus.yml"))
                    .path("global")
                    .path("external_labels")
                    .properties()
                    .forEach(label -> labels.put(
                            label.getKey(),
                            environment.getOrDefault(label.getValue().asText().replaceAll("^\\$\\{|}$", ""), "")));
            set.values().forEach(url -> assertThat(labels).containsValue(url));
            int links = 0;
            for (JsonNode rule : DashboardFiles.rules()) {
                for (String name : List.of("dashboard", "runbook_url")) {
                    if (rule.path("annotations").has(name)) {
                        URI link = URI.create(
                                expanded(rule.path("annotations").path(name).asText(), labels));
                        assertThat(link.getScheme()).as(link.toString()).isIn("http", "https");
                        assertThat(link.getHost()).as(link.toString()).isNotBlank();
                        links++;
                    }
                }
            }
            assertThat(links).isGreaterThan(20);
        }
    }

    @Test
    void theLabelsThatLinksAreMadeOfAreNotSentWithAnAlert() {
        JsonNode configuration = DashboardFiles.yaml(DashboardFiles.PROMETHEUS.resolve("prometheus.yml"));
        List<String> names = new ArrayList<>();
        configuration.path("global").path("external_labels").fieldNames().forEachRemaining(names::add);
        JsonNode relabel =
                configuration.path("alerting").path("alert_relabel_configs").get(0);
        assertThat(relabel.path("action").asText()).isEqualTo("labeldrop");
        assertThat(List.of(relabel.path("regex").asText().split("\\|"))).isEqualTo(names);
    }

    /** What Prometheus makes of an annotation; the labels of the alert itself are one word each. */
    private static String expanded(String annotation, Map<String, String> externalLabels) {
        String text = annotation;
        for (Map.Entry<String, String> label : externalLabels.entrySet()) {
            text = text.replace("{{ $externalLabels." + label.getKey() + " }}", label.getValue());
        }
        return text.replaceAll("\\{\\{ \\$labels\\.[a-z]+ \\| urlquery }}", "x");
    }

    private static void anything(JsonNode properties, String property) {
        if (properties.has(property)) {
            ((ObjectNode) properties).putObject(property);
        }
    }

    private static Map<String, JsonNode> variables(JsonNode dashboard) {
        Map<String, JsonNode> variables = new TreeMap<>();
        dashboard
                .path("templating")
                .path("list")
                .forEach(variable -> variables.put(variable.path("name").asText(), variable));
        return variables;
    }

    private static List<String> violations(JsonSchema schema, JsonNode node) {
        return schema.validate(node).stream().map(Objects::toString).toList();
    }

    /** The definition of that name in one of Grafana's schema files. */
    private static JsonSchema schema(String file, String definition) {
        try (InputStream in =
                DashboardFilesTest.class.getResourceAsStream("/schemas/grafana/" + file + ".jsonschema.json")) {
            var tree = (ObjectNode) new ObjectMapper().readTree(in);
            tree.put("$ref", "#/definitions/" + definition);
            // Grafana's "any" came out as "object" here: a field's name and an override's value are of any type.
            anything(tree.path("definitions").path("MatcherConfig").path("properties"), "options");
            anything(tree.path("definitions").path("DynamicConfigValue").path("properties"), "value");
            return JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
