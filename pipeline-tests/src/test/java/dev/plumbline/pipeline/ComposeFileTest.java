package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.plumbline.contract.wire.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;

/** The compose file, read as a file: what an engine would refuse, and what we promise about it. */
class ComposeFileTest {

    private final ComposeFile compose = ComposeFile.read(Map.of());
    private final Dockerfile dockerfile = Dockerfile.read(DashboardFiles.HOME.resolve("deploy/Dockerfile"));

    @Test
    void fitsTheSpecification() throws IOException {
        try (InputStream in = ComposeFileTest.class.getResourceAsStream("/schemas/compose-spec.json")) {
            ObjectNode specification = (ObjectNode) new ObjectMapper().readTree(in);
            // Its name for itself is no URI.
            specification.remove("$id");
            JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(specification);
            assertThat(schema.validate(compose.root()).stream().map(Objects::toString))
                    .isEmpty();
        }
    }

    @Test
    void everyServiceHasPinnedImageLimitsAndBoundedLogs() {
        services().forEach((name, service) -> {
            assertThat(service.path("image").asText()).as(name).matches("[a-z/-]+:v?\\d+\\.\\d+\\.\\d+");
            assertThat(service.path("deploy")
                            .path("resources")
                            .path("limits")
                            .path("memory")
                            .asText())
                    .as(name)
                    .isNotBlank();
            assertThat(service.path("logging").path("options").has("max-size"))
                    .as(name)
                    .isTrue();
        });
    }

    @Test
    void everyPortIsBoundToLoopback() {
        services()
                .forEach((name, service) -> service.path("ports")
                        .forEach(port -> assertThat(port.asText()).as(name).startsWith("127.0.0.1:")));
    }

    @Test
    void whatRunsIsHealthCheckedOrEndsByItself() {
        services().forEach((name, service) -> {
            boolean imageChecks = service.has("build")
                    && !dockerfile
                            .lineage(service.path("build").path("target").asText())
                            .getLast()
                            .all("HEALTHCHECK")
                            .isEmpty();
            boolean ends = service.path("restart").asText().equals("on-failure");
            assertThat(service.has("healthcheck") || imageChecks || ends)
                    .as(name)
                    .isTrue();
        });
    }

    @Test
    void whatIsMountedExistsAndWhatIsKeptHasAName() {
        services()
                .forEach((name, service) -> service.path("volumes").forEach(volume -> {
                    String source = volume.asText().split(":", 2)[0];
                    if (source.startsWith("./")) {
                        assertThat(DashboardFiles.HOME.resolve(source)).as(name).exists();
                        assertThat(volume.asText()).as(name).endsWith(":ro");
                    } else {
                        assertThat(compose.root().path("volumes").has(source))
                                .as(source)
                                .isTrue();
                    }
                }));
    }

    @Test
    void theBrokerIsTheReleaseThatTheAppsWereTestedWith() {
        assertThat(compose.service("kafka").path("image").asText())
                .isEqualTo("apache/kafka:" + AppInfoParser.getVersion());
        assertThat(Uuid.fromString(compose.environment("kafka").get("CLUSTER_ID")))
                .isNotEqualTo(Uuid.ZERO_UUID);
    }

    @Test
    void imagesRunAsNobodyInParticularOnThePinnedRuntime() {
        for (JsonNode service : compose.root().path("services")) {
            if (service.has("build")) {
                List<Dockerfile.Stage> lineage =
                        dockerfile.lineage(service.path("build").path("target").asText());
                assertThat(lineage.getFirst().from()).matches("eclipse-temurin:\\d+(\\.\\d+)*_\\d+-jre-noble");
                assertThat(lineage.stream().flatMap(stage -> stage.all("USER").stream()))
                        .containsExactly("10001:10001");
            }
        }
        assertThat(dockerfile.stages().get("build").from())
                .isEqualTo(dockerfile.stages().get("runtime").from().replace("-jre-", "-jdk-"));
    }

    @Test
    void theScriptNamesEveryTopicOfTheContract() throws IOException {
        String script = Files.readString(DashboardFiles.HOME.resolve("deploy/kafka/create-topics.sh"))
                .replace("$WINDOW", "10s");
        assertThat(script)
                .contains(
                        Topics.EVENTS,
                        Topics.VERDICTS,
                        Topics.ALERTS,
                        Topics.SNAPSHOTS,
                        Topics.BASELINES,
                        Topics.RUNS,
                        Topics.UNDECODABLE,
                        Topics.windows(java.time.Duration.ofSeconds(10)),
                        Topics.partials(java.time.Duration.ofSeconds(10)));
    }

    private Map<String, JsonNode> services() {
        Map<String, JsonNode> services = new java.util.TreeMap<>();
        compose.root().path("services").properties().forEach(entry -> services.put(entry.getKey(), entry.getValue()));
        return services;
    }
}
