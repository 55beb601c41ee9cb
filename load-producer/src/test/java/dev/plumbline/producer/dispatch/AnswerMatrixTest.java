package dev.plumbline.producer.dispatch;

import static dev.plumbline.protocol.scripted.ScriptedAnswer.body;
import static dev.plumbline.protocol.scripted.ScriptedAnswer.inOnePiece;
import static dev.plumbline.protocol.scripted.ScriptedAnswer.streamed;
import static dev.plumbline.protocol.scripted.Wire.CHAT;
import static dev.plumbline.protocol.scripted.Wire.MESSAGES;
import static dev.plumbline.protocol.scripted.Wire.OLLAMA_CHAT;
import static dev.plumbline.protocol.scripted.Wire.OLLAMA_GENERATE;
import static dev.plumbline.protocol.scripted.Wire.RESPONSES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedAnswer;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.protocol.scripted.Wire;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What servers answer and what the event says of it. Columns: what is odd; the answer; the outcome with its first words;
 * output tokens and who counted them; which of the first tokens have a time.
 */
@Timeout(60)
class AnswerMatrixTest {

    private static final String NO_TOKENS = "";
    private static final String NONE = "";

    /** TTFT and TTFA are there. */
    private static final String ANSWER = "TTFT TTFA";

    /** TTFT alone is there. */
    private static final String REASONING = "TTFT";

    private static Drive drive;

    @BeforeAll
    static void start() {
        drive = new Drive();
    }

    @AfterAll
    static void stop() {
        drive.close();
    }

    private static Arguments row(
            String odd, ScriptedAnswer answer, String outcome, String outputTokens, String firstTokens) {
        return Arguments.of(odd, Wire.CHAT, answer, outcome, outputTokens, firstTokens);
    }

    private static Arguments row(
            String odd, Wire wire, ScriptedAnswer answer, String outcome, String outputTokens, String firstTokens) {
        return Arguments.of(odd, wire, answer, outcome, outputTokens, firstTokens);
    }

    private static ScriptedAnswer chat() {
        return streamed(CHAT);
    }

    private static String parts(String content) {
        return "{\"choices\":[{\"delta\":{\"content\":[" + content + "]},\"finish_reason\":null}]}";
    }

