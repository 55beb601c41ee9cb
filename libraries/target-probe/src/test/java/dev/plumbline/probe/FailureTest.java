package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.TargetAddress.Route;
import dev.plumbline.probe.TargetAddress.Wanted;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which a target is not ready, on real sockets: one line that names the thing and says what to do. */
class FailureTest {

    private static Failed failure(ProbeReport report, Step step) {
        assertThat(Probing.outcome(report, step)).isInstanceOf(Failed.class);
        Failed failed = (Failed) Probing.outcome(report, step);
        assertThat(failed).isEqualTo(report.failure().orElseThrow());
        assertThat(failed.line()).doesNotContain("Exception", "\n", "java.").contains(": ");
        assertThat(report.steps()).extracting(StepResult::step).containsExactly(Step.values());
        return failed;
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aNameThatDoesNotExist() throws Exception {
        Failed failed = failure(Probing.check("http://no-such-host.invalid:8000"), Step.DNS);

        assertThat(failed.kind()).isEqualTo(FailureKind.NAME_NOT_FOUND);
        assertThat(failed.line()).contains("'no-such-host.invalid'");
    }

    @Test
    void aClosedPort() throws Exception {
        int port = closedPort();

        Failed failed = failure(Probing.check("127.0.0.1:" + port), Step.CONNECT);

        assertThat(failed.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
        assertThat(failed.line()).contains("127.0.0.1:" + port, "start the server");
    }

    @Test
    void aServerThatTakesTheConnectionAndIsSilent() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> true)) {
            TargetAddress address =
                    TargetAddress.of("127.0.0.1:" + server.port()).with(Probing.timeouts(Duration.ofMillis(300)));

            Failed failed = failure(Probing.check(address), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(FailureKind.TIMEOUT);
            assertThat(failed.line()).contains("does not answer within 300 ms");
        }
    }

