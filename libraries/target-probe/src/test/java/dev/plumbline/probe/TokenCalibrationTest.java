package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.plumbline.probe.TokenCalibration.Outcome;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenCalibrationTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SHORT = List.of(
            "way", "day", "man", "car", "law", "job", "eye", "war", "art", "boy", "age", "use", "air", "oil", "end",
            "kid", "lot", "mom");
    private static final List<String> LONG = List.of("question", "information", "government", "year");

    @TempDir
    private Path folder;

    private static List<String> all() {
        return java.util.stream.Stream.concat(LONG.stream(), SHORT.stream()).toList();
    }

    private static Outcome calibrated(String url, EndpointType type, String model, Optional<Path> file) {
        TargetAddress address = TargetAddress.of(url).with(Probing.PATIENT);
        Discovery discovery = new Discovery(
                address.url(),
                type,
                model,
                new Engine(Engine.Kind.VLLM, Optional.empty()),
                OptionalLong.of(4_096),
                Optional.empty(),
                new Discovery.Facts(Map.of(), Map.of()));
        return new TokenCalibration(address, discovery, System::nanoTime).calibrate(all(), file);
    }

    /** A server whose tokenizer makes a token of up to so many letters of a word, and whose template adds some. */
    private static final class Server implements AutoCloseable {
        private final HttpServer http;
        private final AtomicInteger tokenized = new AtomicInteger();

        Server(ToIntFunction<String> tokensOf, ToIntFunction<String> around) throws IOException {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.createContext("/", exchange -> {
                JsonNode body = JSON.readTree(exchange.getRequestBody());
                String answer;
                if (exchange.getRequestURI().getPath().equals("/tokenize")) {
                    tokenized.incrementAndGet();
                    answer = "{\"count\":"
                            + (1 + tokens(tokensOf, body.path("prompt").asText())) + "}";
                } else {
                    String prompt = body.at("/messages/0/content").asText();
                    answer =
                            "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"length\"}],"
                                    + "\"usage\":{\"prompt_tokens\":"
                                    + (tokens(tokensOf, prompt) + around.applyAsInt(prompt))
                                    + ",\"completion_tokens\":1}}";
                }
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            http.start();
        }

        private static int tokens(ToIntFunction<String> tokensOf, String text) {
            return Arrays.stream(text.split(" ")).mapToInt(tokensOf).sum();
        }

        String url() {
            return "http://127.0.0.1:" + http.getAddress().getPort();
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }

    private static int byThree(String word) {
        return (word.length() + 2) / 3;
    }

    @ParameterizedTest
    @EnumSource(
            value = EndpointType.class,
            names = {"CHAT", "COMPLETIONS"})
    void theWordsOfTheSimulatedTargetAreThoseOfThreeLettersAndASpace(EndpointType type) throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            assertThat(calibrated("http://127.0.0.1:" + target.port(), type, "simulated", Optional.empty()))
                    .isEqualTo(new Outcome.Known(SHORT, 0, "POST /tokenize"));
        }
    }

    @Test
    void whatATemplateAddsIsFoundBesideWordsOfOneToken() throws Exception {
        try (Server server = new Server(TokenCalibrationTest::byThree, prompt -> 11)) {
            assertThat(calibrated(server.url(), EndpointType.CHAT, "m", Optional.empty()))
                    .isEqualTo(new Outcome.Known(SHORT, 11, "POST /tokenize"));
        }
    }

    @Test
    void twoQuestionsAreAllWhereEveryWordIsAToken() throws Exception {
        try (Server server = new Server(word -> 1, prompt -> 3)) {
            Outcome.Known known = (Outcome.Known) calibrated(server.url(), EndpointType.CHAT, "m", Optional.empty());
            assertThat(known.words()).containsExactlyInAnyOrderElementsOf(all());
            assertThat(server.tokenized).hasValue(2);
        }
    }

    @Test
    void whatDoesNotAddUpOnTheTargetIsNotBelieved() throws Exception {
        try (Server server = new Server(word -> 1, prompt -> prompt.length() > 50 ? 4 : 3)) {
            assertThat(calibrated(server.url(), EndpointType.CHAT, "m", Optional.empty()))
                    .isInstanceOfSatisfying(
                            Outcome.Unknown.class,
                            unknown -> assertThat(unknown.why()).contains("counts a prompt of 24 words", "as 28"));
        }
        try (Server server = new Server(word -> 2, prompt -> 0)) {
            assertThat(calibrated(server.url(), EndpointType.CHAT, "m", Optional.empty()))
                    .isInstanceOfSatisfying(
                            Outcome.Unknown.class,
                            unknown -> assertThat(unknown.why()).contains("has only 0 of 22 common words"));
        }
    }

    @Test
    void whoHasNoTokenizerAndTellsNoUsageIsToldWhy() {
        try (ScriptedServer server = ScriptedServer.always(404, "application/json", "{}")) {
            assertThat(calibrated(server.url(), EndpointType.CHAT, "m", Optional.empty()))
                    .isEqualTo(new Outcome.Unknown("has no tokenizer that can be asked (POST /tokenize answers 404)"));
        }
        try (ScriptedServer server = ScriptedServer.always(200, "application/json", "{\"tokens\":{}}")) {
            assertThat(calibrated(server.url(), EndpointType.CHAT, "m", Optional.empty()))
                    .isEqualTo(new Outcome.Unknown("answers POST /tokenize without a count of tokens"));
        }
    }

    @Test
    void aTokenizerFileIsLookedUpAndTriedOnTheTarget() throws Exception {
        for (String space : List.of("\\u0120", "\u2581")) {
            StringBuilder vocabulary = new StringBuilder("{\"x\":0");
            SHORT.forEach(word -> vocabulary.append(",\"" + space + word + "\":1"));
            Path file =
                    write("{\"version\":\"1.0\",\"added_tokens\":[{\"id\":1,\"content\":\"year\"}],\"model\":{\"type\":"
                            + "\"BPE\",\"vocab\":" + vocabulary + ",\"year\":7},\"merges\":[[\"a\",\"b\"]]}}");
            try (Server server = new Server(TokenCalibrationTest::byThree, prompt -> 5)) {
                assertThat(calibrated(server.url(), EndpointType.CHAT, "m", Optional.of(file)))
                        .isEqualTo(new Outcome.Known(SHORT, 5, "tokenizer.json"));
                assertThat(server.tokenized).hasValue(0);
            }
        }
        StringBuilder scored = new StringBuilder("[[\"<unk>\",0.0]");
        SHORT.forEach(word -> scored.append(",[\"\u2581" + word + "\",-3.5]"));
        assertThat(TokenizerFile.known(write("{\"model\":{\"vocab\":" + scored + "]}}"), all()))
                .isEqualTo(SHORT);
        assertThat(calibrated("http://127.0.0.1:1", EndpointType.CHAT, "m", Optional.of(write("{\"a\":1}"))))
                .isInstanceOfSatisfying(
                        Outcome.Unknown.class,
                        unknown -> assertThat(unknown.why())
                                .contains("it has no model with a vocabulary", "give a tokenizer.json"));
    }

    private Path write(String json) throws IOException {
        return Files.writeString(folder.resolve("tokenizer.json"), json);
    }
}
