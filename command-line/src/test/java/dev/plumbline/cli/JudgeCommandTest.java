package dev.plumbline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.judgement.calibration.RunCalibration;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.judgement.run.SimulatedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class JudgeCommandTest {

    private static final Path REAL = Path.of("src/test/resources/dev/plumbline/cli/measured");
    private static final int REQUESTS = 600;

    @TempDir
    private Path folder;

    private String out = "";
    private String err = "";

    private int judge(Object... arguments) {
        CommandLine line = PlumblineMain.commandLine();
        StringWriter standard = new StringWriter();
        StringWriter error = new StringWriter();
        line.setOut(new PrintWriter(standard));
        line.setErr(new PrintWriter(error));
        String[] all = IntStream.range(-1, arguments.length)
                .mapToObj(i -> i < 0 ? "judge" : arguments[i].toString())
                .toArray(String[]::new);
        int code = line.execute(all);
        out = standard.toString();
        err = error.toString();
        return code;
    }

    /** A load of one request each tenth of a second, as each tool would write it. */
    private static final class Load {
        double slower = 1;
        String model = "m";
        int atATime = 4;
        int promptTokens = 100;
        int outputTokens = 30;
        double failing;
        private final Random random;

        Load(long seed) {
            this.random = new Random(seed);
        }

        record Request(double sent, double ttft, double tpot, int promptTokens, int outputTokens, boolean failed) {
            double e2e() {
                return ttft + (outputTokens - 1) * tpot;
            }
        }

        List<Request> requests() {
            return IntStream.range(0, REQUESTS)
                    .mapToObj(i -> {
                        int output = outputTokens + random.nextInt(3) - 1;
                        return new Request(
                                1_000 + i / 10.0,
                                .1 * slower * Math.exp(.1 * random.nextGaussian()),
                                .02 * slower * Math.exp(.05 * random.nextGaussian()),
                                promptTokens + random.nextInt(5) - 2,
                                output,
                                random.nextDouble() < failing);
                    })
                    .toList();
        }
    }

    /** The files of other tools. */
    private enum Tool {
        PLUMBLINE {
            @Override
            String write(Load load) {
                List<Load.Request> all = load.requests();
                return IntStream.range(0, all.size())
                        .mapToObj(i -> event(load, all.get(i), i + 1))
                        .collect(Collectors.joining("\n"));
            }

            private String event(Load load, Load.Request one, int number) {
                long sent = Math.round(one.sent() * 1e9);
                long last = sent + Math.round(one.e2e() * 1e9);
                return "{\"type\":\"request\",\"origin\":{\"producerId\":\"p\",\"epoch\":1,\"sequence\":" + number
                        + "},\"series\":{\"group\":{\"target\":\"t\",\"model\":\"" + load.model
                        + "\",\"scenario\":\"chat\",\"loadPoint\":\"c" + load.atATime
                        + "\",\"tenant\":\"default\"},\"variant\":\"stable\"},\"attempt\":{\"requestId\":\"r" + number
                        + "\",\"number\":1},\"endEpochMillis\":" + last / 1_000_000 + ",\"stamps\":{\"dueNanos\":"
                        + sent
                        + ",\"takenNanos\":" + sent + ",\"sentNanos\":" + sent
                        + (one.failed()
                                ? ""
                                : ",\"firstContentNanos\":" + (sent + Math.round(one.ttft() * 1e9))
                                        + ",\"lastContentNanos\":" + last)
                        + ",\"endNanos\":" + last + "},\"response\":{\"streamed\":true,\"contentChunks\":2,"
                        + "\"chunkGaps\":{\"schema\":6,\"count\":0,\"sumNanos\":0,\"belowCount\":0,\"aboveCount\":0,"
                        + "\"buckets\":[]},\"tokens\":{\"prompt\":{\"count\":" + one.promptTokens()
                        + ",\"source\":\"SERVER_USAGE\"},\"output\":{\"count\":" + one.outputTokens()
                        + ",\"source\":\"SERVER_USAGE\"}}},\"outcome\":"
                        + (one.failed()
                                ? "{\"type\":\"failed\",\"kind\":\"HTTP_5XX\"}"
                                : "{\"type\":\"completed\",\"finishReason\":\"stop\"}")
                        + ",\"surroundings\":{\"serverNanos\":{},\"gpu\":{\"atStart\":{\"type\":\"absent\",\"reason\":\"-\"},\"atEnd\":{\"type\":\"absent\",\"reason\":\"-\"}},\"engine\":{\"atStart\":{\"type\":\"absent\",\"reason\":\"-\"},\"atEnd\":{\"type\":\"absent\",\"reason\":\"-\"}}}}";
            }
        },
        VLLM {
            @Override
            String write(Load load) {
                List<Load.Request> all = load.requests();
                return "{\"backend\":\"openai-chat\",\"model_id\":\"" + load.model + "\",\"num_prompts\":" + REQUESTS
                        + ",\"request_rate\":\"inf\",\"max_concurrency\":" + load.atATime + ",\"input_lens\":"
                        + array(all, Load.Request::promptTokens) + ",\"output_lens\":"
                        + array(all, one -> one.failed() ? 0 : one.outputTokens()) + ",\"ttfts\":"
                        + array(all, one -> one.failed() ? 0 : one.ttft()) + ",\"itls\":"
                        + all.stream()
                                .map(one ->
                                        one.failed() ? "[]" : "[" + number(one.e2e() - one.ttft() - .001) + ",0.001]")
                                .collect(Collectors.joining(",", "[", "]"))
                        + ",\"start_times\":" + array(all, Load.Request::sent) + ",\"errors\":"
                        + all.stream()
                                .map(one -> one.failed() ? "\"HTTP 500\"" : "\"\"")
                                .collect(Collectors.joining(",", "[", "]"))
                        + "}";
            }
        },
        AIPERF {
            @Override
            String write(Load load) {
                return load.requests().stream()
                        .map(one -> "{\"metadata\":{\"x_request_id\":\"u\",\"request_start_ns\":"
                                + Math.round(one.sent() * 1e9) + ",\"request_end_ns\":"
                                + Math.round((one.sent() + one.e2e()) * 1e9)
                                + ",\"benchmark_phase\":\"profiling\",\"was_cancelled\":false},\"metrics\":{"
                                + (one.failed()
                                        ? "},\"error\":{\"code\":500,\"type\":\"E\",\"message\":\"down\"}}"
                                        : "\"time_to_first_token\":{\"value\":" + number(1e3 * one.ttft())
                                                + ",\"unit\":\"ms\"},\"request_latency\":{\"value\":"
                                                + number(1e3 * one.e2e())
                                                + ",\"unit\":\"ms\"},\"inter_token_latency\":{\"value\":"
                                                + number(1e3 * one.tpot())
                                                + ",\"unit\":\"ms\"},\"input_sequence_length\":{\"value\":"
                                                + one.promptTokens()
                                                + ",\"unit\":\"tokens\"},\"output_sequence_length\":{\"value\":"
                                                + one.outputTokens() + ",\"unit\":\"tokens\"}},\"error\":null}"))
                        .collect(Collectors.joining("\n"));
            }
        },
        GUIDELLM {
            @Override
            String write(Load load) {
                List<Load.Request> all = load.requests();
                return "{\"metadata\":{\"version\":2,\"guidellm_version\":\"0.8.1\"},\"config\":{},\"benchmarks\":[{"
                        + "\"type_\":\"generative_benchmark\",\"config\":{\"strategy\":{\"type_\":\"concurrent\","
                        + "\"streams\":" + load.atATime + "},\"backend\":{\"model\":\"" + load.model + "\"}},"
                        + "\"requests\":{\"successful\":" + rows(all, false) + ",\"errored\":" + rows(all, true)
                        + ",\"incomplete\":[],\"total\":null}}]}";
            }

            private String rows(List<Load.Request> all, boolean failed) {
                return all.stream()
                        .filter(one -> one.failed() == failed)
                        .map(one -> "{\"request_id\":\"r\",\"info\":{\"error\":\"status 500\",\"timings\":{"
                                + "\"request_start\":" + number(one.sent()) + ",\"first_token_iteration\":"
                                + number(one.sent() + one.ttft()) + ",\"last_token_iteration\":"
                                + number(one.sent() + one.e2e()) + ",\"request_end\":"
                                + number(one.sent() + one.e2e() + .001) + "}},\"prompt_tokens\":"
                                + one.promptTokens() + ",\"output_tokens\":" + one.outputTokens() + "}")
                        .collect(Collectors.joining(",", "[", "]"));
            }
        },
        INFERENCE_PERF {
            @Override
            String write(Load load) {
                return load.requests().stream()
                        .map(one -> "{\"start_time\":" + number(one.sent()) + ",\"end_time\":"
                                + number(one.sent() + one.e2e()) + ",\"request\":\"{}\",\"info\":{\"input_tokens\":"
                                + one.promptTokens() + ",\"output_tokens\":" + one.outputTokens()
                                + ",\"output_token_times\":[" + number(one.sent() + one.ttft()) + ","
                                + number(one.sent() + one.e2e()) + "]},\"error\":"
                                + (one.failed() ? "{\"error_type\":\"HTTP Error 500\",\"error_msg\":\"down\"}" : "null")
                                + "}")
                        .collect(Collectors.joining(",", "[", "]"));
            }
        },
        GENAI_BENCH {
            @Override
            String write(Load load) {
                return "{\"aggregated_metrics\":{\"scenario\":\"D(100,30)\",\"num_concurrency\":" + load.atATime
                        + "},\"individual_request_metrics\":"
                        + load.requests().stream()
                                .map(one -> one.failed()
                                        ? "{\"error_code\":500,\"error_message\":\"down\"}"
                                        : "{\"ttft\":" + number(one.ttft()) + ",\"tpot\":" + number(one.tpot())
                                                + ",\"e2e_latency\":" + number(one.e2e()) + ",\"num_input_tokens\":"
                                                + one.promptTokens() + ",\"num_output_tokens\":" + one.outputTokens()
                                                + ",\"error_code\":null}")
                                .collect(Collectors.joining(",", "[", "]"))
                        + ",\"_time_unit\":\"s\"}";
            }
        };

        abstract String write(Load load);

        private static String number(double value) {
            return String.format(Locale.ROOT, "%.9f", value);
        }

        private static String array(List<Load.Request> all, ToDoubleFunction<Load.Request> value) {
            return all.stream().map(one -> number(value.applyAsDouble(one))).collect(Collectors.joining(",", "[", "]"));
        }
    }

    private Path write(Tool tool, Load load) throws IOException {
        return Files.writeString(
                Files.createTempFile(folder, tool.name().toLowerCase(Locale.ROOT), ".json"), tool.write(load));
    }

    private Path usual(Tool tool, long seed) throws IOException {
        return write(tool, new Load(seed));
    }

    private Path slower(Tool tool) throws IOException {
        Load load = new Load(9);
        load.slower = 1.3;
        return write(tool, load);
    }

    @ParameterizedTest
    @EnumSource
    void theSameAgainIsAPassAndThirtyPercentMoreIsARegression(Tool tool) throws IOException {
        Path before = usual(tool, 1);

        assertThat(judge(before, usual(tool, 2))).as(out + err).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("PASS").contains("p50(ttft)").contains("changes are seen from");

        assertThat(judge(before, slower(tool))).as(out + err).isEqualTo(ExitCode.REGRESSION);
        assertThat(out)
                .contains("REGRESSION")
                .containsPattern("fail +p50\\(ttft\\) +[\\d.]+ ms -> \\d+ ms +\\+(29|30|31)");
        assertThat(out).containsPattern("fail +p50\\(tpot\\)");
    }

    @Test
    void betterIsAPassAndSaysSo() throws IOException {
        assertThat(judge(slower(Tool.VLLM), usual(Tool.VLLM, 1))).as(out + err).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("better by more than");
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreJudgedAndNoLatencies(Tool tool) throws IOException {
        Load failing = new Load(3);
        failing.failing = .1;
        assertThat(judge(usual(tool, 1), write(tool, failing))).as(out + err).isEqualTo(ExitCode.REGRESSION);
        assertThat(out).containsPattern("fail +error_rate").containsPattern("pass +p50\\(ttft\\)");
    }

    @ParameterizedTest
    @EnumSource
    void longerAnswersAreOtherWork(Tool tool) throws IOException {
        Load other = new Load(3);
        other.outputTokens = 60;
        assertThat(judge(usual(tool, 1), write(tool, other))).as(out + err).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out).contains("output tokens per request went from").containsPattern("pass +error_rate");
    }

    @ParameterizedTest
    @EnumSource
    void longerPromptsAreOtherWorkBeforeTheFirstToken(Tool tool) throws IOException {
        Load other = new Load(3);
        other.promptTokens = 200;
        assertThat(judge(usual(tool, 1), write(tool, other))).as(out + err).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out)
                .containsPattern("cannot tell +p50\\(ttft\\).*prompt tokens per request went from")
                .containsPattern("pass +p50\\(tpot\\)");
    }

    @Test
    void anotherModelOrLoadIsNamedAndComparedOnlyWhenAllowed() throws IOException {
        Path before = usual(Tool.VLLM, 1);
        Load other = new Load(2);
        other.model = "n";
        Path after = write(Tool.VLLM, other);
        assertThat(judge(before, after)).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out).contains("the model is 'n' here and 'm' there").contains("--vary model");
        assertThat(judge(before, after, "--vary", "model")).as(out).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("differs   model: m -> n");

        Load busier = new Load(2);
        busier.atATime = 8;
        assertThat(judge(before, write(Tool.VLLM, busier))).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out).contains("the load is 'c8' here and 'c4' there").doesNotContainPattern("pass +error_rate");
    }

    @Test
    void whatTwoToolsMeasuredIsNotTheSameThing() throws IOException {
        assertThat(judge(usual(Tool.VLLM, 1), usual(Tool.GUIDELLM, 2))).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out).contains("the tool is 'guidellm' here and 'vllm bench' there");
    }

    @Test
    void severalBaselinesTellMore() throws IOException {
        Path[] files = new Path[6];
        for (int i = 0; i < 6; i++) {
            files[i] = usual(Tool.VLLM, i);
        }
        assertThat(judge((Object[]) files)).as(out).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("against 5 runs");
        assertThat(judge(files[0], files[1], "--baseline", files[2], "--baseline", files[3]))
                .as(out)
                .isEqualTo(ExitCode.PASS);
        assertThat(out).contains("against 2 runs");
    }

    @Test
    void loadsOfOneFileAreJudgedOneByOne() throws IOException {
        Path before = stages(new Load(1), new Load(2));
        Load slow = new Load(3);
        slow.slower = 1.3;
        assertThat(judge(before, stages(new Load(4), new Load(5))))
                .as(out + err)
                .isEqualTo(ExitCode.PASS);
        assertThat(judge(before, stages(new Load(4), slow))).as(out + err).isEqualTo(ExitCode.REGRESSION);
        assertThat(out).contains("stage 1: p50(ttft)", "pass: stage 0");
        assertUsage("holds several loads or series (stage 0, stage 1)", before, usual(Tool.INFERENCE_PERF, 1));
    }

    private Path stages(Load... loads) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < loads.length; i++) {
            String array = Tool.INFERENCE_PERF.write(loads[i]);
            rows.append(i == 0 ? "" : ",")
                    .append(array.substring(1, array.length() - 1)
                            .replace("{\"start_time\"", "{\"stage_id\":" + i + ",\"start_time\""));
        }
        return Files.writeString(Files.createTempFile(folder, "stages", ".json"), "[" + rows + "]");
    }

    @Test
    void aSummaryCannotBeJudged() {
        Path summary = REAL.resolve("vllm-bench-0.33.0-summary.json");
        assertThat(judge(summary, summary)).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out).contains("CANNOT TELL").contains("--save-detailed");
        assertThat(judge(summary, summary, "--inconclusive", "fail")).isEqualTo(ExitCode.REGRESSION);
        assertThat(judge(summary, summary, "--inconclusive", "pass")).isEqualTo(ExitCode.PASS);
    }

    @Test
    void fewRequestsCannotTellAndSayHowManyWould() {
        Path real = REAL.resolve("vllm-bench-0.33.0-detailed.json");
        assertThat(judge(real, real)).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(out).contains("are needed");
    }

    private Path numbers(String name, long seed, double factor) throws IOException {
        Random random = new Random(seed);
        return Files.write(
                folder.resolve(name),
                IntStream.range(0, 400)
                        .mapToObj(i ->
                                String.format(Locale.ROOT, "%.3f", 50 * factor * Math.exp(.1 * random.nextGaussian())))
                        .toList());
    }

    @Test
    void bareNumbersAreJudgedInTheirUnit() throws IOException {
        Path before = numbers("a.txt", 1, 1);
        assertThat(judge(before, numbers("b.txt", 2, 1), "--unit", "ms", "--metric", "startup"))
                .as(out + err)
                .isEqualTo(ExitCode.PASS);
        assertThat(out)
                .containsPattern("pass +p50\\(startup\\) +\\d+\\.\\d ms -> \\d+\\.\\d ms")
                .contains("tell no times");
        Path worse = numbers("c.txt", 3, 1.3);
        assertThat(judge(before, worse, "--unit", "ms")).isEqualTo(ExitCode.REGRESSION);
        assertThat(judge(before, worse, "--unit", "tok/s", "--higher-is-better"))
                .isEqualTo(ExitCode.PASS);
        assertThat(out).contains("tok/s").contains("p5(value)");
        assertThat(judge(worse, before, "--higher-is-better")).isEqualTo(ExitCode.REGRESSION);
    }

    @Test
    void documentsAreOfOneKindWithThoseOfRuns() throws IOException {
        Path junit = folder.resolve("r.xml");
        Path markdown = folder.resolve("s.md");
        assertThat(judge(usual(Tool.VLLM, 1), slower(Tool.VLLM), "--json", "--junit", junit, "--markdown", markdown))
                .isEqualTo(ExitCode.REGRESSION);
        assertFits(out);
        JsonNode json = new ObjectMapper().readTree(out);
        assertThat(json.at("/verdict/word").asText()).isEqualTo("regression");
        assertThat(json.at("/verdict/findings/0/ratio/value").asDouble()).isBetween(1.25, 1.35);
        assertThat(Files.readString(junit)).contains("<failure").contains("plumb judge");
        assertThat(Files.readString(markdown)).startsWith("### Regression: ").contains("| fail | p50");

        assertThat(judge(numbers("a.txt", 1, 1), numbers("b.txt", 2, 1), "--json"))
                .isEqualTo(ExitCode.PASS);
        assertFits(out);
    }

    private static void assertFits(String document) throws IOException {
        Path schema = Path.of(System.getProperty("plumbline.home"), "docs", "schemas", "judgement.schema.json");
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(Files.readString(schema))
                        .validate(new ObjectMapper().readTree(document)))
                .isEmpty();
    }

    @Test
    void aBudgetNeedsNoBaseline() throws IOException {
        Path file = usual(Tool.VLLM, 1);
        assertThat(judge(file, "--budget", "p50(ttft)<500ms")).as(out + err).isEqualTo(ExitCode.PASS);
        assertThat(judge(file, "--budget", "p50(ttft)<50ms")).isEqualTo(ExitCode.REGRESSION);
        assertThat(out).contains("OVER BUDGET");
        assertThat(judge(file)).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains("held against nothing");
    }

    @Test
    void wrongUseIsOneLine() throws IOException {
        Path file = usual(Tool.VLLM, 1);
        assertUsage("a.txt holds bare numbers", numbers("a.txt", 1, 1), file);
        assertUsage("nothing.json does not exist", folder.resolve("nothing.json"), file);
        assertUsage("--higher-is-better and --lower-is-better", file, file, "--higher-is-better", "--lower-is-better");
        assertUsage("--threshold", file, file, "--threshold", "200%");
        assertUsage("is no stored run of Plumbline", file, "--baseline", "last-green", "--artifact-dir", folder);
        Load other = new Load(2);
        other.model = "n";
        assertUsage("differ in model", file, write(Tool.VLLM, other), "--baseline", file);
        assertUsage("cannot tell", file, file, "--inconclusive", "maybe");
    }

    private void assertUsage(String message, Object... arguments) {
        int code = judge(arguments);
        if (!message.equals("cannot tell")) {
            assertThat(err).contains(message);
        }
        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(err.lines()).hasSize(1);
    }

    private String store(long seed) throws IOException {
        SimulatedRun simulated = new SimulatedRun(seed);
        simulated.startEpochMillis += seed * 3_600_000;
        RunResult run = simulated.run();
        RunFile.write(
                Files.createDirectories(
                                folder.resolve("runs").resolve(run.identity().runId()))
                        .resolve(RunFile.NAME),
                run,
                RunJudge.judge(run, List.of(), List.of(), JudgementSettings.defaults()));
        return run.identity().runId();
    }

    @Test
    void runsOfOurOwnAreJudgedByFolderIdAndLastGreen() throws IOException {
        String first = store(1);
        String second = store(2);
        Path runs = folder.resolve("runs");
        assertThat(judge(runs.resolve(first), runs.resolve(second).resolve("run.json")))
                .as(out + err)
                .isNotEqualTo(ExitCode.USAGE);
        assertThat(out).contains("p50(ttft)");
        String folders =
                out.lines().filter(line -> line.contains("p50(")).toList().toString();
        judge(second, "--baseline", first, "--artifact-dir", runs);
        assertThat(out.lines().filter(line -> line.contains("p50(")).toList().toString())
                .isEqualTo(folders);
        judge("last", "--baseline", "last-green", "--artifact-dir", runs);
        assertThat(out.lines().filter(line -> line.contains("p50(")).toList().toString())
                .isEqualTo(folders);
    }

    @Test
    void windowsSayWhatTheirRunDoes() throws IOException {
        String[] seen = new String[2];
        for (boolean isRun : new boolean[] {true, false}) {
            Path[] files = new Path[2];
            for (int seed = 1; seed <= 2; seed++) {
                RunResult run = new SimulatedRun(seed).run();
                files[seed - 1] = isRun
                        ? folder.resolve("runs").resolve(store(seed))
                        : Files.write(
                                folder.resolve(seed + ".jsonl"),
                                run.windows().stream()
                                        .map(window -> new String(
                                                Codec.WINDOWS.encode(new WindowRecord(
                                                        new WindowId(
                                                                run.identity().series(),
                                                                window.startEpochMillis(),
                                                                window.lengthMillis()),
                                                        0,
                                                        window.measured(),
                                                        window.excluded())),
                                                StandardCharsets.UTF_8))
                                        .toList());
            }
            judge(files[0], files[1]);
            seen[isRun ? 0 : 1] = out.lines()
                    .filter(line -> line.contains("p50(ttft)  ") || line.contains("p95(tpot)  "))
                    .toList()
                    .toString();
        }
        assertThat(seen[1]).contains("p50(ttft)").isEqualTo(seen[0]);
    }

    @Test
    void aDetectorsBaselineIsHeldAgainstRunsOfItsKind() throws IOException {
        SimulatedRun of = new SimulatedRun(1);
        of.windows(60);
        BaselineRecord baseline = RunCalibration.of(
                List.of(of.run()),
                BaselineRecord.Kind.PINNED,
                new Decision("me", "a test", 1, OptionalLong.empty()),
                Optional.empty(),
                10_000,
                dev.plumbline.judgement.series.JudgementSettings.defaults());
        Path file = folder.resolve("base.json");
        Files.writeString(
                file,
                "{\"plumblineBaseline\":1,\"baseline\":"
                        + new String(Codec.BASELINES.encode(baseline), StandardCharsets.UTF_8) + "}");
        String run = store(2);
        int code = judge(folder.resolve("runs").resolve(run), "--baseline", file);
        assertThat(code).as(out + err).isIn(ExitCode.PASS, ExitCode.INCONCLUSIVE);
        assertThat(out)
                .containsPattern("p50\\(ttft\\) +\\d.* ms -> ")
                .containsPattern("output_token_rate +\\d.* tok/s -> ");
        assertUsage("is a baseline of a detector", folder.resolve("runs").resolve(run), file);
    }
}
