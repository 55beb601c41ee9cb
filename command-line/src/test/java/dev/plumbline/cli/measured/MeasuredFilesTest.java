package dev.plumbline.cli.measured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.measured.Measurement.OfRequests;
import dev.plumbline.cli.measured.Measurement.OfSummary;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunWindow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every number of a foreign file is the one of our definition, reckoned here by hand from the file. */
class MeasuredFilesTest {

    private static final Path REAL = Path.of("src/test/resources/dev/plumbline/cli/measured");
    private static final double ROUNDING = 1e-6;

    @TempDir
    private Path folder;

    private static Measurement only(Path file) {
        List<Measurement> all = new MeasuredFiles(1e6, "name a smaller unit").read(file);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static OfRequests requests(Path file) {
        return (OfRequests) only(file);
    }

    private static WindowSummary sum(OfRequests file) {
        return file.run().windows().stream()
                .map(RunWindow::measured)
                .reduce(WindowSummary.empty(), WindowSummary::plus);
    }

    private static void assertMean(OfRequests file, LatencyMetric metric, List<Double> millis) {
        Histogram values = sum(file).latency(metric);
        assertThat(values.count()).isEqualTo(millis.size());
        assertThat(values.meanNanos().orElseThrow() / 1e6)
                .isCloseTo(
                        millis.stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow(),
                        within(0.001));
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    @Test
    void vllmBenchIsReadByItsArraysInSeconds() throws IOException {
        Path file = REAL.resolve("vllm-bench-0.33.0-detailed.json");
        OfRequests read = requests(file);
        JsonNode told = json(file);
        List<Double> ttft = new ArrayList<>();
        List<Double> tpot = new ArrayList<>();
        List<Double> e2e = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            double gaps = 0;
            for (JsonNode gap : told.get("itls").get(i)) {
                gaps += gap.asDouble();
            }
            ttft.add(1e3 * told.get("ttfts").get(i).asDouble());
            tpot.add(1e3 * gaps / (told.get("output_lens").get(i).asInt() - 1));
            e2e.add(1e3 * (told.get("ttfts").get(i).asDouble() + gaps));
        }
        assertMean(read, LatencyMetric.TTFT, ttft);
        assertMean(read, LatencyMetric.TPOT, tpot);
        assertMean(read, LatencyMetric.E2E, e2e);
        assertThat(sum(read).tokens().output()).isEqualTo(sumOf(told.get("output_lens")));
        assertThat(sum(read).tokens().prompt()).isEqualTo(sumOf(told.get("input_lens")));
        assertThat(read.facts())
                .containsEntry(Facts.TOOL, "vllm bench")
                .containsEntry(Facts.MODEL, "simulated")
                .containsEntry(Facts.LOAD, "c4")
                .containsEntry(Facts.ENDPOINT, "openai-chat");
        assertThat(read.notes()).isEmpty();
    }

    private static long sumOf(JsonNode numbers) {
        long sum = 0;
        for (JsonNode number : numbers) {
            sum += number.asLong();
        }
        return sum;
    }

    @Test
    void aiperfIsReadWithoutItsWarmUpAndWithTheServersTokens() throws IOException {
        OfRequests read = requests(REAL.resolve("aiperf-0.13.0.jsonl"));
        List<Double> ttft = new ArrayList<>();
        List<Double> tpot = new ArrayList<>();
        for (String line : Files.readAllLines(REAL.resolve("aiperf-0.13.0.jsonl"))) {
            JsonNode record = new ObjectMapper().readTree(line);
            if (record.get("metadata").get("benchmark_phase").asText().equals("profiling")) {
                JsonNode metrics = record.get("metrics");
                double first = metrics.get("time_to_first_token").get("value").asDouble();
                double last = metrics.get("request_latency").get("value").asDouble();
                ttft.add(first);
                tpot.add((last - first)
                        / (metrics.get("usage_completion_tokens").get("value").asInt() - 1));
            }
        }
        assertThat(ttft).hasSize(4);
        assertMean(read, LatencyMetric.TTFT, ttft);
        assertMean(read, LatencyMetric.TPOT, tpot);
        assertThat(read.facts())
                .containsEntry(Facts.TOOL, "aiperf")
                .containsEntry(Facts.MODEL, "simulated")
                .containsEntry(Facts.LOAD, "c4")
                .containsEntry(Facts.ENDPOINT, "chat");
    }

    @Test
    void aiperfWithoutTheFileBesideItSaysWhatIsNotTold() throws IOException {
        Path alone = Files.copy(REAL.resolve("aiperf-0.13.0.jsonl"), folder.resolve("profile_export.jsonl"));
        OfRequests read = requests(alone);
        assertThat(read.facts()).containsOnlyKeys(Facts.TOOL);
        assertThat(read.notes()).singleElement().asString().contains("profile_export_aiperf.json is not beside it");
    }

    @Test
    void guidellmIsReadToTheLastTokenAndItsItlIsOurTpot() throws IOException {
        Path file = REAL.resolve("guidellm-0.8.1.json");
        OfRequests read = requests(file);
        List<Double> ttft = new ArrayList<>();
        List<Double> itl = new ArrayList<>();
        List<Double> e2e = new ArrayList<>();
        for (JsonNode request :
                json(file).get("benchmarks").get(0).get("requests").get("successful")) {
            JsonNode timings = request.get("info").get("timings");
            ttft.add(request.get("time_to_first_token_ms").asDouble());
            itl.add(request.get("inter_token_latency_ms").asDouble());
            e2e.add(1e3
                    * (timings.get("last_token_iteration").asDouble()
                            - timings.get("request_start").asDouble()));
        }
        assertThat(ttft).hasSize(5);
        assertMean(read, LatencyMetric.TTFT, ttft);
        assertMean(read, LatencyMetric.TPOT, itl);
        assertMean(read, LatencyMetric.E2E, e2e);
        assertThat(read.facts())
                .containsEntry(Facts.TOOL, "guidellm")
                .containsEntry(Facts.MODEL, "simulated")
                .containsEntry(Facts.LOAD, "c4")
                .containsEntry(Facts.ENDPOINT, "/v1/chat/completions");
        assertThat(read.notes()).singleElement().asString().contains("5 of 600 requests");
    }

    @ParameterizedTest
    @CsvSource({"vllm-bench-0.33.0-summary.json, --save-detailed", "aiperf-0.13.0_aiperf.json, aiperf-0.13.0.jsonl"})
    void aSummaryNamesWhatWritesTheRequests(String name, String remedy) {
        assertThat(only(REAL.resolve(name)))
                .isInstanceOfSatisfying(
                        OfSummary.class, summary -> assertThat(summary.remedy()).contains(remedy));
    }

    @Test
    void otherSummariesAreKnownToo() throws IOException {
        Path inference = write("s.json", "{\"load_summary\":{\"count\":2},\"successes\":{}}");
        assertThat(only(inference))
                .isInstanceOfSatisfying(
                        OfSummary.class, summary -> assertThat(summary.remedy()).contains("per_request: true"));
        Path genai = write("g.json", "{\"aggregated_metrics\":{\"num_concurrency\":4}}");
        assertThat(only(genai)).isInstanceOf(OfSummary.class);
    }

    @Test
    void failedRequestsOfVllmBenchAreNoLatencies() throws IOException {
        Path file = write(
                "v.json",
                "{\"model_id\":\"m\",\"num_prompts\":3,\"request_rate\":\"inf\",\"max_concurrency\":2,"
                        + "\"input_lens\":[10,10,10],\"output_lens\":[3,0,1],\"ttfts\":[0.1,0.0,0.2],"
                        + "\"itls\":[[0.01,0.03],[],[]],\"start_times\":[1.0,1.1,1.2],"
                        + "\"errors\":[\"\",\"Too Many Requests\",\"\"]}");
        WindowSummary read = sum(requests(file));
        assertThat(read.requests().completed()).isEqualTo(2);
        assertThat(read.requests().failed()).containsEntry(FailureKind.REJECTED, 1L);
        assertThat(read.latency(LatencyMetric.TTFT).minNanos()).hasValue(100_000_000);
        assertThat(read.latency(LatencyMetric.TPOT).count()).isEqualTo(1);
        assertThat(read.latency(LatencyMetric.TPOT).minNanos()).hasValue(20_000_000);
        assertThat(read.latency(LatencyMetric.E2E).maxNanos()).hasValue(200_000_000);
    }

    @Test
    void appendedResultsOfVllmBenchAreRunsOfTheirOwn() throws IOException {
        String one = Files.readString(REAL.resolve("vllm-bench-0.33.0-detailed.json"));
        Path file = write("v.json", one + "\n" + one);
        assertThat(new MeasuredFiles(1, "").read(file)).hasSize(2);
    }

    @Test
    void inferencePerfStagesAreNotPooled() throws IOException {
        Path file = write(
                "per_request_lifecycle_metrics.json",
                "[{\"stage_id\":0,\"scheduled_time\":1.0,\"start_time\":1.0,\"end_time\":1.5,\"request_data\":\"{}\","
                        + "\"info\":{\"request_metrics\":{\"text\":{\"input_tokens\":7}},\"response_metrics\":{"
                        + "\"output_tokens\":9,\"server_usage\":{\"completion_tokens\":3},"
                        + "\"output_token_times\":[1.1,1.2,1.4]}},\"error\":null},"
                        + "{\"stage_id\":1,\"start_time\":2.0,\"end_time\":2.5,\"info\":{},"
                        + "\"error\":{\"error_type\":\"HTTP Error 503\",\"error_msg\":\"busy\"}}]");
        OfRequests read = requests(file);
        assertThat(read.run().series()).extracting("name").containsExactly("stage 0", "stage 1");
        WindowSummary first = read.run().series().get(0).windows().get(0).measured();
        assertThat(first.latency(LatencyMetric.TTFT).meanNanos().orElseThrow() / 1e6)
                .isCloseTo(100, within(ROUNDING));
        assertThat(first.latency(LatencyMetric.TPOT).meanNanos().orElseThrow() / 1e6)
                .isCloseTo(150, within(ROUNDING));
        assertThat(first.latency(LatencyMetric.E2E).meanNanos().orElseThrow() / 1e6)
                .isCloseTo(400, within(ROUNDING));
        assertThat(first.tokens().prompt()).isEqualTo(7);
        assertThat(read.run()
                        .series()
                        .get(1)
                        .windows()
                        .get(0)
                        .measured()
                        .requests()
                        .failed())
                .containsEntry(FailureKind.HTTP_5XX, 1L);
    }

    @ParameterizedTest
    @CsvSource({"ms, 1", "s, 1000"})
    void genaiBenchIsReadInTheUnitThatStandsBehindItsNumbers(String unit, double factor) throws IOException {
        Path file = write(
                "g.json",
                "{\"aggregated_metrics\":{\"scenario\":\"D(100,100)\",\"num_concurrency\":4},"
                        + "\"individual_request_metrics\":[{\"ttft\":100.0,\"tpot\":20.0,\"e2e_latency\":400.0,"
                        + "\"num_input_tokens\":10,\"num_output_tokens\":16,\"error_code\":null},"
                        + "{\"error_code\":429,\"error_message\":\"slow down\"}],\"_time_unit\":\"" + unit + "\"}");
        OfRequests read = requests(file);
        assertThat(sum(read).latency(LatencyMetric.TTFT).meanNanos().orElseThrow() / 1e6)
                .isCloseTo(100 * factor, within(ROUNDING));
        assertThat(sum(read).requests().failed()).containsEntry(FailureKind.REJECTED, 1L);
        assertThat(read.facts()).containsEntry(Facts.LOAD, "c4");
        assertThat(read.notes()).anyMatch(note -> note.contains("tells no times"));
    }

    @Test
    void aPackedFileIsReadAsItIs() throws IOException {
        Path file = folder.resolve("packed.bin");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            Files.copy(REAL.resolve("vllm-bench-0.33.0-detailed.json"), out);
        }
        assertThat(sum(requests(file)).requests().completed()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_id\":\"m\",\"num_prompts\":1,\"request_rate\":1,\"ttfts\":[\"x\"]}|/ttfts/0 is x, a number was expected",
                "{\"model_id\":\"m\",\"num_prompts\":1,\"request_rate\":1,\"ttfts\":[0.1],\"itls\":[]}|/itls has 0 entries, /ttfts 1",
                "{\"model_id\":\"m\",\"num_prompts\":1,\"request_rate\":1,\"ttfts\":[0.1|ends in the middle",
                "{\"model_id\":\"m\",\"num_prompts\":1,\"request_rate\":1,\"ttfts\":[-0.1]}|is -0.1 s",
                "{\"hello\":1}|is of no kind that is known",
                "[{\"start_time\":\"x\",\"end_time\":2}]|/0/start_time is \"x\", a number was expected",
                "[{\"start_time\":1,\"end_time\":null}]|/0 has no number 'end_time'",
                "1\\n2\\n-3|line 3 is -3",
                "1\\n2,5|line 2 is '2,5': one number on each line is read, of a table take one column",
                "latency\\n3|line 1 is 'latency'",
                "1\\n2d|line 2 is '2d'",
                "[1,null]|/1 is null, a number was expected",
                "{\"metadata\":{\"request_start_ns\":5},\"metrics\":{\"time_to_first_token\":{\"value\":1,\"unit\":\"h\"}}}|unit is 'h', known are",
                "{\"metadata\":{\"request_start_ns\":5},\"metrics\":{}} x|line 1, column",
                "{\"type\":\"request\",\"origin\":{\"producerId\":\"p\"}}|line 1 is no event"
            })
    void aBadFileIsOneLineWithThePlace(String content, String message) throws IOException {
        Path file = write("bad.json", content.replace("\\n", "\n"));
        assertThatThrownBy(() -> new MeasuredFiles(1e6, "").read(file))
                .isInstanceOf(BadFile.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void whatIsMissingOrEmptyIsSaid() throws IOException {
        assertThatThrownBy(() -> only(folder.resolve("none"))).hasMessageContaining("none does not exist");
        assertThatThrownBy(() -> only(write("empty", ""))).hasMessageContaining("empty is empty");
        assertThatThrownBy(() -> only(Files.createDirectory(folder.resolve("sub"))))
                .hasMessageContaining("(it is empty)");
    }

    @Test
    void aSummaryBesideItsRequestsSaysNothingMore() throws IOException {
        Files.copy(REAL.resolve("aiperf-0.13.0.jsonl"), folder.resolve("profile_export.jsonl"));
        Files.copy(REAL.resolve("aiperf-0.13.0_aiperf.json"), folder.resolve("profile_export_aiperf.json"));
        Files.writeString(folder.resolve("inputs.json"), "{\"data\":[]}");
        assertThat(only(folder))
                .isInstanceOfSatisfying(
                        OfRequests.class, read -> assertThat(read.facts()).containsEntry(Facts.LOAD, "c4"));
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
