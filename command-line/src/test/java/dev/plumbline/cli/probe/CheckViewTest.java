package dev.plumbline.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.probe.StepOutcome.Failed;
import dev.plumbline.cli.terminal.Screen;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckViewTest {

    private static ProbeReport print(FakeServer server, ByteArrayOutputStream out) throws InterruptedException {
        TargetAddress address = TargetAddress.of(server.url()).with(Probing.PATIENT);
        CheckView view = new CheckView(new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), false, false));
        view.introduce(address);
        ProbeReport report = new TargetProbe(address, System::nanoTime, "", view).check();
        view.conclude(report);
        return report;
    }

    @Test
    void aGoodTargetIsATableAndItsFacts() throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (FakeServer server = FakeServer.vllm()) {
            print(server, out);
        }

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.matches("  ✓ connect +[0-9.,]+ (µs|ms|s)  127.0.0.1:\\d+"))
                .anyMatch(line -> line.matches("  - TLS +plain http"))
                .anyMatch(line -> line.matches("    engine +vllm"))
                .anyMatch(line -> line.contains("unknown") && line.contains("gpu") && line.contains("--metadata"))
                .endsWith("  ready to be measured");
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b");
    }

    @Test
    void aFailureStandsInTheTableAndAtTheEnd() throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ProbeReport report;
        try (FakeServer server = FakeServer.start()) {
            report = print(server, out);
        }

        String line = report.failure().map(Failed::line).orElseThrow();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(row -> row.startsWith("  ✗ protocol") && row.endsWith(line))
                .endsWith("  not ready: " + line);
    }

    @Test
    void theWaitForAnEngineIsOneLineWhereLinesCannotBeRewritten() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CheckView view = new CheckView(new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), false, false));

        view.waiting(Step.HTTP, "it loads");
        view.waiting(Step.HTTP, "it loads");

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("  … HTTP, auth: it loads");
    }

    @Test
    void jsonHoldsStepsAndDiscovery() throws Exception {
        try (FakeServer server = FakeServer.vllm()) {
            TargetAddress address = TargetAddress.of(server.url()).with(Probing.PATIENT);

            JsonNode json = new ObjectMapper().readTree(CheckJson.of(address, Probing.check(address)));

            assertThat(json.path("exitCode").asInt(-1)).isZero();
            assertThat(json.path("steps").findValuesAsText("step"))
                    .containsExactly(
                            "dns", "connect", "tls", "http", "protocol", "model", "answer", "metrics", "gpu_tool");
            assertThat(json.path("steps").path(1).path("durationNanos").asLong())
                    .isPositive();
            assertThat(json.path("discovery").path("engine").asText()).isEqualTo("vllm");
            assertThat(json.path("discovery")
                            .path("subject")
                            .path("engineVersion")
                            .asText())
                    .isEqualTo("0.32.0");
        }
    }

    @Test
    void jsonOfAFailureHasItsKindAndLine() throws Exception {
        ProbeReport report = new ProbeReport(
                List.of(new StepResult(Step.DNS, new Failed(FailureKind.NAME_NOT_FOUND, "not known: check it"), 5)),
                Optional.empty());

        JsonNode json = new ObjectMapper().readTree(CheckJson.of(TargetAddress.of("h:1"), report));

        assertThat(json.path("exitCode").asInt()).isEqualTo(4);
        assertThat(json.path("steps").path(0).path("kind").asText()).isEqualTo("name_not_found");
        assertThat(json.has("discovery")).isFalse();
    }
}
