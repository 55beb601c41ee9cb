package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of models as servers give them that follow OpenAI only roughly. */
class ModelListTest {

    private static ScriptedServer listing(String body) {
        return Engines.vllm().json("GET /v1/models", body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"id\":\"m\"}]",
                "[{\"name\":\"m\"}]",
                "[\"m\"]",
                "{\"models\":[{\"name\":\"m\"}]}",
                "{\"models\":[\"m\"]}",
                "{\"data\":[\"m\"]}"
            })
    void aListIsReadInWhateverFormItComes(String body) throws Exception {
        try (ScriptedServer server = listing(body)) {
            ProbeReport report = Probing.check(server.url());

            assertThat(Probing.line(report, Step.MODEL)).isEqualTo("passed: m (the only one)");
            assertThat(report.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"Invalid API key\"}}",
                "{\"error\":\"Invalid API key\"}",
                "{\"object\":\"error\",\"message\":\"Invalid API key\"}",
                "{\"detail\":\"Invalid API key\"}"
            })
    void aRefusalOfTheKeyInsideA200TicksNoAuth(String body) throws Exception {
        try (ScriptedServer server = listing(body)) {
            ProbeReport report = Probing.check(server.url());

            assertThat(Probing.outcome(report, Step.HTTP)).isInstanceOfSatisfying(Failed.class, failed -> {
                assertThat(failed.kind()).isEqualTo(FailureKind.UNAUTHORIZED);
                assertThat(failed.line())
                        .contains("GET /v1/models answers 200", "\"Invalid API key\"", "--api-key-env");
            });
        }
    }

    @Test
    void aRefusalOfTheKeyInsideTheAnswerOfAnApiTicksNoneEither() throws Exception {
        try (ScriptedServer server = Engines.vllm()
                .on(
                        "POST /v1/chat/completions",
                        200,
                        "application/json",
                        "{\"error\":{\"code\":401,\"message\":\"no\"}}")) {
            ProbeReport report = Probing.check(server.url());

            assertThat(Probing.line(report, Step.HTTP)).startsWith("failed: POST /v1/chat/completions answers 200");
        }
    }

    @Test
    void anotherErrorInsideA200IsQuotedWhereTheListIsMissed() throws Exception {
        try (ScriptedServer server = listing("{\"error\":{\"message\":\"listing is switched off\"}}")) {
            ProbeReport none = Probing.check(server.url());
            ProbeReport named = Probing.check(server.url(), Probing.model("m"));

            assertThat(Probing.line(none, Step.MODEL))
                    .endsWith("does not list its models (\"listing is switched off\"): name one with --model");
            assertThat(Probing.line(named, Step.MODEL)).startsWith("passed: m (as asked for");
        }
    }

    @Test
    void aListThatIsLongerThanWhatIsReadIsNamed() throws Exception {
        String filler = "x".repeat(1_000);
        String body = IntStream.range(0, 1_200)
                .mapToObj(i -> "{\"id\":\"m" + i + "\",\"description\":\"" + filler + "\"}")
                .collect(Collectors.joining(",", "{\"data\":[", "]}"));
        try (ScriptedServer server = listing(body)) {
            ProbeReport none = Probing.check(server.url());
            ProbeReport named = Probing.check(server.url(), Probing.model("m1199"));

            assertThat(Probing.line(none, Step.MODEL))
                    .endsWith("lists more models than are read (1 MiB of the list): name one with --model");
            assertThat(Probing.line(named, Step.MODEL))
                    .startsWith("passed: m1199 (as asked for; of the server's list only 1 MiB is read");
        }
    }

    @Test
    void noModelOfAListThatIsReadIsOverlooked() throws Exception {
        String body = IntStream.range(0, 20_000)
                .mapToObj(i -> "{\"id\":\"m" + i + "\"}")
                .collect(Collectors.joining(",", "{\"data\":[", "]}"));
        try (ScriptedServer server = listing(body)) {
            assertThat(Probing.line(Probing.check(server.url(), Probing.model("m19999")), Step.MODEL))
                    .startsWith("passed: m19999 (as asked for)");
        }
    }
}
