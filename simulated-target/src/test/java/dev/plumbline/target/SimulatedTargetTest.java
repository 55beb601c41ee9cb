package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server and real sockets; client and server share one JVM, hence one monotonic clock. */
@Timeout(60)
class SimulatedTargetTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM =
            "{\"model\":\"simulated\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":5,"
                    + "\"ignore_eos\":true,\"messages\":[{\"role\":\"user\",\"content\":\"twelve chars\"}]}";
    private static final SimulatedTargetSettings FAST = SimulatedTargetSettings.DEFAULT
            .withTiming(new TimingSettings(5_000_000, 0, 1_000_000, 0.1))
            .withOutput(new OutputSettings(8, 0.5, 1, false));

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static HttpClient client;
    private static SimulatedTarget shared;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        shared = SimulatedTarget.start(FAST);
    }

    @AfterAll
    static void stop() {
        shared.close();
        client.shutdownNow();
    }

    @Test
    void streamsChatAsVllmDoes() throws Exception {
        HttpResponse<String> response = post(shared, CHAT, STREAM, "shape");
        List<String> events = events(response);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream; charset=utf-8");
        assertThat(response.headers().firstValue("x-request-id")).contains("shape");
        assertThat(events).hasSize(8).last().isEqualTo("[DONE]");
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : events.subList(0, 7)) {
            chunks.add(MAPPER.readTree(event));
        }
        assertThat(chunks).allSatisfy(c -> {
            assertThat(c.path("object").asText()).isEqualTo("chat.completion.chunk");
            assertThat(c.path("id").asText())
                    .matches("chatcmpl-[0-9a-f]{16}")
                    .isEqualTo(chunks.getFirst().path("id").asText());
            assertThat(c.path("model").asText()).isEqualTo("simulated");
        });
        assertThat(chunks.get(0).at("/choices/0/delta").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
        for (JsonNode content : chunks.subList(1, 6)) {
            assertThat(content.at("/choices/0/delta/content").asText()).isNotEmpty();
        }
        assertThat(chunks.get(4).at("/choices/0/finish_reason").isNull()).isTrue();
        assertThat(chunks.get(5).at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(chunks.get(6).path("choices")).isEmpty();
        assertThat(chunks.get(6).path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":3,\"total_tokens\":8,\"completion_tokens\":5}");
    }

    @Test
    void answersSeveralPromptsInOneStreamAsVllmDoes() throws Exception {
        String body =
                "{\"prompt\":[\"four\",\"eight ch\"],\"n\":2,\"max_tokens\":3,\"ignore_eos\":true,\"stream\":true,"
                        + "\"stream_options\":{\"include_usage\":true}}";
        List<String> events = events(post(shared, "/v1/completions", body, "several"));

        assertThat(events).last().isEqualTo("[DONE]");
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : events.subList(0, events.size() - 2)) {
            chunks.add(MAPPER.readTree(event).at("/choices/0"));
        }
        assertThat(chunks).hasSize(12);
        assertThat(chunks.subList(0, 8).stream()
                        .map(chunk -> chunk.path("index").asInt())
                        .distinct())
                .as("they interleave")
                .containsExactlyInAnyOrder(0, 1, 2, 3);
        for (int choice = 0; choice < 4; choice++) {
            int index = choice;
            assertThat(chunks.stream()
                            .filter(chunk -> chunk.path("index").asInt() == index)
                            .map(chunk -> chunk.path("finish_reason").asText()))
                    .containsExactly("null", "null", "length");
        }
        assertThat(MAPPER.readTree(events.get(events.size() - 2)).path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":3,\"total_tokens\":15,\"completion_tokens\":12}");
        assertThat(shared.emitRecords().stream()
                        .filter(each -> each.requestId().startsWith("several"))
                        .map(each -> each.requestId() + " " + each.promptTokens() + " " + each.outputTokens()))
                .containsExactlyInAnyOrder("several:0 1 3", "several:1 1 3", "several:2 2 3", "several:3 2 3");
    }

    @Test
    void answersSeveralPromptsInOnePieceAlsoWhereTheyWaitForEachOther() throws Exception {
        try (SimulatedTarget narrow =
                SimulatedTarget.start(FAST.withCapacity(new CapacitySettings(1, 8, 429, 4096, 1 << 20)))) {
            String body = "{\"prompt\":[\"a\",\"b\",\"c\"],\"max_tokens\":2,\"ignore_eos\":true}";
            JsonNode whole = MAPPER.readTree(
                    post(narrow, "/v1/completions", body, "one-piece").body());

            assertThat(whole.path("choices")).hasSize(3);
            assertThat(whole.at("/choices/2/index").asInt()).isEqualTo(2);
            assertThat(whole.at("/choices/2/text").asText())
                    .isEqualTo(whole.at("/choices/0/text").asText());
            assertThat(whole.at("/usage/completion_tokens").asInt()).isEqualTo(6);
        }
    }

    @Test
    void oneAnswerThatFailsEndsAllOfItsRequest() throws Exception {
        try (SimulatedTarget narrow =
                SimulatedTarget.start(FAST.withCapacity(new CapacitySettings(1, 1, 429, 4096, 1 << 20)))) {
            String body = "{\"prompt\":[\"a\",\"b\",\"c\"],\"max_tokens\":2}";
            HttpResponse<String> refused = post(narrow, "/v1/completions", body, "refused");

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(narrow.emitRecords())
                    .extracting(EmitRecord::outcome)
                    .containsExactlyInAnyOrder(
                            EmitOutcome.DISCONNECTED, EmitOutcome.DISCONNECTED, EmitOutcome.REJECTED);
            assertThat(post(narrow, "/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":1}", "next")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Müller-7b", "模型/通义-7b", "a \"quoted\" one, back\\\\slashed", "😀"})
    void servesAModelOfAnyAlphabet(String model) throws Exception {
        SimulatedTargetSettings settings = new SimulatedTargetSettings(
                new SimulatedTargetSettings.Endpoint("127.0.0.1", 0, model, Optional.empty()),
                FAST.seed(),
                FAST.timing(),
                FAST.output(),
                FAST.capacity(),
                Optional.empty(),
                List.of());
        try (SimulatedTarget target = SimulatedTarget.start(settings)) {
            assertThat(MAPPER.readTree(get(target, "/v1/models").body())
                            .at("/data/0/id")
                            .asText())
                    .isEqualTo(model);
            String named = "{\"model\":" + MAPPER.writeValueAsString(model) + ",\"max_tokens\":2,\"prompt\":\"a b\","
                    + "\"input\":\"a b\",\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}]";
            for (String path :
                    List.of(CHAT, "/v1/completions", "/v1/messages", "/v1/responses", "/api/chat", "/api/generate")) {
                for (boolean stream : new boolean[] {true, false}) {
                    HttpResponse<String> answer = post(target, path, named + ",\"stream\":" + stream + "}", "-");
                    assertThat(answer.statusCode())
                            .as("%s %s", path, answer.body())
                            .isEqualTo(200);
                    String answered = answer.body()
                            .lines()
                            .map(line -> line.replaceFirst("^data: ", ""))
                            .filter(line -> line.startsWith("{"))
                            .map(SimulatedTargetTest::modelIn)
                            .filter(found -> !found.isEmpty())
                            .distinct()
                            .collect(Collectors.joining("|"));
                    assertThat(answered)
                            .as("%s, streamed %s: %s", path, stream, answer.body())
                            .isEqualTo(model);
                }
            }
            assertThat(post(target, CHAT, "{\"model\":\"Möller\"}", "-").body())
                    .contains("Möller")
                    .satisfies(body -> assertThat(
                                    MAPPER.readTree(body).at("/error/message").asText())
                            .contains(model));
            assertThat(get(target, "/metrics").body())
                    .contains("model_name=\"" + model.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        }
    }

    private static String modelIn(String json) {
        try {
            JsonNode found = MAPPER.readTree(json).findValue("model");
            return found == null ? "" : found.asText();
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    @Test
    void streamsCompletionsWithoutARoleAndWithoutUsageUnlessAsked() throws Exception {
        List<String> events = events(post(
                shared,
                "/v1/completions",
                "{\"stream\":true,\"max_tokens\":2,\"min_tokens\":2,\"prompt\":[1,2,3]}",
                "c"));

        assertThat(events).hasSize(3).last().isEqualTo("[DONE]");
        assertThat(MAPPER.readTree(events.get(0)).at("/choices/0/text").asText())
                .isNotEmpty();
        assertThat(MAPPER.readTree(events.get(1)).at("/choices/0/finish_reason").asText())
                .isEqualTo("length");
        assertThat(events.toString()).doesNotContain("usage").doesNotContain("role");
    }

    @Test
    void answersAsAWhole() throws Exception {
        JsonNode chat = MAPPER.readTree(post(shared, CHAT, STREAM.replace("\"stream\":true", "\"stream\":false"), "w")
                .body());
        JsonNode text = MAPPER.readTree(post(shared, "/v1/completions", "{\"prompt\":\"hello\",\"max_tokens\":3}", "v")
                .body());

        assertThat(chat.at("/choices/0/message/content").asText().split(" ")).hasSize(6);
        assertThat(chat.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(chat.at("/usage/completion_tokens").asInt()).isEqualTo(5);
        assertThat(text.at("/choices/0/text").asText()).isNotEmpty();
        assertThat(text.at("/usage/prompt_tokens").asInt()).isEqualTo(2);
        EmitRecord whole = awaitRecord(shared, "w");
        assertThat(whole.stamps().firstContentNanos()).isEmpty();
        assertThat(whole.stamps().lastContentNanos()).isPresent();
    }

    @Test
    void logsEmissionsThatNoClientCanSeeEarlier() throws Exception {
        for (int i = 0; i < 20; i++) {
            String id = "stamps-" + i;
            long sentNanos = System.nanoTime();
            List<Long> seen = new ArrayList<>();
            client.send(request(shared, CHAT, STREAM, id), HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .forEach(line -> {
                        long nanos = System.nanoTime();
                        if (line.contains("\"content\":\" ")) {
                            seen.add(nanos);
                        }
                    });
            EmitRecord logged = awaitRecord(shared, id);
            EmitStamps stamps = logged.stamps();

            assertThat(logged.contentChunks()).isEqualTo(5).isEqualTo(seen.size());
            assertThat(stamps.receivedNanos()).isGreaterThanOrEqualTo(sentNanos);
            assertThat(stamps.admittedNanos().orElseThrow()).isGreaterThanOrEqualTo(stamps.receivedNanos());
            assertThat(stamps.firstContentNanos().orElseThrow())
                    .isGreaterThan(stamps.admittedNanos().orElseThrow())
                    .isLessThanOrEqualTo(seen.getFirst());
            assertThat(stamps.lastContentNanos().orElseThrow())
                    .isGreaterThan(stamps.firstContentNanos().orElseThrow())
                    .isLessThanOrEqualTo(seen.getLast());
            // It is the stamp of this chunk and not of one long before: far below the 4 intervals between them.
            assertThat(stamps.firstContentNanos().orElseThrow()
                            - stamps.admittedNanos().orElseThrow())
                    .isGreaterThanOrEqualTo(3_000_000);
        }
    }

    @Test
    void repeatsARunWithTheSameSeedWhateverTheOrder() throws Exception {
        String free = STREAM.replace("\"max_tokens\":5,\"ignore_eos\":true,", "");
        List<String> ids = List.of("a", "b", "c", "d", "e", "f");
        try (SimulatedTarget again = SimulatedTarget.start(FAST);
                SimulatedTarget other = SimulatedTarget.start(FAST.withSeed(2))) {
            List<Integer> first = new ArrayList<>();
            for (String id : ids) {
                first.add(tokens(again, free, id));
            }
            List<Integer> reversed = new ArrayList<>();
            List<Integer> otherSeed = new ArrayList<>();
            for (String id : ids.reversed()) {
                reversed.addFirst(tokens(again, free, id));
                otherSeed.addFirst(tokens(other, free, id));
            }

            assertThat(reversed).isEqualTo(first);
            assertThat(otherSeed).isNotEqualTo(first);
            assertThat(first.stream().distinct().count()).isGreaterThan(1);
        }
    }

    @Test
    void queuesForItsOnlySlotInTheOrderOfArrival() throws Exception {
        try (SimulatedTarget target =
                SimulatedTarget.start(FAST.withCapacity(new CapacitySettings(1, 2, 429, 1000, 10_000)))) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                answers.add(client.sendAsync(
                        request(target, CHAT, STREAM.replace("\"max_tokens\":5", "\"max_tokens\":100"), "q" + i),
                        HttpResponse.BodyHandlers.ofString()));
                int expected = i;
                await(() -> target.running() + target.waiting() == expected + 1);
            }
            HttpResponse<String> refused = post(target, CHAT, STREAM, "one-too-many");
            answers.forEach(answer -> assertThat(answer).succeedsWithin(LONGEST));

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("retry-after")).contains("1");
            List<EmitRecord> records = target.emitRecords();
            assertThat(records).extracting(EmitRecord::requestId).containsExactly("one-too-many", "q0", "q1", "q2");
            for (int i = 2; i < 4; i++) {
                assertThat(records.get(i).stamps().admittedNanos().orElseThrow())
                        .isGreaterThanOrEqualTo(
                                records.get(i - 1).stamps().lastContentNanos().orElseThrow());
            }
        }
    }

    @Test
    void freesTheSlotOfAClientThatHangsUp() throws Exception {
        SimulatedTargetSettings slow = FAST.withTiming(new TimingSettings(60_000_000_000L, 0, 1, 0))
                .withCapacity(new CapacitySettings(1, 5, 503, 1000, 10_000));
        try (SimulatedTarget target = SimulatedTarget.start(slow)) {
            try (Socket socket = open(target)) {
                write(socket, CHAT, STREAM);
                await(() -> target.running() == 1);
            }
            await(() -> target.running() == 0);

            assertThat(target.emitRecords()).extracting(EmitRecord::outcome).containsExactly(EmitOutcome.DISCONNECTED);
        }
    }

    @Test
    void sendsHeadersAtOnceAndTheRoleOnlyThenIfToldTo() throws Exception {
        SimulatedTargetSettings slow = FAST.withTiming(new TimingSettings(60_000_000_000L, 0, 1, 0));
        try (SimulatedTarget late = SimulatedTarget.start(slow);
                SimulatedTarget early = SimulatedTarget.start(slow.withOutput(new OutputSettings(8, 0, 1, true)));
                Socket toLate = open(late);
                Socket toEarly = open(early)) {
            write(toLate, CHAT, STREAM);
            write(toEarly, CHAT, STREAM);
            BufferedReader fromEarly = reader(toEarly);
            BufferedReader fromLate = reader(toLate);

            assertThat(fromLate.readLine()).isEqualTo("HTTP/1.1 200 OK");
            String line = fromEarly.readLine();
            while (!line.startsWith("data: ")) {
                line = fromEarly.readLine();
            }
            assertThat(line).contains("\"role\":\"assistant\"");
            line = fromLate.readLine();
            while (!line.isEmpty()) {
                line = fromLate.readLine();
            }
            assertThat(fromLate.ready()).isFalse();
        }
    }

    @Test
    void keepsAConnectionForTheNextRequest() throws Exception {
        try (Socket socket = open(shared)) {
            BufferedReader reader = reader(socket);
            for (int i = 0; i < 2; i++) {
                write(socket, "/v1/completions", "{\"prompt\":\"x\",\"max_tokens\":1}");
                assertThat(reader.readLine()).isEqualTo("HTTP/1.1 200 OK");
                int length = 0;
                String line = reader.readLine();
                while (!line.isEmpty()) {
                    if (line.startsWith("content-length: ")) {
                        length = Integer.parseInt(line.substring(16));
                    }
                    line = reader.readLine();
                }
                assertThat(length).isPositive();
                assertThat(reader.skip(length)).isEqualTo(length);
            }
        }
    }

    @Test
    void showsEachRegression() throws Exception {
        try (SimulatedTarget target =
                SimulatedTarget.start(FAST.withTiming(new TimingSettings(2_000_000, 0, 500_000, 0)))) {
            target.setRegressions(Regressions.NONE.with("errorShare", 1));
            HttpResponse<String> error = post(target, CHAT, STREAM, "error");
            assertThat(error.statusCode()).isEqualTo(500);
            assertThat(MAPPER.readTree(error.body()).at("/error/code").asInt()).isEqualTo(500);

            target.setRegressions(Regressions.NONE.with("streamErrorShare", 1));
            List<String> broken = events(post(target, CHAT, STREAM, "broken"));
            assertThat(broken.getLast()).isEqualTo("[DONE]");
            assertThat(MAPPER.readTree(broken.get(broken.size() - 2))
                            .at("/error/code")
                            .asInt())
                    .isEqualTo(500);
            assertThat(broken.toString()).doesNotContain("\"finish_reason\":\"");

            target.setRegressions(Regressions.NONE.with("emptyShare", 1));
            List<String> empty = events(post(target, CHAT, STREAM, "empty"));
            assertThat(empty).hasSize(4);
            assertThat(empty.get(1)).contains("\"content\":\"\"").contains("\"finish_reason\":\"stop\"");
            assertThat(empty.get(2)).contains("\"completion_tokens\":0");

            target.setRegressions(Regressions.NONE.with("stallShare", 1).with("stallMillis", 300));
            post(target, CHAT, STREAM, "stall");
            target.setRegressions(Regressions.NONE.with("decodeFactor", 100));
            post(target, CHAT, STREAM, "decode");
            target.setRegressions(Regressions.NONE.with("prefillFactor", 100));
            post(target, CHAT, STREAM, "prefill");
            target.setRegressions(Regressions.NONE);

            assertThat(streamingNanos(awaitRecord(target, "stall"))).isGreaterThan(290_000_000);
            assertThat(streamingNanos(awaitRecord(target, "decode"))).isGreaterThan(190_000_000);
            EmitRecord prefill = awaitRecord(target, "prefill");
            assertThat(prefill.stamps().firstContentNanos().orElseThrow()
                            - prefill.stamps().admittedNanos().orElseThrow())
                    .isGreaterThanOrEqualTo(200_000_000);
            assertThat(prefill.activeRegressions()).containsExactly("prefillFactor");
        }
    }

    @Test
    void switchesRegressionsOverHttpAndSaysWhen() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(FAST)) {
            assertThat(get(target, "/admin/state").body()).contains("\"lastSwitch\":{}");
            long beforeNanos = System.nanoTime();
            HttpResponse<String> set = post(target, "/admin/regressions", "{\"decodeFactor\":1.5,\"slots\":3}", "-");
            JsonNode state = MAPPER.readTree(set.body());

            assertThat(set.statusCode()).isEqualTo(200);
            assertThat(state.at("/activeRegressions").toString()).isEqualTo("[\"decodeFactor\",\"slots\"]");
            assertThat(state.at("/lastSwitch/nanos").asLong()).isBetween(beforeNanos, System.nanoTime());
            assertThat(state.at("/lastSwitch/epochMillis").asLong()).isPositive();
            assertThat(state.at("/slots").asInt()).isEqualTo(3);
            assertThat(target.regressions().decodeFactor()).isEqualTo(1.5);

            assertThat(send(HttpRequest.newBuilder(uri(target, "/admin/regressions"))
                                    .DELETE()
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(target.regressions()).isEqualTo(Regressions.NONE);
        }
    }

    @Test
    void aWebPageSwitchesNothing() throws Exception {
        HttpResponse<String> posted = send(HttpRequest.newBuilder(
                        request(shared, "/admin/regressions", "{\"decodeFactor\":9}", "-"), (n, v) -> true)
                .header("Origin", "http://evil.example")
                .build());
        HttpResponse<String> deleted = send(HttpRequest.newBuilder(uri(shared, "/admin/regressions"))
                .header("Origin", "http://evil.example")
                .DELETE()
                .build());

        assertThat(posted.statusCode()).isEqualTo(403);
        assertThat(deleted.statusCode()).isEqualTo(403);
        assertThat(shared.regressions()).isEqualTo(Regressions.NONE);
    }

    @Test
    void whereATokenIsSetOnlyWhoeverKnowsItSwitches() throws Exception {
        String token = "0123456789abcdef";
        try (SimulatedTarget target = SimulatedTarget.start(FAST.withControlToken(token))) {
            HttpRequest asked = request(target, "/admin/regressions", "{\"decodeFactor\":1.5}", "-");
            assertThat(send(asked).statusCode()).isEqualTo(401);
            assertThat(target.regressions()).isEqualTo(Regressions.NONE);
            assertThat(send(HttpRequest.newBuilder(asked, (name, value) -> true)
                                    .header("Authorization", "Bearer " + token)
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(target.regressions().decodeFactor()).isEqualTo(1.5);
            assertThat(get(target, "/admin/state").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                       | name at least one",
                "{\"decodeFactor\":0}     | decodeFactor must be",
                "{\"decodeFactor\":\"x\"} | decodeFactor must be a number",
                "{\"speed\":2}            | no regression named speed",
                "{\"slots\":1.5}          | slots must be a whole number",
                "[1]                      | must be a JSON object",
                "{                        | JSON decode error"
            })
    void refusesARegressionThatItDoesNotUnderstand(String body, String message) throws Exception {
        HttpResponse<String> response = post(shared, "/admin/regressions", body, "-");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(MAPPER.readTree(response.body()).at("/error/message").asText())
                .contains(message);
        assertThat(shared.regressions()).isEqualTo(Regressions.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                        | 400 | body",
                "[]                                       | 400 | body",
                "{\"model\":\"nope\"}                     | 404 | model",
                "{}                                       | 400 | messages",
                "{\"messages\":[]}                        | 400 | messages",
                "{\"messages\":[{\"content\":\"x\"}]}     | 400 | messages",
                "{\"messages\":[{\"role\":\"u\",\"content\":\"x\"}],\"max_tokens\":0}     | 400 | max_tokens",
                "{\"messages\":[{\"role\":\"u\",\"content\":\"x\"}],\"max_tokens\":1.5}   | 400 | max_tokens",
                "{\"messages\":[{\"role\":\"u\",\"content\":\"x\"}],\"max_tokens\":32768} | 400 | max_tokens",
                "{\"messages\":[{\"role\":\"u\",\"content\":\"x\"}],\"stream\":\"yes\"}   | 400 | stream",
                "{\"messages\":[{\"role\":\"u\",\"content\":\"x\"}],\"n\":0}              | 400 | n"
            })
    void refusesWhatVllmRefuses(String body, int status, String parameter) throws Exception {
        HttpResponse<String> response = post(shared, CHAT, body, "refused");

        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode error = MAPPER.readTree(response.body()).path("error");
        assertThat(error.path("param").asText()).isEqualTo(parameter);
        assertThat(error.path("code").asInt()).isEqualTo(status);
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(shared.emitRecords()).extracting(EmitRecord::requestId).doesNotContain("refused");
    }

    @Test
    void refusesPathsMethodsAndBodiesThatItDoesNotServe() throws Exception {
        assertThat(get(shared, "/nope").statusCode()).isEqualTo(404);
        assertThat(get(shared, CHAT).statusCode()).isEqualTo(405);
        assertThat(post(shared, "/v1/models", "{}", "-").statusCode()).isEqualTo(405);
        assertThat(post(shared, CHAT, "x".repeat(2 << 20), "-").statusCode()).isEqualTo(413);
        assertThat(get(shared, "/admin/emit-log?limit=x").statusCode()).isEqualTo(400);
        assertThat(get(shared, "/health").statusCode()).isEqualTo(200);
        assertThat(get(shared, "/v1/models").body()).contains("\"id\":\"simulated\"");
    }

    @Test
    void refusesABodyWithOneByteTooManyAndServesTheNext() throws Exception {
        try (SimulatedTarget target =
                        SimulatedTarget.start(FAST.withCapacity(new CapacitySettings(1, 2, 503, 1000, 1000)));
                Socket socket = open(target)) {
            BufferedReader reader = reader(socket);
            for (int bytes : new int[] {1000, 1001, 15_000}) {
                String head = "POST " + CHAT + " HTTP/1.1\r\nhost: target\r\ntransfer-encoding: chunked\r\n\r\n";
                String body = Integer.toHexString(bytes) + "\r\n" + "x".repeat(bytes) + "\r\n0\r\n\r\n";
                socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));

                assertThat(reader.readLine())
                        .isEqualTo(
                                bytes == 1000 ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 413 Request Entity Too Large");
                String line = reader.readLine();
                int length = 0;
                while (!line.isEmpty()) {
                    length = line.startsWith("content-length: ") ? Integer.parseInt(line.substring(16)) : length;
                    line = reader.readLine();
                }
                assertThat(reader.skip(length)).isEqualTo(length);
            }
        }
    }

    @Test
    void asksForItsKey() throws Exception {
        var endpoint = new SimulatedTargetSettings.Endpoint("127.0.0.1", 0, "simulated", Optional.of("s3cret"));
        try (SimulatedTarget target = SimulatedTarget.start(FAST.withEndpoint(endpoint))) {
            HttpResponse<String> without = post(target, CHAT, STREAM, "k");
            HttpRequest wrong = HttpRequest.newBuilder(uri(target, "/v1/models"))
                    .header("authorization", "Bearer s3cre")
                    .build();
            HttpRequest right = HttpRequest.newBuilder(uri(target, "/v1/models"))
                    .header("authorization", "Bearer s3cret")
                    .build();

            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(without.body()).isEqualTo("{\"error\":\"Unauthorized\"}");
            assertThat(send(wrong).statusCode()).isEqualTo(401);
            assertThat(send(right).statusCode()).isEqualTo(200);
            assertThat(get(target, "/metrics").statusCode()).isEqualTo(200);
            assertThat(endpoint.toString()).doesNotContain("s3cret");
        }
    }

    @Test
    void exposesMetricsUnderVllmsNames() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(FAST)) {
            post(target, CHAT, STREAM, "m");
            List<String> lines = get(target, "/metrics").body().lines().toList();

            assertThat(lines)
                    .allMatch(Pattern.compile(
                                    "# (HELP|TYPE) vllm:[a-z0-9_]+ .+|vllm:[a-z0-9_]+\\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*} [0-9.E+-]+")
                            .asMatchPredicate());
            String labels = "{engine=\"0\",model_name=\"simulated\"} ";
            assertThat(lines)
                    .contains(
                            "vllm:num_requests_running" + labels + "0.0",
                            "vllm:num_requests_waiting" + labels + "0.0",
                            "vllm:kv_cache_usage_perc" + labels + "0.0",
                            "vllm:prompt_tokens_total" + labels + "3.0",
                            "vllm:generation_tokens_total" + labels + "5.0",
                            "vllm:request_success_total{engine=\"0\",finished_reason=\"length\",model_name=\"simulated\"} 1.0",
                            "vllm:time_to_first_token_seconds_count" + labels + "1.0",
                            "vllm:inter_token_latency_seconds_count" + labels + "4.0",
                            "vllm:request_time_per_output_token_seconds_count" + labels + "1.0",
                            "vllm:e2e_request_latency_seconds_count" + labels + "1.0",
                            "vllm:request_queue_time_seconds_count" + labels + "1.0",
                            "vllm:time_to_first_token_seconds_bucket{engine=\"0\",model_name=\"simulated\",le=\"0.001\"} 0.0",
                            "vllm:time_to_first_token_seconds_bucket{engine=\"0\",model_name=\"simulated\",le=\"2560.0\"} 1.0");
        }
    }

    @Test
    void writesItsEmitLogAndServesTheLatestOfIt() throws Exception {
        Path log = folder.resolve("emit.jsonl");
        try (SimulatedTarget target = SimulatedTarget.start(FAST.withEmitLogFile(log))) {
            for (int i = 0; i < 3; i++) {
                post(target, CHAT, STREAM, "log-" + i);
            }
            awaitRecord(target, "log-2");
            List<String> served =
                    get(target, "/admin/emit-log?limit=2").body().lines().toList();
            assertThat(served).hasSize(2);
            assertThat(MAPPER.readTree(served.get(0)).path("requestId").asText())
                    .isEqualTo("log-1");
        }
        List<String> lines = Files.readAllLines(log);

        assertThat(lines).hasSize(4);
        assertThat(MAPPER.readTree(lines.getFirst()).path("epochMillis").asLong())
                .isPositive();
        JsonNode last = MAPPER.readTree(lines.getLast());
        assertThat(last.path("requestId").asText()).isEqualTo("log-2");
        assertThat(last.path("ordinal").asInt()).isEqualTo(2);
        assertThat(last.path("outcome").asText()).isEqualTo("LENGTH");
        assertThat(last.path("lastContentNanos").asLong())
                .isGreaterThan(last.path("firstContentNanos").asLong());
    }

    @Test
    void saysThatItsPortIsTaken() {
        var endpoint = new SimulatedTargetSettings.Endpoint("127.0.0.1", shared.port(), "simulated", Optional.empty());

        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> SimulatedTarget.start(FAST.withEndpoint(endpoint)));
    }

    /**
     * From the first content to the last, as it was due. An emission that a busy machine delayed shortens what was
     * measured, by no more than the largest lateness, and never lengthens the schedule.
     */
    private static long streamingNanos(EmitRecord each) {
        return each.stamps().lastContentNanos().orElseThrow()
                - each.stamps().firstContentNanos().orElseThrow()
                + each.stamps().maxLatenessNanos();
    }

    private static int tokens(SimulatedTarget target, String body, String id) throws Exception {
        post(target, CHAT, body, id);
        return awaitRecord(target, id).outputTokens();
    }

    /** The latest record of that request. */
    private static EmitRecord awaitRecord(SimulatedTarget target, String id) {
        await(() -> target.emitRecords().stream().anyMatch(r -> r.requestId().equals(id)));
        return target.emitRecords().reversed().stream()
                .filter(r -> r.requestId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await().atMost(LONGEST).pollInterval(Duration.ofMillis(1)).until(condition::getAsBoolean);
    }

    private static URI uri(SimulatedTarget target, String path) {
        return URI.create(target.baseUrl() + path);
    }

    private static HttpRequest request(SimulatedTarget target, String path, String body, String id) {
        return HttpRequest.newBuilder(uri(target, path))
                .header("content-type", "application/json")
                .header("x-request-id", id)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static HttpResponse<String> post(SimulatedTarget target, String path, String body, String id)
            throws Exception {
        return send(request(target, path, body, id));
    }

    private static HttpResponse<String> get(SimulatedTarget target, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(target, path)).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> events(HttpResponse<String> response) {
        return response.body()
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> {
                    assertThat(line).startsWith("data: ");
                    return line.substring(6);
                })
                .toList();
    }

    private static Socket open(SimulatedTarget target) throws IOException {
        return new Socket(InetAddress.getByName("127.0.0.1"), target.port());
    }

    private static void write(Socket socket, String path, String body) throws IOException {
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nhost: target\r\ncontent-length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }
}