    private static String finishInEach(String reason) {
        return "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":" + reason + "}]}";
    }

    private static String[] tenChunks() {
        return "x".repeat(10).split("");
    }

    static Stream<Arguments> contentParts() {
        String thinking = "{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}],\"closed\":true}";
        return Stream.of(
                row("thinking", chat().piece(parts(thinking)).finish("stop"), "COMPLETED stop", "1 CHUNKS", REASONING),
                row(
                        "thinking, the type last",
                        chat().piece(parts("{\"thinking\":\"hm\",\"type\":\"thinking\"}"))
                                .finish("stop"),
                        "COMPLETED stop",
                        "1 CHUNKS",
                        REASONING),
                row(
                        "reasoning by another name",
                        chat().piece(parts("{\"type\":\"reasoning\",\"text\":\"hm\"}"))
                                .finish("stop"),
                        "COMPLETED stop",
                        "1 CHUNKS",
                        REASONING),
                row(
                        "thinking, then text",
                        chat().piece(parts(thinking))
                                .piece(parts("{\"type\":\"text\",\"text\":\"Hi\"}"))
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 CHUNKS",
                        ANSWER),
                row(
                        "empty parts are no content",
                        chat().piece(parts("{\"type\":\"text\",\"text\":\"\"}"))
                                .piece(parts("{\"type\":\"thinking\",\"thinking\":[]}"))
                                .finish("stop"),
                        "EMPTY",
                        NO_TOKENS,
                        NONE),
                row(
                        "a picture",
                        chat().piece(parts("{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\"}}"))
                                .finish("stop"),
                        "COMPLETED stop",
                        "1 CHUNKS",
                        ANSWER),
                row("bare words", chat().piece(parts("\"Hi\"")).finish("stop"), "COMPLETED stop", "1 CHUNKS", ANSWER),
                row(
                        "redacted thinking",
                        MESSAGES,
                        streamed(MESSAGES)
                                .piece(
                                        "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"redacted_thinking\","
                                                + "\"data\":\"x\"}}")
                                .finish("end_turn"),
                        "COMPLETED end_turn",
                        "1 CHUNKS",
                        REASONING));
    }

    static Stream<Arguments> finishReasons() {
        return Stream.of(
                row(
                        "error",
                        chat().says("x").finish("error"),
                        "STREAM_ERROR finish reason 'error'",
                        "1 CHUNKS",
                        ANSWER),
                row(
                        "abort",
                        chat().says("x").finish("abort"),
                        "STREAM_ERROR finish reason 'abort'",
                        "1 CHUNKS",
                        ANSWER),
                row(
                        "error with words of its own",
                        chat().says("x")
                                .piece("{\"choices\":[{\"delta\":{},\"finish_reason\":\"error\",\"error\":"
                                        + "{\"message\":\"upstream died\"}}]}"),
                        "STREAM_ERROR upstream died",
                        "1 CHUNKS",
                        ANSWER),
                row(
                        "null as text, then cut",
                        chat().piece(finishInEach("\"null\""))
                                .piece(finishInEach("\"null\""))
                                .cut(),
                        "TRUNCATED",
                        "2 CHUNKS",
                        ANSWER),
                row(
                        "null as text, then stop",
                        chat().piece(finishInEach("\"null\"")).finish("stop"),
                        "COMPLETED stop",
                        "1 CHUNKS",
                        ANSWER),
                row(
                        "None as text, clean end",
                        chat().piece(finishInEach("\"None\"")),
                        "TRUNCATED the stream ended without a finish reason",
                        "1 CHUNKS",
                        ANSWER),
                row("in capitals", chat().says("x").finish("STOP"), "COMPLETED STOP", "1 CHUNKS", ANSWER),
                row("of TGI", chat().says("x").finish("eos_token"), "COMPLETED eos_token", "1 CHUNKS", ANSWER),
                row(
                        "known to nobody",
                        chat().says("x").finish("gremlins"),
                        "MALFORMED a finish reason that is not known: 'gremlins'",
                        "1 CHUNKS",
                        ANSWER),
                row(
                        "error in one piece",
                        inOnePiece(CHAT).says("x").finish("error"),
                        "STREAM_ERROR finish reason 'error'",
                        NO_TOKENS,
                        NONE),
                row(
                        "of Messages",
                        MESSAGES,
                        streamed(MESSAGES).says("x").finish("error"),
                        "STREAM_ERROR finish reason 'error'",
                        "1 CHUNKS",
                        ANSWER),
                row(
                        "of Ollama",
                        OLLAMA_CHAT,
                        streamed(OLLAMA_CHAT).says("x").finish("error"),
                        "STREAM_ERROR finish reason 'error'",
                        "1 CHUNKS",
                        ANSWER));
    }

    static Stream<Arguments> serversWords() {
        String page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
        return Stream.of(
                row(
                        "an error by its object",
                        body(
                                "application/json",
                                "{\"object\":\"error\",\"message\":\"CUDA out of memory\",\"code\":50001}"),
                        "STREAM_ERROR CUDA out of memory",
                        NO_TOKENS,
                        NONE),
                row(
                        "the same as an event",
                        chat().piece("{\"object\":\"error\",\"message\":\"CUDA out of memory\"}"),
                        "STREAM_ERROR CUDA out of memory",
                        NO_TOKENS,
                        NONE),
                row(
                        "a detail",
                        body("application/json", "{\"detail\":\"worker died\"}"),
                        "STREAM_ERROR worker died",
                        NO_TOKENS,
                        NONE),
                row(
                        "a message alone",
                        body("application/json", "{\"message\":\"Endpoint request timed out\"}"),
                        "STREAM_ERROR Endpoint request timed out",
                        NO_TOKENS,
                        NONE),
                row(
                        "a message alone, of Ollama's API",
                        OLLAMA_GENERATE,
                        body("application/json", "{\"detail\":\"worker died\"}"),
                        "STREAM_ERROR worker died",
                        NO_TOKENS,
                        NONE),
                row("a web page", body("text/html", page), "MALFORMED a web page: 502 Bad Gateway", NO_TOKENS, NONE),
                row(
                        "a web page that says it is JSON",
                        body("application/json", page),
                        "MALFORMED a web page: 502 Bad Gateway",
                        NO_TOKENS,
                        NONE),
                row(
                        "plain words in an event",
                        chat().piece("Internal Server Error"),
                        "MALFORMED not JSON: Internal Server Error",
                        NO_TOKENS,
                        NONE),
                row(
                        "plain words",
                        body("text/plain", "upstream connect error"),
                        "MALFORMED not JSON: upstream connect error",
                        NO_TOKENS,
                        NONE),
                row(
                        "plain words in an event named error",
                        chat().raw("event: error\ndata: the engine is gone\n\n"),
                        "STREAM_ERROR the engine is gone",
                        NO_TOKENS,
                        NONE),
                row(
                        "an object that nobody knows",
                        body("application/json", "{\"status\":\"starting\",\"eta\":12}"),
                        "EMPTY the answer is without content; it says {\"status\":\"starting\",\"eta\":12}",
                        NO_TOKENS,
                        NONE),
                row(
                        "a page with an error status",
                        body("text/html", page).status("502 Bad Gateway"),
                        "HTTP_5XX status 502, a web page: 502 Bad Gateway",
                        NO_TOKENS,
                        NONE),
                row(
                        "plain words with an error status",
                        body("text/plain", "no healthy upstream").status("500 Oops"),
                        "HTTP_5XX status 500, not JSON: no healthy upstream",
                        NO_TOKENS,
                        NONE),
                row(
                        "an event with an error status",
                        chat().status("500 Oops").fails("the engine is gone"),
                        "HTTP_5XX the engine is gone",
                        NO_TOKENS,
                        NONE),
                row(
                        "an error as a list",
                        body("application/json", "{\"errors\":[{\"message\":\"bad key\"}]}")
                                .status("403 No"),
                        "HTTP_4XX bad key",
                        NO_TOKENS,
                        NONE),
                row(
                        "longer than 200 characters",
                        body("text/plain", "y".repeat(4_000)),
                        "MALFORMED not JSON: " + "y".repeat(200),
                        NO_TOKENS,
                        NONE),
                row(
                        "the key is said again",
                        body("application/json", "{\"error\":\"key s3cret-key is not known\"}")
                                .status("401 No"),
                        "HTTP_4XX key *** is not known",
                        NO_TOKENS,
                        NONE));
    }

    static Stream<Arguments> usage() {
        return Stream.of(
                row(
                        "nothing beside ten chunks",
                        chat().says(tenChunks()).usage(0, 0).finish("stop"),
                        "COMPLETED stop",
                        "10 CHUNKS refused: 0 output tokens beside 10 chunks with content",
                        ANSWER),
                row(
                        "no output beside ten chunks",
                        chat().says(tenChunks()).usage(12, 0).finish("stop"),
                        "COMPLETED stop",
                        "10 CHUNKS refused: 0 output tokens beside 10 chunks with content",
                        ANSWER),
                row(
                        "none in one piece",
                        inOnePiece(CHAT).says("x").usage(0, 0).finish("stop"),
                        "COMPLETED stop",
                        "refused: 0 output tokens beside 1 chunk with content",
                        NONE),
                row(
                        "below x_groq",
                        chat().says("x", "y")
                                .piece(
                                        "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\","
                                                + "\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":7,\"total_tokens\":11}}}"),
                        "COMPLETED stop",
                        "7 SERVER_USAGE",
                        ANSWER),
                row(
                        "in the choice",
                        chat().says("x", "y")
                                .piece("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"usage\":"
                                        + "{\"prompt_tokens\":4,\"completion_tokens\":7,\"total_tokens\":11}}]}"),
                        "COMPLETED stop",
                        "7 SERVER_USAGE",
                        ANSWER),
                row(
                        "a sum that is none",
                        chat().says("x", "y")
                                .usage("{\"prompt_tokens\":4,\"completion_tokens\":900,\"total_tokens\":11}")
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 CHUNKS refused: 4 prompt and 900 output tokens are not 11 in all",
                        ANSWER),
                row(
                        "more reasoning than output",
                        chat().says("x", "y")
                                .usage("{\"prompt_tokens\":4,\"completion_tokens\":7,\"total_tokens\":11,"
                                        + "\"completion_tokens_details\":{\"reasoning_tokens\":70}}")
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 CHUNKS refused: 70 reasoning tokens among 7 output tokens",
                        ANSWER),
                row(
                        "reasoning beside the output, as the sum shows",
                        chat().says("x", "y")
                                .usage("{\"prompt_tokens\":4,\"completion_tokens\":7,\"total_tokens\":81,"
                                        + "\"completion_tokens_details\":{\"reasoning_tokens\":70}}")
                                .finish("stop"),
                        "COMPLETED stop",
                        "77 SERVER_USAGE",
                        ANSWER),
                row(
                        "a lie, and timings",
                        chat().says("x", "y")
                                .piece(
                                        "{\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0},\"timings\":"
                                                + "{\"prompt_n\":4,\"cache_n\":0,\"predicted_n\":5}}")
                                .finish("stop"),
                        "COMPLETED stop",
                        "5 SERVER_TIMINGS refused: 0 output tokens beside 2 chunks with content",
                        ANSWER),
                row(
                        "none of Ollama's",
                        OLLAMA_GENERATE,
                        streamed(OLLAMA_GENERATE).says("x", "y").usage(0, 0).finish("stop"),
                        "COMPLETED stop",
                        "2 CHUNKS refused: 0 output tokens beside 2 chunks with content",
                        ANSWER),
                row(
                        "a sum that is none, of Responses",
                        RESPONSES,
                        streamed(RESPONSES)
                                .says("x", "y")
                                .usage("{\"input_tokens\":4,\"output_tokens\":900,\"total_tokens\":11}")
                                .finish("stop"),
                        "COMPLETED completed",
                        "2 CHUNKS refused: 4 prompt and 900 output tokens are not 11 in all",
                        ANSWER),
                row("none told", chat().says("x", "y").finish("stop"), "COMPLETED stop", "2 CHUNKS", ANSWER));
    }

    static Stream<Arguments> labels() {
        return Stream.of(
                row(
                        "events that say they are JSON",
                        chat().labelled("application/json")
                                .says("x", "y")
                                .usage(4, 2)
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_USAGE",
                        ANSWER),
                row(
                        "events that say they are text",
                        chat().labelled("text/plain").says("x", "y").usage(4, 2).finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_USAGE",
                        ANSWER),
                row(
                        "a comment first",
                        chat().labelled("application/json")
                                .says("x")
                                .usage(4, 2)
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_USAGE",
                        ANSWER),
                row(
                        "JSON that says it is events",
                        inOnePiece(CHAT)
                                .labelled("text/event-stream")
                                .says("x")
                                .usage(4, 2)
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_USAGE",
                        NONE),
                row(
                        "an error in JSON that says it is events",
                        body("text/event-stream", "{\"error\":{\"message\":\"out of memory\"}}"),
                        "STREAM_ERROR out of memory",
                        NO_TOKENS,
                        NONE),
                row(
                        "lines that say they are JSON",
                        OLLAMA_CHAT,
                        streamed(OLLAMA_CHAT)
                                .labelled("application/json")
                                .says("x", "y")
                                .usage(4, 2)
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_TIMINGS",
                        ANSWER),
                row(
                        "Ollama's whole answer that says it is lines",
                        OLLAMA_CHAT,
                        inOnePiece(OLLAMA_CHAT)
                                .labelled("application/x-ndjson")
                                .says("x")
                                .usage(4, 2)
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_TIMINGS",
                        NONE),
                row(
                        "events where lines were to come",
                        OLLAMA_CHAT,
                        streamed(OLLAMA_CHAT)
                                .labelled("text/event-stream")
                                .raw("data: {\"message\":{\"content\":\"x\"},\"done\":false}\n\n")
                                .raw(
                                        "data: {\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n\n"),
                        "COMPLETED stop",
                        "1 CHUNKS",
                        ANSWER));
    }

    static Stream<Arguments> interimAnswers() {
        return Stream.of("100 Continue", "102 Processing", "103 Early Hints", "110 Whatever")
                .map(status -> row(
                        status,
                        chat().interim(status)
                                .interim(status)
                                .says("x")
                                .usage(4, 2)
                                .finish("stop"),
                        "COMPLETED stop",
                        "2 SERVER_USAGE",
                        ANSWER));
    }

    static Stream<Arguments> busyServers() {
        String busy = "The engine is currently busy and cannot accept new requests.";
        return Stream.of(
                row(
                        "vLLM, as a status",
                        body("application/json", "{\"error\":{\"message\":\"" + busy + "\",\"code\":503}}")
                                .status("503 Service Unavailable"),
                        "REJECTED " + busy,
                        NO_TOKENS,
                        NONE),
                row(
                        "vLLM, inside a 200",
                        chat().piece("{\"error\":{\"message\":\"" + busy + "\",\"type\":\"ServiceUnavailableError\","
                                + "\"param\":null,\"code\":503}}"),
                        "REJECTED " + busy,
                        NO_TOKENS,
                        NONE),
                row(
                        "in one piece inside a 200",
                        body("application/json", "{\"error\":{\"message\":\"slow down\",\"code\":\"429\"}}"),
                        "REJECTED slow down",
                        NO_TOKENS,
                        NONE),
                row(
                        "Anthropic, inside a 200",
                        MESSAGES,
                        streamed(MESSAGES)
                                .piece(
                                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"),
                        "REJECTED Overloaded",
                        NO_TOKENS,
                        NONE),
                row(
                        "Anthropic, as a status",
                        MESSAGES,
                        body(
                                        "application/json",
                                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")
                                .status("529 Overloaded"),
                        "REJECTED Overloaded",
                        NO_TOKENS,
                        NONE),
                row(
                        "Ollama, by its words alone",
                        OLLAMA_GENERATE,
                        streamed(OLLAMA_GENERATE)
                                .fails("server busy, please try again.  maximum pending requests exceeded"),
                        "REJECTED server busy",
                        NO_TOKENS,
                        NONE),
                row(
                        "after the first token it is no refusal",
                        chat().says("x").piece("{\"error\":{\"message\":\"" + busy + "\",\"code\":503}}"),
                        "STREAM_ERROR " + busy,
                        "1 CHUNKS",
                        ANSWER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"contentParts", "finishReasons", "serversWords", "usage", "labels", "interimAnswers", "busyServers"})
    void isTold(String odd, Wire wire, ScriptedAnswer answer, String outcome, String outputTokens, String firstTokens)
            throws Exception {
        RequestEvent event = answered(wire, answer);

        assertThat(told(event.outcome())).as(odd).startsWith(outcome);
        assertThat(told(event)).as("output tokens").isEqualTo(outputTokens);
        assertThat((event.ttftNanos().isPresent() ? "TTFT" : "")
                        + (event.ttfaNanos().isPresent() ? " TTFA" : ""))
                .as("first tokens")
                .isEqualTo(firstTokens);
    }

    /** Each API, as it should be, in both framings: what the rows above differ from. */
    @ParameterizedTest
    @MethodSource("wires")
    void isToldAsItIsWhenNothingIsOdd(Wire wire) throws Exception {
        boolean thinks = wire != Wire.COMPLETIONS;
        ScriptedAnswer stream = streamed(wire).usage(4, 7).finish("stop");
        RequestEvent streamed = answered(wire, (thinks ? stream.thinks("hm") : stream).says("x", "y"));
        RequestEvent whole =
                answered(wire, inOnePiece(wire).says("x", "y").usage(4, 7).finish("stop"));

        assertThat(told(streamed.outcome())).startsWith("COMPLETED ");
        assertThat(told(streamed)).startsWith("7 SERVER_");
        assertThat(streamed.response().contentChunks()).isEqualTo(thinks ? 3 : 2);
        assertThat(streamed.ttfaNanos()).isPresent();
        assertThat(told(whole.outcome())).startsWith("COMPLETED ");
        assertThat(told(whole)).startsWith("7 SERVER_");
        assertThat(whole.ttftNanos()).isEmpty();
    }

    @Test
    void aDateToRetryAfterIsReadAgainstTheAnswersOwn() throws Exception {
        RequestEvent event = answered(
                CHAT,
                body("application/json", "{\"error\":\"slow down\"}")
                        .status("429 Too Many Requests")
                        .header("Date", "Sun, 29 Nov 2026 11:59:30 GMT")
                        .header("Retry-After", "Sun, 29 Nov 2026 12:00:00 GMT"));

        assertThat(event.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.retryAfterMillis()).hasValue(30_000));
    }

    @Test
    void whatIsOddAndUnderstoodAllTheSameIsCounted() throws Exception {
        long mislabelled = drive.notes.mislabelledAnswers();
        long refused = drive.notes.refusedUsages();
        RequestEvent event = answered(
                CHAT, chat().labelled("application/json").says("x").usage(0, 0).finish("stop"));

        assertThat(told(event.outcome())).isEqualTo("COMPLETED stop");
        assertThat(drive.notes.mislabelledAnswers() - mislabelled).isEqualTo(1);
        assertThat(drive.notes.refusedUsages() - refused).isEqualTo(1);
    }

    static Stream<Wire> wires() {
        return Arrays.stream(Wire.values());
    }

    private static RequestEvent answered(Wire wire, ScriptedAnswer answer) throws Exception {
        EndpointType type = EndpointType.valueOf(wire.name());
        try (ScriptedServer server = new ScriptedServer(answer)) {
            Endpoint endpoint =
                    Endpoint.below(server.url(), type, Map.of("Authorization", "Bearer s3cret-key", "X-Short", "x"));
            return drive.one(endpoint, Drive.protocol(type, true), Drive.timeouts(10_000, 10_000, 20_000));
        }
    }

    private static String told(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> "COMPLETED " + completed.finishReason();
            case Outcome.Failed failed -> (failed.kind() + " " + failed.detail().orElse("")).strip();
            case Outcome.Dropped unused -> "DROPPED";
            case Outcome.Cancelled unused -> "CANCELLED";
        };
    }

    private static String told(RequestEvent event) {
        Optional<TokenCount> output = event.response().tokens().output();
        Optional<String> refused = event.response().tokens().refused();
        return (output.map(count -> count.count() + " " + count.source()).orElse("")
                        + refused.map(reason -> " refused: " + reason).orElse(""))
                .strip();
    }
}