    @Test
    void aServerThatHangsUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> false)) {
            Failed failed = failure(Probing.check("127.0.0.1:" + server.port()), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(FailureKind.CONNECTION_CUT);
        }
    }

    @Test
    void aServerOfAnotherProtocol() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            ScriptedServer.text(out, "220 mail.example ESMTP\r\n");
            return false;
        })) {
            Failed failed = failure(Probing.check("127.0.0.1:" + server.port()), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(FailureKind.NOT_HTTP);
        }
    }

    @Test
    void aMissingKeyAndAWrongOne() throws Exception {
        try (ScriptedServer server = Engines.vllm()) {
            for (String path : new String[] {"GET /v1/models", "POST /v1/chat/completions", "POST /v1/completions"}) {
                server.on(path, 401, "application/json", "{\"error\":{\"message\":\"bad key sk-very-secret\"}}");
            }

            ProbeReport none = Probing.check(server.url());
            ProbeReport wrong = Probing.check(TargetAddress.of(server.url())
                    .with(Probing.PATIENT)
                    .with(new Credentials(Map.of(), Optional.of("sk-very-secret"), Optional.empty())));

            assertThat(failure(none, Step.HTTP).kind()).isEqualTo(FailureKind.UNAUTHORIZED);
            assertThat(failure(none, Step.HTTP).line()).contains("--api-key-env");
            assertThat(failure(wrong, Step.HTTP).line()).contains("not accepted", "bad key ***");
            assertThat(wrong.toString()).doesNotContain("very-secret");
            assertThat(Probing.line(wrong, Step.METRICS)).isEqualTo("passed: metrics of vllm");
        }
    }

    @Test
    void aListWithoutAKeyDoesNotHideAnEndpointThatWantsOne() throws Exception {
        try (ScriptedServer server = Engines.vllm()
                .on("POST /v1/chat/completions", 401, "application/json", "{\"error\":\"Unauthorized\"}")) {
            assertThat(failure(Probing.check(server.url()), Step.HTTP).kind()).isEqualTo(FailureKind.UNAUTHORIZED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "403, FORBIDDEN, ask its owner",
        "429, BUSY, a rate limit is reached",
        "503, BUSY, takes nothing on now",
        "502, SERVER_ERROR, look at the server's log"
    })
    void aDoorThatIsShut(int status, FailureKind kind, String words) throws Exception {
        try (ScriptedServer server = ScriptedServer.always(status, "application/json", "{\"error\":\"told why\"}")) {
            Failed failed = failure(Probing.check(server.url()), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(kind);
            assertThat(failed.line()).contains(words, "told why", Integer.toString(status));
        }
    }

    @Test
    void aPathWithNothingBelow() throws Exception {
        try (ScriptedServer server = Engines.vllm()) {
            Failed failed = failure(Probing.check(server.url() + "/wrong"), Step.PROTOCOL);

            assertThat(failed.kind()).isEqualTo(FailureKind.NOT_FOUND);
            assertThat(failed.line()).contains(server.url() + "/wrong", "check the path in --url, or leave it out");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, <html><title>Log in</title></html>, a web page",
        "application/json, '{\"hello\":\"world\"}', no LLM server says",
        "application/json, '[1]', no LLM server says",
        "text/plain, hello, no LLM server says"
    })
    void somethingElseThatSpeaksHttp(String contentType, String body, String words) throws Exception {
        try (ScriptedServer server = ScriptedServer.always(200, contentType, body)) {
            Failed failed = failure(Probing.check(server.url()), Step.PROTOCOL);

            assertThat(failed.kind()).isEqualTo(FailureKind.NOT_AN_LLM_ENDPOINT);
            assertThat(failed.line()).contains(words);
        }
    }

    @Test
    void aRedirectIsNamedAndNotFollowed() throws Exception {
        try (ScriptedServer elsewhere = Engines.vllm();
                ScriptedServer server = ScriptedServer.start()) {
            server.header("GET /v1/models", 302, "Location", "http://localhost:" + elsewhere.port() + "/v1/models");
            server.header(
                    "POST /v1/chat/completions",
                    307,
                    "Location",
                    "http://localhost:" + elsewhere.port() + "/v1/chat/completions");

            Failed failed = failure(Probing.check(server.url()), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(FailureKind.REDIRECTED);
            assertThat(failed.line()).contains("another host, http://localhost:" + elsewhere.port() + ", which");
            assertThat(elsewhere.asked()).isEmpty();
        }
    }

    @Test
    void aModelThatIsNotServed() throws Exception {
        try (ScriptedServer server =
                Engines.vllm().json("GET /v1/models", "{\"data\":[{\"id\":\"llama-3.1-8b\"},{\"id\":\"qwen3-4b\"}]}")) {
            Failed failed = failure(Probing.check(server.url(), Probing.model("llama-3-8b")), Step.MODEL);

            assertThat(failed.kind()).isEqualTo(FailureKind.MODEL_MISSING);
            assertThat(failed.line()).contains("closest name is 'llama-3.1-8b'", "llama-3.1-8b, qwen3-4b");
        }
    }

    @Test
    void severalModelsAndNoneChosen() throws Exception {
        try (ScriptedServer server =
                Engines.vllm().json("GET /v1/models", "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]}")) {
            Failed failed = failure(Probing.check(server.url()), Step.MODEL);

            assertThat(failed.line()).isEqualTo("3 models are served: name one with --model: a, b, c");
        }
    }

    @Test
    void severalModelsOfAnOllamaAndOneIsLoaded() throws Exception {
        String list = "{\"data\":[{\"id\":\"tiny:latest\"},{\"id\":\"big:70b\"},{\"id\":\"nomic:latest\"}]}";
        try (ScriptedServer server = Engines.ollama().json("GET /v1/models", list)) {
            assertThat(Probing.check(server.url()).discovery().orElseThrow().model())
                    .isEqualTo("tiny:latest");
            assertThat(Probing.check(server.url(), Probing.model("big:70b"))
                            .discovery()
                            .orElseThrow()
                            .model())
                    .isEqualTo("big:70b");

            server.json("GET /api/ps", Engines.resource("ollama-ps-empty.json"));
            assertThat(failure(Probing.check(server.url()), Step.MODEL).kind()).isEqualTo(FailureKind.MODEL_NOT_CHOSEN);
        }
    }

    @Test
    void noModelAtAllAndEmbeddingsOnly() throws Exception {
        try (ScriptedServer none = Engines.ollama()
                        .json("GET /v1/models", "{\"object\":\"list\",\"data\":null}")
                        .json("GET /api/tags", "{\"models\":[]}");
                ScriptedServer embedding =
                        Engines.ollama().json("POST /api/show", "{\"capabilities\":[\"embedding\"]}");
                ScriptedServer llamaCpp = Engines.llamaCpp()
                        .on("POST /v1/chat/completions", 501, "application/json", "{\"error\":{\"code\":501}}")
                        .on("POST /v1/completions", 501, "application/json", "{\"error\":{\"code\":501}}")) {
            assertThat(failure(Probing.check(none.url()), Step.MODEL).line()).contains("serves no model");
            assertThat(failure(Probing.check(embedding.url()), Step.MODEL).line())
                    .contains("tiny:latest makes embeddings");
            assertThat(failure(Probing.check(llamaCpp.url()), Step.PROTOCOL).kind())
                    .isEqualTo(FailureKind.NO_MODEL);
        }
    }

    @Test
    void anApiThatIsNotThere() throws Exception {
        try (ScriptedServer server = Engines.vllm()) {
            Failed failed = failure(Probing.check(server.url(), Probing.type(EndpointType.OLLAMA_CHAT)), Step.PROTOCOL);

            assertThat(failed.kind()).isEqualTo(FailureKind.NO_SUCH_API);
            assertThat(failed.line()).contains("/api/chat", "leave --endpoint-type out");
        }
    }

    @Test
    void anEngineThatLoadsForTooLong() throws Exception {
        String loading = "{\"error\":{\"message\":\"Loading model\",\"code\":503}}";
        ProbeTimeouts timeouts = new ProbeTimeouts(
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofMillis(10),
                Duration.ofMillis(1));
        try (ScriptedServer server = ScriptedServer.always(503, "application/json", loading)) {
            Failed failed = failure(Probing.check(TargetAddress.of(server.url()).with(timeouts)), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(FailureKind.LOADING);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ollama-runner-killed.sse, TRUNCATED, without a finish reason",
        "vllm-engine-killed.sse, STREAM_ERROR, an error inside a 200"
    })
    void anEngineThatDiesInTheMiddleOfAnAnswer(String stream, FailureKind kind, String words) throws Exception {
        try (ScriptedServer server = Engines.vllm().streaming("/v1/chat/completions", Engines.resource(stream))) {
            Failed failed = failure(Probing.check(server.url()), Step.ANSWER);

            assertThat(failed.kind()).isEqualTo(kind);
            assertThat(failed.line()).contains(words);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/event-stream | data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]} | EMPTY",
                "text/event-stream | data: hello | MALFORMED",
                "application/json | {\"choices\":[{\"message\":{\"content\":\"1\"},\"finish_reason\":\"stop\"}]} | NOT_STREAMED",
                "application/json | {\"error\":\"out of memory\"} | STREAM_ERROR",
                "text/html | <html></html> | NOT_AN_LLM_ENDPOINT"
            })
    void anAnswerThatIsNone(String contentType, String body, FailureKind kind) throws Exception {
        try (ScriptedServer server = Engines.vllm().on("POST /v1/chat/completions", (out, request) -> {
            if (request.body().equals("{}")) {
                return ScriptedServer.send(out, 422, "application/json", "{\"detail\":[{\"msg\":\"Field required\"}]}");
            } else {
                return ScriptedServer.send(out, 200, contentType, body + "\n\n");
            }
        })) {
            assertThat(failure(Probing.check(server.url()), Step.ANSWER).kind()).isEqualTo(kind);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "503, vllm-error-rejected.json, BUSY, currently busy",
        "503, ollama-error-503-busy.json, BUSY, maximum pending requests exceeded",
        "404, vllm-error-404-model.json, REQUEST_REFUSED, The model `nope` does not exist"
    })
    void aRefusalOfTheShortAnswer(int status, String resource, FailureKind kind, String words) throws Exception {
        try (ScriptedServer server = Engines.vllm().on("POST /v1/chat/completions", (out, request) -> {
            int code = request.body().equals("{}") ? 400 : status;
            return ScriptedServer.send(out, code, "application/json", Engines.resource(resource));
        })) {
            Failed failed = failure(Probing.check(server.url()), Step.ANSWER);

            assertThat(failed.kind()).isEqualTo(kind);
            assertThat(failed.line()).contains(words);
        }
    }

    @Test
    void anAnswerThatNeverComes() throws Exception {
        try (ScriptedServer server = Engines.vllm().on("POST /v1/chat/completions", (out, request) -> {
            if (request.body().equals("{}")) {
                return ScriptedServer.send(out, 400, "application/json", "{\"error\":\"no messages\"}");
            }
            return true;
        })) {
            ProbeTimeouts timeouts = new ProbeTimeouts(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(200),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(1));

            Failed failed = failure(Probing.check(TargetAddress.of(server.url()).with(timeouts)), Step.ANSWER);

            assertThat(failed.kind()).isEqualTo(FailureKind.TIMEOUT);
        }
    }

    @Test
    void metricsThatWereAskedForAndAreNotThere() throws Exception {
        try (ScriptedServer server = Engines.vllm()) {
            ProbeReport report = Probing.check(
                    server.url(),
                    new Wanted(
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(BaseUrl.parse(server.url() + "/nothing"))));

            assertThat(failure(report, Step.METRICS).kind()).isEqualTo(FailureKind.NO_METRICS);
            assertThat(report.discovery()).isPresent();
        }
    }

    @Test
    void aProxyThatIsNotThereAndOneThatIs() throws Exception {
        int closed = closedPort();
        try (ScriptedServer proxy = ScriptedServer.start()) {
            String target = "http://target.invalid:8000";
            proxy.json("GET " + target + "/v1/models", Engines.resource("vllm-v1-models.json"))
                    .streaming(target + "/v1/chat/completions", Engines.resource("vllm-chat.sse"));

            ProbeReport without = Probing.check(through(target, closed));
            ProbeReport with = Probing.check(through(target, proxy.port()));

            assertThat(failure(without, Step.CONNECT).kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
            assertThat(failure(without, Step.CONNECT).line()).contains("proxy");
            assertThat(with.failure()).isEmpty();
        }
    }

    private static TargetAddress through(String url, int proxyPort) {
        return TargetAddress.of(url)
                .with(Probing.PATIENT)
                .with(new Route(
                        Optional.empty(), Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", proxyPort))));
    }

    @Test
    void anEndlessBodyIsCut() throws Exception {
        try (ScriptedServer server =
                ScriptedServer.start().on("GET /v1/models", 200, "application/json", "[" + " ".repeat(3 << 20))) {
            Failed failed = failure(Probing.check(server.url()), Step.PROTOCOL);

            assertThat(failed.kind()).isEqualTo(FailureKind.NOT_AN_LLM_ENDPOINT);
        }
    }

    @Test
    void whatDependsOnAFailedStepIsSkipped() throws Exception {
        ProbeReport report = Probing.check("127.0.0.1:" + closedPort());

        for (Step step : new Step[] {Step.TLS, Step.HTTP, Step.PROTOCOL, Step.MODEL, Step.ANSWER, Step.METRICS}) {
            assertThat(Probing.outcome(report, step)).as(step.label()).isInstanceOf(Skipped.class);
        }
    }
}
