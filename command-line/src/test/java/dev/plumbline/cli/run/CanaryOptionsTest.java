package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Credentials;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CanaryOptionsTest {

    private static RunOptions options(String... flags) {
        return CommandLine.populateCommand(new RunOptions(), flags);
    }

    private static RunPlan plan(String... flags) {
        return RunPlan.checked("id", options(flags), false);
    }

    @Test
    void withoutACanaryNothingIsShared() {
        assertThat(plan().canary()).isEmpty();
    }

    @Test
    void everyAskGoesToBothUnlessAShareIsAskedFor() {
        assertThat(plan("--canary-url", "localhost:8001").canary()).hasValue(CanarySplit.ofPairs());
        assertThat(plan("--canary-url", "localhost:8001", "--pair").canary()).hasValue(CanarySplit.ofPairs());
        assertThat(plan("--canary-url", "localhost:8001", "--split", "10%").canary())
                .hasValue(CanarySplit.of(0.1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--split 10%|--split|is of a canary: give --canary-url, too",
                "--pair|--pair|is of a canary: give --canary-url, too",
                "--canary-model m|--canary-model|is of a canary: give --canary-url, too",
                "--canary-url h:1 --pair --split 10%|--pair|excludes --split",
                "--canary-url h:1 --split 100%|--split|allowed is 0.1% to 99.9%",
                "--canary-url ftp://h|--canary-url|is not spoken here",
                "--canary-url h:1 --variant canary|--variant|give that of --url another name",
                "--canary-url h:1 --canary-header nonsense|--canary-header|a header is written",
            })
    void whatIsWrongIsSaidBeforeAnyLoad(String flags, String option, String problem) {
        assertThatThrownBy(() -> plan(flags.split(" ")))
                .isInstanceOfSatisfying(
                        RunPlan.Wrong.class, wrong -> assertThat(wrong.option()).isEqualTo(option))
                .hasMessageContaining(problem);
    }

    private static Discovery found(String url, String model, Map<String, String> subject) {
        return new Discovery(
                BaseUrl.parse(url),
                EndpointType.CHAT,
                model,
                new Engine(Engine.Kind.VLLM, Optional.empty()),
                OptionalLong.empty(),
                Optional.empty(),
                new Discovery.Facts(subject, Map.of()));
    }

    private static final TargetAddress STABLE = TargetAddress.of("http://gpu-1:8000")
            .with(new Credentials(Map.of("X-Team", "a"), Optional.of("S3CR3T"), Optional.empty()));

    private static TargetAddress canary(List<String> vary, String... flags) {
        return CanaryTarget.address(options(flags).canary, STABLE, found("http://gpu-1:8000", "m", Map.of()), vary);
    }

    @Test
    void itIsAskedForTheSameApiAndTheSameModel() {
        TargetAddress address = canary(List.of(), "--canary-url", "gpu-2:8000");

        assertThat(address.url().base()).isEqualTo("http://gpu-2:8000");
        assertThat(address.wanted().endpointType()).hasValue(EndpointType.CHAT);
        assertThat(address.wanted().model()).hasValue("m");
    }

    @Test
    void anotherModelIsRefusedUnlessItMayVary() {
        assertThatThrownBy(() -> canary(List.of(), "--canary-url", "gpu-2:8000", "--canary-model", "n"))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("--canary-model: the canary has the model 'n' and --url has 'm': another model is other"
                        + " work; --vary model compares anyway");
        assertThat(canary(List.of("model"), "--canary-url", "gpu-2:8000", "--canary-model", "n")
                        .wanted()
                        .model())
                .hasValue("n");
    }

    @Test
    void whatLetsSomebodyInGoesToTheSameHostOnly() {
        Credentials there = canary(List.of(), "--canary-url", "gpu-1:8001", "--canary-header", "X-Team: b")
                .credentials();
        assertThat(there.requestHeaders(EndpointType.CHAT))
                .containsEntry("X-Team", "b")
                .containsEntry("Authorization", "Bearer S3CR3T");
        Credentials elsewhere = canary(List.of(), "--canary-url", "gpu-2:8000", "--canary-header", "X-Own: c")
                .credentials();
        assertThat(elsewhere.requestHeaders(EndpointType.CHAT)).containsOnly(Map.entry("X-Own", "c"));
    }

    @Test
    void theProducerIsToldWhereItIsAndHowItShares() {
        CanaryTarget target = new CanaryTarget(
                canary(List.of(), "--canary-url", "gpu-2:8000", "--canary-header", "X-Own: c"),
                found("http://gpu-2:8000", "m", Map.of()),
                CanarySplit.of(0.1));

        assertThat(target.properties(found("http://gpu-1:8000", "m", Map.of())))
                .containsExactly(
                        Map.entry("plumbline.canary.url", "http://gpu-2:8000"),
                        Map.entry("plumbline.canary.path", "/v1/chat/completions"),
                        Map.entry("plumbline.canary.model", "m"),
                        Map.entry("plumbline.canary.mode", "SPLIT"),
                        Map.entry("plumbline.canary.share", "0.1"),
                        Map.entry("plumbline.canary.headers.\"X-Own\"", "c"));
        assertThat(target.properties(found("http://gpu-1:8000", "n", Map.of())))
                .containsEntry("plumbline.canary.same-model", "true");
        assertThat(target.words()).isEqualTo("10 % of the load, 90 % not");
        assertThat(CanaryTarget.condition(CanarySplit.of(0.1))).isEqualTo("split 0.1");
        assertThat(CanaryTarget.condition(CanarySplit.ofPairs())).isEqualTo("pair");
    }

    @Test
    void whatIsOtherThanBesideItIsToldOfTheRun() {
        CanaryTarget target = new CanaryTarget(
                canary(List.of(), "--canary-url", "gpu-2:8000"),
                found("http://gpu-2:8000", "m", Map.of("engineVersion", "0.12", "image", "x")),
                CanarySplit.ofPairs());

        assertThat(target.subject(found("http://gpu-1:8000", "m", Map.of("engineVersion", "0.11", "image", "x"))))
                .containsOnly(Map.entry("canary.url", "http://gpu-2:8000"), Map.entry("canary.engineVersion", "0.12"));
    }

    @Test
    void aBudgetMayNameASeriesAndOneThatNamesNoneIsRefused() {
        RunSeries classes = RunSeries.ofClasses(Requests.SERIES, List.of("chat", "rag"));

        assertThat(plan("--budget", "rag: p95(ttft)<2s, error_rate<1%").budgets(classes))
                .extracting(Budget::text)
                .containsExactly("rag: p95(ttft)<2s", "error_rate<1%");
        assertThatThrownBy(() -> plan("--budget", "rga: p95(ttft)<2s").budgets(classes))
                .isInstanceOf(RunPlan.Wrong.class)
                .hasMessage("'rga: p95(ttft)<2s' is for 'rga', and this run has chat, rag");
        assertThat(plan("--budget", "rga: p95(ttft)<2s").budgets(RunSeries.one(Requests.SERIES)))
                .as("one file of budgets may serve several scenarios")
                .isEmpty();
    }
}
