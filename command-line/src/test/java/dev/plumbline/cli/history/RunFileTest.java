package dev.plumbline.cli.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.run.RunRecord;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.Explanation.Cause;
import dev.plumbline.contract.verdict.Explanation.Kind;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.AlertFinding;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunVerdict.Change;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.run.SimulatedRun;
import dev.plumbline.judgement.statistics.Ratio;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunFileTest {

    private static final long START = 1_795_345_200_000L;

    @TempDir
    private Path folder;

    private static byte[] golden() throws IOException {
        try (InputStream in = RunFileTest.class.getResourceAsStream("run-v1.json")) {
            return in.readAllBytes();
        }
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("some.json"), bytes);
    }

    @Test
    void writesAndReadsTheGoldenBytes() throws IOException {
        Path file = folder.resolve(RunFile.NAME);
        RunFile.write(file, example().result(), example().verdict());
        assertThat(Files.readString(file)).isEqualTo(new String(golden(), UTF_8));
        assertThat(RunFile.read(file)).isEqualTo(example());
        assertThat(folder)
                .isDirectoryContaining(one -> one.equals(file))
                .isDirectoryNotContaining(one -> !one.equals(file));
    }

    @Test
    void everyEndingComesBack() throws IOException {
        for (RunEnding ending : List.of(
                new RunEnding.Completed(),
                new RunEnding.LimitReached("max-tokens-total", "100,000 tokens"),
                new RunEnding.Interrupted(),
                new RunEnding.Broken("target lost"))) {
            SimulatedRun run = new SimulatedRun(3);
            run.ending = ending;
            RunResult result = run.run();
            RunVerdict verdict = new RunVerdict(Decision.NOT_JUDGED, "not judged", Optional.empty(), List.of());
            Path file = folder.resolve("ending.json");
            RunFile.write(file, result, verdict);
            assertThat(RunFile.read(file)).isEqualTo(new StoredRun(result, verdict));
        }
    }

    @Test
    void outagesComeBackAndAFileWithoutThemHasNone() throws IOException {
        assertThat(example().result().outages()).isEmpty();
        assertThat(new String(golden(), UTF_8)).doesNotContain("outages");
        RunResult whole = new SimulatedRun(3).run();
        RunResult result = new RunResult(
                whole.identity(),
                whole.plan(),
                whole.environment(),
                whole.ending(),
                whole.totals(),
                whole.windows(),
                whole.alerts(),
                whole.detectorWindows(),
                whole.openIncident(),
                List.of(
                        new Outage("broker", START, OptionalInt.of(137), 1, OptionalLong.of(9_000), "READY"),
                        new Outage("producer", START, OptionalInt.empty(), 0, OptionalLong.empty(), "")));
        RunVerdict verdict = new RunVerdict(Decision.NOT_JUDGED, "not judged", Optional.empty(), List.of());
        Path file = folder.resolve("outages.json");
        RunFile.write(file, result, verdict);
        assertThat(RunFile.read(file)).isEqualTo(new StoredRun(result, verdict));
    }

    @Test
    void whereAChangeComesFromComesBackAndAFileWithoutItSaysNothing() throws IOException {
        assertThat(example().verdict().why()).isEmpty();
        assertThat(new String(golden(), UTF_8)).doesNotContain("causes");
        RunVerdict verdict = example()
                .verdict()
                .because(Optional.of(new Explanation(
                        "tpot",
                        List.of(new Cause(Kind.THROTTLING, OptionalDouble.of(0.8), "clock 1,980 -> 1,400 MHz")),
                        "clock 1,980 -> 1,400 MHz explains 80 % of tpot")));
        Path file = folder.resolve("why.json");
        RunFile.write(file, example().result(), verdict);
        assertThat(RunFile.read(file).verdict()).isEqualTo(verdict);
    }

    /** What was written before arrivals were part of the load is the same load as now, and no other one. */
    @ParameterizedTest
    @CsvSource({
        "'\"arrival-pattern\":\"poisson\"', r20-poisson",
        "'\"arrival-pattern\":\"constant\"', r20-constant",
        "'\"arrival-pattern\":\"poisson\",\"burstiness\":\"0.25\"', r20-gamma0.25",
        "'\"duration\":\"20s\"', r20"
    })
    void aLoadOfBeforeHasTheArrivalsOfItsPlan(String plan, String key) throws IOException {
        Path file = file(new String(golden(), UTF_8)
                .replace("\"loadPoint\":\"c8\"", "\"loadPoint\":\"r20\"")
                .replace("\"concurrency\":\"8\"", plan)
                .getBytes(UTF_8));

        assertThat(RunFile.read(file).group().loadPoint().key()).isEqualTo(key);
        assertThat(RunFile.head(file)
                        .orElseThrow()
                        .identity()
                        .series()
                        .group()
                        .loadPoint()
                        .key())
                .isEqualTo(key);
    }

    @Test
    void fieldsOfALaterVersionAreIgnored() throws IOException {
        String text = new String(golden(), UTF_8);
        String later = text.replace("\"runId\":", "\"addedLater\":[{\"x\":1}],\"runId\":");
        assertThat(later).isNotEqualTo(text);
        assertThat(RunFile.read(file(later.getBytes(UTF_8)))).isEqualTo(example());
    }

    @Test
    void aLaterVersionOfTheFileIsRefusedAsSuch() throws IOException {
        Path file = file("{\"plumblineRun\":2,\"outcome\":\"other\"}".getBytes(UTF_8));
        assertThatThrownBy(() -> RunFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("later Plumbline");
    }

    @Test
    void whatIsNoRunFileIsSaidInOneLine() throws IOException {
        byte[] golden = golden();
        Random random = new Random(5);
        for (int i = 0; i < 400; i++) {
            Path file = file(Arrays.copyOf(golden, random.nextInt(golden.length)));
            assertThatThrownBy(() -> RunFile.read(file))
                    .isInstanceOf(IOException.class)
                    .message()
                    .isNotBlank()
                    .hasLineCount(1);
        }
        assertThatThrownBy(() -> RunFile.read(file("[]".getBytes(UTF_8)))).hasMessageContaining("no run file");
        assertThatThrownBy(() -> RunFile.read(folder.resolve("nothing"))).hasMessageContaining("is missing");
    }

    @Test
    void randomDamageNeverThrowsAnythingElse() throws IOException {
        byte[] golden = golden();
        Random random = new Random(6);
        for (int i = 0; i < 1_000; i++) {
            byte[] damaged = golden.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            Path file = file(damaged);
            try {
                assertThat(RunFile.read(file)).isNotNull();
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void theRecordOfTheRunsTopicHoldsEveryRequest() {
        RunRecord record = RunRecords.of(example().result(), example().verdict());
        RunRecord.Totals totals = record.totals().orElseThrow();
        assertThat(totals.requests().total()).isEqualTo(5);
        assertThat(totals.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(Codec.RUNS.decode(Codec.RUNS.encode(record))).isEqualTo(new Decoded.Value<>(record));
    }

    static StoredRun example() {
        SimulatedRun simulated = new SimulatedRun(1);
        AlertRecord alert = new AlertRecord(
                "0123456789abcdef",
                simulated.series(),
                Transition.FIRED,
                START + 20_000,
                START + 10_000,
                new AlertRecord.Reasons(
                        "learned-1", List.of(), List.of(new SlowRequest("r-9", 7_400_000)), OptionalLong.empty()),
                "p50(tpot) +20 %");
        WindowSummary summary = new WindowSummary(
                new RequestCounts(3, Map.of(FailureKind.REJECTED, 1L), 0, 0, 0),
                Map.of(LatencyMetric.TTFT, Histogram.of(41_000_000, 52_000_000, 80_000_000)),
                new TokenTotals(1_500, 300, 0, 0, 310),
                4,
                79_000_000_000L,
                Map.of(LatencyMetric.TTFT, List.of(new SlowRequest("r-9", 80_000_000))));
        RunResult result = new RunResult(
                new RunIdentity(
                        "20261122T120000Z-k3f9",
                        simulated.series(),
                        "http://127.0.0.1:8000",
                        START,
                        START + 20_000,
                        10_000),
                Map.of("concurrency", "8", "duration", "20s"),
                new RunRecord.Environment(Map.of("image", "vllm:0.32"), Map.of("gpu", "H100")),
                new RunEnding.LimitReached("max-requests", "5 requests were allowed"),
                new RunTotals(
                        5, 5, 0, 5, Optional.of(new RunTotals.Goodput("ttft:200", 3, 4)), OptionalDouble.of(0.25)),
                List.of(new RunWindow(
                        START,
                        10_000,
                        summary,
                        new ExcludedPart(
                                new RequestCounts(1, Map.of(), 0, 0, 0),
                                1,
                                Map.of("producer-2", Set.of(Sickness.DISPATCH_LAG))),
                        0.8,
                        true)),
                List.of(alert),
                30);
        return new StoredRun(
                result,
                new RunVerdict(
                        Decision.REGRESSION,
                        "p50(tpot) +20 %",
                        Optional.of("20261121T120000Z-abcd"),
                        List.of(
                                new BudgetFinding(
                                        Answer.CANNOT_TELL,
                                        "p95(ttft)<500ms",
                                        500,
                                        OptionalDouble.of(80.5),
                                        OptionalDouble.of(41),
                                        OptionalDouble.empty(),
                                        "ms",
                                        "3 requests, about 72 are needed"),
                                new ComparisonFinding(
                                        Answer.PASS,
                                        JudgedMetric.TTFT_P50,
                                        Change.STEADY,
                                        OptionalDouble.of(5.2e7),
                                        OptionalDouble.of(5.1e7),
                                        Optional.of(new Ratio(1.02, 0.97, 1.07)),
                                        "at most +6.1 % (95 %)"),
                                new AlertFinding(Answer.FAIL, alert, false)),
                        List.of(new Difference("image", "vllm:0.32", "vllm:0.31"))));
    }
}
