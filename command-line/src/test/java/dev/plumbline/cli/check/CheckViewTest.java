package dev.plumbline.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.probe.FailureKind;
import dev.plumbline.probe.ProbeReport;
import dev.plumbline.probe.Step;
import dev.plumbline.probe.StepOutcome;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.StepResult;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CheckViewTest {

    private static final TargetAddress ADDRESS = TargetAddress.of("127.0.0.1:8000");

    private static final Discovery VLLM = new Discovery(
            BaseUrl.parse("127.0.0.1:8000"),
            EndpointType.CHAT,
            "tiny",
            new Engine(Engine.Kind.VLLM, Optional.of("0.32.0")),
            OptionalLong.of(2048),
            Optional.of(new Discovery.EngineMetrics("http://127.0.0.1:8000/metrics", Engine.Kind.VLLM)),
            new Discovery.Facts(
                    Map.of("engine", "vllm", "engineVersion", "0.32.0"),
                    Map.of("endpointType", "chat", "gpu", Discovery.Facts.UNKNOWN)));

    /** Everything passes but what is named. */
    private static ProbeReport report(Map<Step, StepOutcome> others, Optional<Discovery> discovery) {
        return new ProbeReport(
                Arrays.stream(Step.values())
                        .map(step -> new StepResult(
                                step, others.getOrDefault(step, new Passed("127.0.0.1:8000")), 1_234_567))
                        .toList(),
                discovery);
    }

    private static void print(ProbeReport report, ByteArrayOutputStream out) {
        CheckView view = new CheckView(new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), false, false));
        view.introduce(ADDRESS);
        report.steps().forEach(view::ended);
        view.conclude(report);
    }

    @Test
    void aGoodTargetIsATableAndItsFacts() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        print(report(Map.of(Step.TLS, new Skipped("plain http")), Optional.of(VLLM)), out);

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.matches("  ✓ connect +[0-9.,]+ (µs|ms|s)  127.0.0.1:\\d+"))
                .anyMatch(line -> line.matches("  - TLS +plain http"))
                .anyMatch(line -> line.matches("    engine +vllm"))
                .anyMatch(line -> line.contains("unknown") && line.contains("gpu") && line.contains("--metadata"))
                .endsWith("  ready to be measured");
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b");
    }

    @Test
    void aFailureStandsInTheTableAndAtTheEnd() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String line = "no LLM API below http://127.0.0.1:8000: check the path in --url";
        print(report(Map.of(Step.PROTOCOL, new Failed(FailureKind.NOT_FOUND, line)), Optional.empty()), out);

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
        JsonNode json = new ObjectMapper().readTree(CheckJson.of(ADDRESS, report(Map.of(), Optional.of(VLLM))));

        assertThat(json.path("exitCode").asInt(-1)).isZero();
        assertThat(json.path("steps").findValuesAsText("step"))
                .containsExactly("dns", "connect", "tls", "http", "protocol", "model", "answer", "metrics", "gpu_tool");
        assertThat(json.path("steps").path(1).path("durationNanos").asLong()).isEqualTo(1_234_567);
        JsonNode discovery = json.path("discovery");
        assertThat(discovery.path("engine").asText()).isEqualTo("vllm");
        assertThat(discovery.path("subject").path("engineVersion").asText()).isEqualTo("0.32.0");
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

    @Test
    void theExitCodeIsThatOfTheFirstFailure() {
        Failed unchosen = new Failed(FailureKind.MODEL_NOT_CHOSEN, "2 models are served: name one");
        Failed noMetrics = new Failed(FailureKind.NO_METRICS, "no metrics there: correct it");

        assertThat(CheckExit.of(report(Map.of(), Optional.of(VLLM)))).isZero();
        assertThat(CheckExit.of(report(Map.of(Step.MODEL, unchosen, Step.METRICS, noMetrics), Optional.empty())))
                .isEqualTo(2);
        assertThat(CheckExit.of(report(Map.of(Step.METRICS, noMetrics), Optional.of(VLLM))))
                .isEqualTo(4);
    }

    @Test
    void everyFailureButAMissingChoiceIsTheTargets() {
        for (FailureKind kind : FailureKind.values()) {
            assertThat(CheckExit.of(kind)).as("%s", kind).isEqualTo(kind == FailureKind.MODEL_NOT_CHOSEN ? 2 : 4);
        }
    }
}
