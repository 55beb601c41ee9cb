package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.target.lockstep.KvSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.MemorySettings;
import dev.plumbline.target.lockstep.StepCost;
import java.io.IOException;
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
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real server whose engine works in steps, and real sockets. A prompt of {@code n} letters has {@code n / 4} tokens. */
@Timeout(120)
class LockstepTargetTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String CHAT = "/v1/chat/completions";
    private static final long MEBI = 1L << 20;
    private static final Duration LONGEST = Duration.ofSeconds(100);
    private static final LockstepSettings STEPS = new LockstepSettings(
            new StepCost(1_000_000, 10_000, 1_000),
            32,
            256,
            new KvSettings(4096, 4, true),
            new MemorySettings(1024 * MEBI, 64 * MEBI, MEBI / 4, 2 * MEBI, 0.25, 0, false));
    private static final SimulatedTargetSettings SETTINGS = SimulatedTargetSettings.DEFAULT
            .withOutput(new OutputSettings(8, 0.5, 1, false))
            .withCapacity(new CapacitySettings(1, 100, 503, 4096, 1 << 20))
            .withLockstep(STEPS);

    private static HttpClient client;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        client.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/chat/completions | \"messages\":[{\"role\":\"user\",\"content\":\"PROMPT\"}] | /usage/prompt_tokens"
                        + " | /usage/prompt_tokens_details/cached_tokens | 33",
                "/v1/completions | \"prompt\":\"PROMPT\" | /usage/prompt_tokens"
                        + " | /usage/prompt_tokens_details/cached_tokens | 33",
                "/v1/responses | \"input\":\"PROMPT\" | /usage/input_tokens"
                        + " | /usage/input_tokens_details/cached_tokens | 33",
                "/v1/messages | \"messages\":[{\"role\":\"user\",\"content\":\"PROMPT\"}] | /usage/input_tokens"
                        + " | /usage/cache_read_input_tokens | 1"
            })
    void tellsWhatWasCachedInEachProtocolsOwnPlace(
            String path, String prompt, String promptPlace, String cachedPlace, int promptTokensOfTheSecond)
            throws Exception {
        String body = "{\"max_tokens\":2,\"max_output_tokens\":2,\"min_tokens\":2,"
                + prompt.replace("PROMPT", "abcd".repeat(33)) + "}";
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS)) {
            JsonNode first = MAPPER.readTree(post(target, path, body, "first").body());
            JsonNode second = MAPPER.readTree(post(target, path, body, "second").body());
            assertThat(post(target, "/reset_prefix_cache", "", "-").statusCode())
                    .isEqualTo(200);
            JsonNode third = MAPPER.readTree(post(target, path, body, "third").body());

            assertThat(List.of(first, second, third))
                    .extracting(answer -> answer.at(cachedPlace).asInt(-1))
                    .containsExactly(0, 32, 0);
            assertThat(List.of(first, second, third))
                    .extracting(answer -> answer.at(promptPlace).asInt(-1))
                    .containsExactly(33, promptTokensOfTheSecond, 33);
            assertThat(target.emitRecords())
                    .extracting(each -> each.steps().orElseThrow().cachedTokens())
                    .containsExactly(0, 32, 0);
            String metrics = get(target, "/metrics").body();
            assertThat(metrics)
                    .contains("vllm:prefix_cache_queries_total{engine=\"0\",model_name=\"simulated\"} 99.0\n")
                    .contains("vllm:prefix_cache_hits_total{engine=\"0\",model_name=\"simulated\"} 32.0\n")
                    .contains("vllm:num_preemptions_total{engine=\"0\",model_name=\"simulated\"} 0.0\n")
                    .contains("vllm:prompt_tokens_total{engine=\"0\",model_name=\"simulated\"} 99.0\n")
                    .contains("vllm:generation_tokens_total{engine=\"0\",model_name=\"simulated\"} 6.0\n")
                    .contains("vllm:num_requests_running{engine=\"0\",model_name=\"simulated\"} 0.0\n")
                    .contains("vllm:request_queue_time_seconds_count{engine=\"0\",model_name=\"simulated\"} 3.0\n")
                    .contains("vllm:cache_config_info{block_size=\"4\",enable_prefix_caching=\"True\",engine=\"0\","
                            + "num_gpu_blocks=\"4096\"} 1.0\n");
        }
    }

    @Test
    void findsTheBeginningOfAConversationAndNothingBehindAnotherRole() throws Exception {
        String head = "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"" + "abcd".repeat(20) + "\"}";
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS)) {
            post(target, CHAT, head + "]}", "turn-1");
            post(target, CHAT, head + ",{\"role\":\"assistant\",\"content\":\"efgh\"}]}", "turn-2");
            post(target, CHAT, head.replace("user", "system") + "]}", "other-role");

            assertThat(target.emitRecords())
                    .extracting(each -> each.steps().orElseThrow().cachedTokens())
                    .containsExactly(0, 20, 0);
        }
    }

    @Test
    void streamsTheSameToManyAtOnceAndLogsWhatHappened() throws Exception {
        Path log = folder.resolve("emit.jsonl");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS.withEmitLogFile(log))) {
            target.setRegressions(Regressions.NONE.with("slots", 0));
            for (int i = 0; i < 48; i++) {
                String body = "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":20,"
                        + "\"ignore_eos\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + "w".repeat(40 + i)
                        + "\"}]}";
                answers.add(
                        client.sendAsync(request(target, CHAT, body, "s-" + i), HttpResponse.BodyHandlers.ofString()));
            }
            Awaitility.await().atMost(LONGEST).until(() -> target.waiting() == 48);
            target.setRegressions(Regressions.NONE);
            answers.forEach(answer -> assertThat(answer).succeedsWithin(LONGEST));
            Awaitility.await().atMost(LONGEST).until(() -> target.emitRecords().size() == 48);

            assertThat(answers).allSatisfy(answer -> {
                String text = answer.resultNow().body();
                assertThat(text.lines().filter(line -> line.contains("\"content\":\" ")))
                        .hasSize(20);
                assertThat(text).contains("\"cached_tokens\":").endsWith("data: [DONE]\n\n");
            });
            assertThat(target.emitRecords()).allSatisfy(each -> {
                assertThat(each.outcome()).isEqualTo(EmitOutcome.LENGTH);
                assertThat(each.contentChunks()).isEqualTo(20);
                assertThat(each.steps().orElseThrow().queueNanos())
                        .hasValue(each.stamps().admittedNanos().orElseThrow()
                                - each.stamps().receivedNanos());
            });
            JsonNode steps = MAPPER.readTree(get(target, "/admin/state").body()).path("steps");
            // 32 run at a time: two rounds of 20 tokens and few steps of prefill, and not one step per token and
            // stream.
            assertThat(steps.path("count").asInt()).isBetween(40, 60);
            assertThat(steps.path("dead").asBoolean(true)).isFalse();
        }
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(49);
        assertThat(lines.subList(1, 49))
                .allSatisfy(line -> assertThat(line)
                        .contains("\"queueNanos\":")
                        .contains("\"cachedTokens\":")
                        .contains("\"preemptions\":0"));
    }

    @Test
    void preemptsUnderPressureAndEverybodyGetsAllOfTheirTokens() throws Exception {
        LockstepSettings tight =
                new LockstepSettings(STEPS.cost(), 32, 256, new KvSettings(40, 4, false), STEPS.memory());
        try (SimulatedTarget target =
                SimulatedTarget.start(SETTINGS.withCapacity(new CapacitySettings(1, 100, 503, 160, 1 << 20))
                        .withLockstep(tight))) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String body = "{\"max_tokens\":80,\"ignore_eos\":true,\"prompt\":\"" + "w".repeat(64) + "\"}";
                answers.add(client.sendAsync(
                        request(target, "/v1/completions", body, "p-" + i), HttpResponse.BodyHandlers.ofString()));
            }
            answers.forEach(answer -> assertThat(answer).succeedsWithin(LONGEST));

            long preemptions = target.emitRecords().stream()
                    .flatMapToLong(
                            each -> LongStream.of(each.steps().orElseThrow().preemptions()))
                    .sum();
            assertThat(preemptions).isPositive();
            assertThat(target.emitRecords())
                    .extracting(EmitRecord::outputTokens)
                    .containsOnly(80);
            assertThat(get(target, "/metrics").body())
                    .contains("vllm:num_preemptions_total{engine=\"0\",model_name=\"simulated\"} "
                            + (double) preemptions + "\n")
                    .contains("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"simulated\"} 0.0\n");
        }
    }

    @Test
    void leaksUntilItRunsOutOfMemory() throws Exception {
        LockstepSettings leaking = new LockstepSettings(
                STEPS.cost(),
                32,
                256,
                STEPS.kv(),
                new MemorySettings(100 * MEBI, 64 * MEBI, MEBI / 4, 2 * MEBI, 0, 16 * MEBI, false));
        String body = "{\"max_tokens\":1,\"prompt\":\"abcd\"}";
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS.withLockstep(leaking))) {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                statuses.add(post(target, "/v1/completions", body, "m-" + i).statusCode());
            }
            HttpResponse<String> refused = post(target, "/v1/completions", body, "last");

            assertThat(statuses).containsExactly(200, 200, 200, 500);
            assertThat(MAPPER.readTree(refused.body()).at("/error/message").asText())
                    .startsWith("CUDA out of memory. Tried to allocate 2.00 MiB.");
            assertThat(gpu(target, "memory.used,memory.total", "csv,noheader,nounits"))
                    .isEqualTo("100, 100\n");
            assertThat(get(target, "/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void isUnhealthyOnceItsEngineHasDied() throws Exception {
        LockstepSettings dying = new LockstepSettings(
                STEPS.cost(),
                32,
                256,
                STEPS.kv(),
                new MemorySettings(65 * MEBI, 64 * MEBI, MEBI / 4, MEBI, 0, 0, true));
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS.withLockstep(dying))) {
            assertThat(get(target, "/health").statusCode()).isEqualTo(200);
            HttpResponse<String> fatal =
                    post(target, "/v1/completions", "{\"max_tokens\":1,\"prompt\":\"abcdabcdabcdabcda\"}", "fatal");
            HttpResponse<String> after =
                    post(target, "/v1/completions", "{\"max_tokens\":1,\"prompt\":\"a\"}", "after");

            assertThat(fatal.statusCode()).isEqualTo(500);
            assertThat(fatal.body()).contains("CUDA out of memory");
            assertThat(after.statusCode()).isEqualTo(500);
            assertThat(after.body()).contains("EngineCore encountered an issue");
            assertThat(get(target, "/health").statusCode()).isEqualTo(503);
            assertThat(gpu(target, "memory.used", "csv,noheader")).isEqualTo("0 MiB\n");
        }
    }

    @Test
    void showsItsGpuOnceAndAgainAndAgain() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS)) {
            assertThat(gpu(target, "index,memory.used,pstate", "csv"))
                    .isEqualTo("index, memory.used [MiB], pstate\n0, 64 MiB, P8\n");
            HttpResponse<String> unknown = get(target, "/admin/nvidia-smi?query=index,nonsense");
            assertThat(unknown.statusCode()).isEqualTo(400);
            assertThat(unknown.body()).startsWith("Field \"nonsense\" is not a valid field to query.");
            assertThat(get(target, "/admin/nvidia-smi?query=index&lms=x").statusCode())
                    .isEqualTo(400);
            HttpResponse<Stream<String>> rows = client.send(
                    HttpRequest.newBuilder(uri(target, "/admin/nvidia-smi?query=memory.used&format=csv,noheader&lms=5"))
                            .build(),
                    HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = rows.body()) {
                assertThat(lines.limit(5)).containsOnly("64 MiB").hasSize(5);
            }
        }
    }

    @Test
    void aWebPageResetsNothingAndAnOrdinaryTargetHasNothingToReset() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SETTINGS);
                SimulatedTarget ordinary = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            HttpRequest reset = request(target, "/reset_prefix_cache", "", "-");
            assertThat(client.send(
                                    HttpRequest.newBuilder(reset, (name, value) -> true)
                                            .header("Origin", "http://evil.example")
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(403);
            assertThat(post(ordinary, "/reset_prefix_cache", "", "-").statusCode())
                    .isEqualTo(404);
            assertThat(get(ordinary, "/admin/nvidia-smi?query=index").statusCode())
                    .isEqualTo(404);
            assertThat(get(ordinary, "/metrics").body()).doesNotContain("prefix_cache");
            assertThat(get(ordinary, "/admin/state").body()).doesNotContain("steps");
        }
    }

    @Test
    void refusesACacheThatDoesNotHoldTheLongestRequest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.withCapacity(new CapacitySettings(1, 1, 503, 4 * 4096 + 1, 1000)))
                .withMessage("a KV cache of 16384 tokens does not hold one request of maxModelLengthTokens, 16385");
    }

    private static String gpu(SimulatedTarget target, String query, String format) throws Exception {
        return get(target, "/admin/nvidia-smi?query=" + query + "&format=" + format)
                .body();
    }

    private static URI uri(SimulatedTarget target, String path) {
        return URI.create(target.baseUrl() + path);
    }

    private static HttpRequest request(SimulatedTarget target, String path, String body, String id) {
        return HttpRequest.newBuilder(uri(target, path))
                .timeout(LONGEST)
                .header("X-Request-Id", id)
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .build();
    }

    private static HttpResponse<String> post(SimulatedTarget target, String path, String body, String id)
            throws IOException, InterruptedException {
        return client.send(request(target, path, body, id), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(SimulatedTarget target, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(target, path)).timeout(LONGEST).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
