package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.TargetAddress.Route;
import dev.plumbline.protocol.EndpointType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What single steps make of what is known, without a server. */
class StepTest {

    private static final TargetAddress ADDRESS = TargetAddress.of("localhost:8000");
    private static final String LIST = "{\"data\": [{\"id\": \"m\", \"owned_by\": \"vllm\", \"max_model_len\": 64}]}";
    private static final String PAGE = "# TYPE vllm:requests gauge\nvllm:requests 1\n";

    private static Answered answered(String asked, int status, String body) {
        return new Answered(
                asked,
                status,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                body,
                false,
                Json.read(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static Findings surveyed(boolean letIn, Answered... answers) {
        Map<String, Reply> replies = new HashMap<>();
        for (Answered answer : answers) {
            replies.put(answer.asked(), answer);
        }
        return Findings.NONE.withSurvey(new Survey(replies), letIn);
    }

    private static Findings at(byte... address) throws UnknownHostException {
        return Findings.NONE.withAddresses(List.of(InetAddress.getByAddress(address)));
    }

    @Test
    void tlsOfAPlainUrlIsNothingToDo() {
        StepEnd end = new TlsStep(Probing.offline(ADDRESS)).run(Findings.NONE);

        assertThat(end.outcome()).isEqualTo(new Skipped("plain http"));
        assertThat(end.holds()).isTrue();
    }

    @Test
    void tlsThroughAProxyIsLeftToTheRequests() {
        TargetAddress proxied = TargetAddress.of("https://far:1")
                .with(new Route(Optional.empty(), Optional.of(InetSocketAddress.createUnresolved("proxy", 3128))));

        StepEnd end = new TlsStep(Probing.offline(proxied)).run(Findings.NONE);

        assertThat(end.outcome()).isEqualTo(new Skipped("through the proxy, part of the next step"));
        assertThat(end.holds()).isTrue();
    }

    @Test
    void theApiIsFoundByItsRefusalOfAnEmptyRequest() {
        Findings known = surveyed(
                true,
                answered(Survey.MODELS, 200, LIST),
                answered("POST /v1/chat/completions", 400, "{\"error\": {\"message\": \"no messages\"}}"));

        StepEnd end = new ProtocolStep(Probing.offline(ADDRESS)).run(known);

        assertThat(end.outcome()).isEqualTo(new Passed("chat, POST /v1/chat/completions; vllm"));
        assertThat(end.known().endpointType()).contains(EndpointType.CHAT);
    }

    @Test
    void aModelIsChosenFromTheListWhicheverApiIsMissing() throws InterruptedException {
        StepEnd end = new ModelStep(Probing.offline(ADDRESS)).run(surveyed(true, answered(Survey.MODELS, 200, LIST)));

        assertThat(end.outcome()).isEqualTo(new Passed("m (the only one), context 64 tokens"));
        assertThat(end.known().chosen().orElseThrow().model()).isEqualTo("m");
    }

    @Test
    void withoutApiAndListThereIsNoModelToChoose() throws InterruptedException {
        StepEnd end =
                new ModelStep(Probing.offline(ADDRESS)).run(surveyed(true, answered(Survey.MODELS, 404, "not found")));

        assertThat(end.outcome()).isEqualTo(new Skipped("needs a protocol"));
        assertThat(end.holds()).isFalse();
    }

    @Test
    void metricsAreFoundWhereTheServerShowsThemToAnybody() {
        StepEnd end =
                new MetricsStep(Probing.offline(ADDRESS)).run(surveyed(false, answered(Survey.METRICS, 200, PAGE)));

        assertThat(end.outcome()).isEqualTo(new Passed("metrics of vllm"));
        assertThat(end.known().metrics())
                .contains(new Discovery.EngineMetrics("http://localhost:8000/metrics", Engine.Kind.VLLM));
    }

    @Test
    void missingMetricsSayHowThisEngineServesThem() {
        Answered llamaCpp = answered(Survey.PROPS, 200, "{\"default_generation_settings\": {}}");

        assertThat(new MetricsStep(Probing.offline(ADDRESS))
                        .run(surveyed(true, llamaCpp))
                        .outcome())
                .isEqualTo(new Skipped("not served: start llama-server with --metrics to see its queue and slots"));
        assertThat(new MetricsStep(Probing.offline(ADDRESS))
                        .run(surveyed(false, llamaCpp))
                        .outcome())
                .isEqualTo(new Skipped("needs HTTP"));
    }

    @Test
    void gpusAreReadWhereTheTargetIsHere() throws UnknownHostException {
        GpuStep step = new GpuStep(Probing.offline(ADDRESS), new GpuTool(""));
        Findings here = at((byte) 127, (byte) 0, (byte) 0, (byte) 1);
        step.begin(here);

        assertThat(step.run(here).outcome())
                .isInstanceOfSatisfying(
                        Skipped.class,
                        skipped -> assertThat(skipped.why()).startsWith("nvidia-smi is not on the PATH"));
    }

    @Test
    void gpusOfAnotherMachineAreNotLookedAt() throws UnknownHostException {
        GpuStep step = new GpuStep(Probing.offline(ADDRESS), new GpuTool(""));
        // Of a block that is kept for documentation: nobody has it.
        Findings elsewhere = at((byte) 192, (byte) 0, (byte) 2, (byte) 1);
        step.begin(elsewhere);

        assertThat(step.run(elsewhere).outcome())
                .isInstanceOfSatisfying(
                        Skipped.class,
                        skipped -> assertThat(skipped.why()).startsWith("the target is on another machine"));
    }

    @Test
    void aTargetBehindAProxyIsElsewhereEvenWhenTheProxyIsHere() throws UnknownHostException {
        TargetAddress proxied = ADDRESS.with(
                new Route(Optional.empty(), Optional.of(InetSocketAddress.createUnresolved("localhost", 3128))));
        GpuStep step = new GpuStep(Probing.offline(proxied), new GpuTool(""));
        Findings proxyIsHere = at((byte) 127, (byte) 0, (byte) 0, (byte) 1);
        step.begin(proxyIsHere);

        assertThat(step.run(proxyIsHere).outcome())
                .isInstanceOfSatisfying(
                        Skipped.class,
                        skipped -> assertThat(skipped.why()).startsWith("the target is on another machine"));
    }

    @Test
    void aNameThatNobodyHasIsAFailureAndNoAddress() throws InterruptedException {
        StepEnd end = new NameStep(
                        Probing.offline(TargetAddress.of("nobody.invalid:8000").with(Probing.PATIENT)))
                .run(Findings.NONE);

        assertThat(end.outcome())
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.kind()).isEqualTo(FailureKind.NAME_NOT_FOUND));
        assertThat(end.known().addresses()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\": \"no messages\"}                    | true",
                "422 | {\"detail\": [{\"msg\": \"field required\"}]}   | true",
                "401 | {}                                              | true",
                "503 | loading                                         | true",
                "404 | {\"error\": \"model '' not found\"}             | true",
                "404 | {\"detail\": \"Not Found\"}                     | false",
                "405 | {}                                              | false",
                "501 | {\"error\": \"embeddings only\"}                | false",
                "500 | {\"error\": \"internal\"}                       | true",
                "500 | oops                                            | false",
                "200 | {\"choices\": []}                               | true",
                "200 | {\"hello\": \"world\"}                          | false",
                "400 | <html>                                          | false",
            })
    void anApiIsThereWhenItRefusesARequestWithoutContent(int status, String body, boolean there) {
        assertThat(SoughtApis.exists(answered("POST /v1/chat/completions", status, body)))
                .isEqualTo(there);
    }

    @Test
    void theApiThatTheUserNamesIsTheOnlyOneLookedFor() {
        assertThat(new SoughtApis(ADDRESS).first()).containsExactly(EndpointType.CHAT);
        assertThat(new SoughtApis(TargetAddress.of("localhost:1/v1/messages")).first())
                .containsExactly(EndpointType.MESSAGES);
        assertThat(new SoughtApis(
                                TargetAddress.of("localhost:1/v1/messages").with(Probing.type(EndpointType.RESPONSES)))
                        .first())
                .containsExactly(EndpointType.RESPONSES);
    }
}
