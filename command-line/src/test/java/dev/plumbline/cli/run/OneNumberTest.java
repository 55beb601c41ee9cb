package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.history.RunsCommand;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.reports.ArtifactLimits;
import dev.plumbline.reports.Figures;
import dev.plumbline.reports.RunFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One run, one of whose windows nobody vouches for and has outliers, on every surface that tells of a run. */
class OneNumberTest {

    private static final long START = 1_795_345_200_000L;
    private static final long LENGTH = 10_000;
    private static final String ID = "20261122T110000Z-one1";
    private static final Screen PLAIN =
            new Screen(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false);

    @TempDir
    private Path temporary;

    private Path root = Path.of("");

    private RunResult run = run(List.of(), Map.of());
    private RunVerdict verdict = judged(run);
    private JsonNode summary = new ObjectMapper().createObjectNode();
    private JsonNode listed = summary;
    private String terminal = "";
    private String list = "";
    private String shown = "";
    private String markdown = "";
    private String report = "";
    private String junit = "";

    /** 100 answers with first tokens from 1 to 100 ms, two failures, 1,000 tokens in ten seconds. */
    private static RunWindow healthy(int index) {
        return new RunWindow(
                START + index * LENGTH,
                LENGTH,
                new WindowSummary(
                        new RequestCounts(100, Map.of(FailureKind.HTTP_5XX, 2L), 0, 0, 0),
                        Map.of(LatencyMetric.TTFT, ttft(LongStream.rangeClosed(1, 100))),
                        new TokenTotals(0, 1_000, 0, 0, 1_000),
                        102,
                        LENGTH * 1_000_000,
                        Map.of()),
                ExcludedPart.none(),
                1,
                false);
    }

    /** 50 answers that took five seconds, 100 tokens, and as much from a producer that was sick. */
    private static RunWindow sick(int index) {
        return new RunWindow(
                START + index * LENGTH,
                LENGTH,
                new WindowSummary(
                        new RequestCounts(50, Map.of(), 0, 0, 0),
                        Map.of(
                                LatencyMetric.TTFT,
                                ttft(LongStream.generate(() -> 5_000).limit(50))),
                        new TokenTotals(0, 100, 0, 0, 100),
                        50,
                        LENGTH * 1_000_000,
                        Map.of()),
                new ExcludedPart(
                        new RequestCounts(40, Map.of(FailureKind.CONNECT, 10L), 0, 0, 0),
                        50,
                        Map.of("p", Set.of(Sickness.CPU_SATURATED))),
                0.5,
                false);
    }

    private static Histogram ttft(LongStream millis) {
        HistogramAccumulator values = new HistogramAccumulator();
        millis.forEach(one -> values.record(one * 1_000_000));
        return values.toHistogram();
    }

    private static RunResult run(List<RunWindow> windows, Map<LatencyMetric, Histogram> unvouched) {
        return new RunResult(
                new RunIdentity(
                        ID, Requests.SERIES, "http://127.0.0.1:8000", START, START + windows.size() * LENGTH, LENGTH),
                Map.of(),
                new Environment(Map.of(), Map.of()),
                new RunEnding.Completed(),
                new RunTotals(
                        508,
                        508,
                        0,
                        508,
                        Optional.empty(),
                        OptionalDouble.empty(),
                        Optional.of(new RunTotals.Heard(List.of(), unvouched))),
                windows,
                List.of(),
                0,
                Optional.empty(),
                List.of(),
                OptionalLong.empty());
    }

    private static RunVerdict judged(RunResult run) {
        return judged(run, "p50(ttft)<500ms, p95(ttft)<500ms, output_token_rate>1, request_rate>1, error_rate<50%");
    }

    private static RunVerdict judged(RunResult run, String budgets) {
        return RunJudge.judge(run, List.of(), Budget.parseAll(List.of(budgets)), JudgementSettings.defaults());
    }

    private void tellEverywhere(RunResult result) throws IOException {
        tellEverywhere(result, judged(result));
    }

    private void tellEverywhere(RunResult result, RunVerdict judgedSo) throws IOException {
        root = Files.createTempDirectory(temporary, "runs");
        run = result;
        verdict = judgedSo;
        terminal = String.join("\n", SummaryView.lines(run, verdict, Path.of("runs/1"), PLAIN));
        RunFolder folder = RunFolder.open(root, ID, ArtifactLimits.defaults());
        Path complete = folder.finish(run, verdict, RunFile::encode);
        summary = new ObjectMapper().readTree(complete.resolve("summary.json").toFile());
        markdown = Files.readString(complete.resolve("summary.md"));
        report = Files.readString(complete.resolve("report.html"));
        list = execute("list");
        listed = new ObjectMapper().readTree(execute("list", "--json")).get(0);
        shown = execute("show", ID);
        junit = Files.readString(complete.resolve("junit.xml"));
    }

    private String execute(String... arguments) {
        CommandLine line = new CommandLine(new RunsCommand());
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(out));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--artifact-dir", root.toString()));
        assertThat(line.execute(all.toArray(new String[0]))).as(out.toString()).isZero();
        return out.toString();
    }

    private double inVerdict(String budget) {
        return verdict.findings().stream()
                .map(BudgetFinding.class::cast)
                .filter(finding -> finding.budget().startsWith(budget))
                .findFirst()
                .orElseThrow()
                .value()
                .orElseThrow();
    }

    @BeforeEach
    void oneRun() throws IOException {
        tellEverywhere(run(List.of(healthy(0), healthy(1), sick(2), healthy(3), healthy(4)), Map.of()));
    }

    @Test
    void everyRequestIsCountedOnceOnEverySurface() {
        assertThat(terminal).contains("508 requests: 490 completed, 18 failed");
        assertThat(listed.get("requests").asLong()).isEqualTo(508);
        assertThat(list).containsPattern("\\b508\\b");
        assertThat(shown).contains("490 completed, 18 failed");
        assertThat(summary.at("/requests/completed").asLong()).isEqualTo(490);
        assertThat(summary.at("/requests/failed").asLong()).isEqualTo(18);
        assertThat(summary.at("/coverage/excluded/requests/completed").asLong()).isEqualTo(40);
        assertThat(markdown).contains("490 completed, 18 failed");
        assertThat(report).containsPattern("Requests completed</dt><dd>490</dd><dd class=\"more\">18 failed");
    }

    @Test
    void aPercentileIsThatOfTheWindowsThatAreJudgedOnEverySurface() {
        double p50 = inVerdict("p50(ttft)");
        double p95 = inVerdict("p95(ttft)");
        assertThat(p95).isLessThan(101);
        String cells = Figures.significant(p50) + " +" + Figures.significant(p95);
        assertThat(terminal).containsPattern("ttft +" + cells);
        assertThat(summary.at("/metrics/ttft/p50Nanos").asDouble() / 1e6).isCloseTo(p50, within(1e-9));
        assertThat(summary.at("/metrics/ttft/p95Nanos").asDouble() / 1e6).isCloseTo(p95, within(1e-9));
        assertThat(listed.get("ttftP50Nanos").asDouble() / 1e6).isCloseTo(p50, within(1e-9));
        assertThat(listed.get("ttftP95Nanos").asDouble() / 1e6).isCloseTo(p95, within(1e-9));
        assertThat(list).contains(Figures.duration(p95 * 1e6));
        assertThat(shown).containsPattern("ttft +" + Figures.duration(p50 * 1e6) + " +" + Figures.duration(p95 * 1e6));
        assertThat(markdown)
                .containsPattern("\\| ttft \\| 400 \\| [^|]+ \\| " + Figures.significant(p50) + " \\|[^|]+\\| "
                        + Figures.significant(p95) + " \\|");
        assertThat(report).contains("TTFT p95</dt><dd>" + Figures.duration(p95 * 1e6) + "</dd>");
    }

    @Test
    void aRateIsThatOfTheSameSecondsOnEverySurface() {
        double tokens = inVerdict("output_token_rate");
        double requests = inVerdict("request_rate");
        assertThat(tokens).isCloseTo(100, within(1e-9));
        assertThat(requests).isCloseTo(10, within(1e-9));
        assertThat(terminal).contains("10.0 req/s, 100 output tok/s");
        assertThat(summary.at("/rates/outputTokensPerSecond").asDouble()).isEqualTo(tokens);
        assertThat(summary.at("/rates/completedPerSecond").asDouble()).isEqualTo(requests);
        assertThat(listed.get("outputTokensPerSecond").asDouble()).isEqualTo(tokens);
        assertThat(shown).contains("10.0 req/s, 100 output tok/s");
        assertThat(markdown).contains("10.0 req/s, 100 output tok/s");
        assertThat(report).contains("Output tokens</dt><dd>100 /s</dd>").contains("Requests</dt><dd>10.0 /s</dd>");
    }

    @Test
    void theErrorRateIsThatOfTheWindowsThatAreJudged() {
        double share = inVerdict("error_rate") / 100;
        assertThat(share).isCloseTo(8.0 / 408, within(1e-12));
        assertThat(summary.at("/errorShare").asDouble()).isEqualTo(share);
        assertThat(report).containsPattern("Error rate</dt><dd>1.96 %</dd><dd class=\"more\">8 of 408, ");
    }

    @Test
    void whatIsLeftOutIsSaidOnEverySurface() {
        assertThat(terminal).contains("1 of 5 windows");
        assertThat(shown).contains("1 of 5 windows");
        assertThat(markdown).contains("1 of 5 windows");
        assertThat(report)
                .contains("1 of 5 windows")
                .contains("of the load came from healthy producers; 1 of 5 windows are not judged");
        assertThat(summary.at("/coverage/lowCoverageWindows").asLong()).isEqualTo(1);
    }

    @Test
    void overWhatANumberIsStandsBesideItOnEverySurface() {
        String over = "of 408 judged requests; 100 left out: 1 of 5 windows, the load generator was not well";
        assertThat(terminal).contains(over);
        assertThat(shown).contains(over);
        assertThat(markdown).contains(over);
        assertThat(report).contains(over);
        assertThat(list).containsPattern("REQUESTS +JUDGED").containsPattern("\\b508 +408\\b");
        assertThat(list).contains("of the JUDGED requests");
        assertThat(listed.get("judgedRequests").asLong()).isEqualTo(408);
        assertThat(summary.at("/coverage/judgedRequests").asLong()).isEqualTo(408);
        assertThat(summary.at("/coverage/leftOutRequests").asLong()).isEqualTo(100);
    }

    @Test
    void whereAllIsJudgedNothingIsSaidToBeLeftOut() throws IOException {
        tellEverywhere(run(List.of(healthy(0), healthy(1), healthy(2)), Map.of()));
        for (String surface : List.of(terminal, shown, markdown, report)) {
            assertThat(surface).contains("of 306 judged requests").doesNotContain("left out:");
        }
        assertThat(list).doesNotContain("of the JUDGED requests");
    }

    @Test
    void whereLittleIsVouchedForAPercentileIsStillThatOfTheVerdictAndTheRestStandsApart() throws IOException {
        Histogram all = ttft(LongStream.generate(() -> 4_000).limit(90));
        tellEverywhere(run(List.of(healthy(0), sick(1), sick(2), sick(3)), Map.of(LatencyMetric.TTFT, all)));
        double p50 = inVerdict("p50(ttft)");
        double p95 = inVerdict("p95(ttft)");
        assertThat(p95).isLessThan(101);
        String judged = Figures.significant(p50) + " +" + Figures.significant(p95);
        String unvouched = Figures.significant(all.quantileNanos(0.5).orElseThrow() / 1e6);
        String apart = "not vouched for: all 90 completed requests, in no budget and no comparison";
        String over = "of 102 judged requests; 300 left out: 3 of 4 windows, the load generator was not well";
        assertThat(terminal).contains(over).containsPattern("ttft +" + judged);
        assertThat(terminal).containsPattern("(?s)" + apart + ".*ttft +" + unvouched);
        assertThat(shown)
                .contains(over)
                .containsPattern("ttft +" + Figures.duration(p50 * 1e6) + " +" + Figures.duration(p95 * 1e6))
                .containsPattern("(?s)" + apart + ".*ttft +[0-9.]+ s");
        assertThat(markdown)
                .contains(over)
                .containsPattern("\\| ttft \\| 100 \\| [^|]+ \\| " + Figures.significant(p50) + " \\|")
                .containsPattern("(?s)" + apart + ".*\\| ttft \\| 90 \\| [^|]+ \\| " + unvouched + " \\|");
        assertThat(report)
                .contains(over)
                .contains("TTFT p95</dt><dd>" + Figures.duration(p95 * 1e6) + "</dd>")
                .containsIgnoringCase(apart);
        assertThat(summary.at("/metrics/ttft/p95Nanos").asDouble() / 1e6).isCloseTo(p95, within(1e-9));
        assertThat(summary.at("/unvouchedMetrics/ttft/p50Nanos").asLong())
                .isEqualTo(all.quantileNanos(0.5).orElseThrow());
        assertThat(list).contains(Figures.duration(p95 * 1e6));
        assertThat(listed.get("ttftP95Nanos").asDouble() / 1e6).isCloseTo(p95, within(1e-9));
        assertThat(listed.get("vouched").asBoolean()).isFalse();
        assertThat(listed.at("/unvouched/ttftP50Nanos").asLong())
                .isEqualTo(all.quantileNanos(0.5).orElseThrow());
    }

    @Test
    void whereNothingIsJudgedNoPercentileStandsWhereAJudgedOneWould() throws IOException {
        Histogram all = ttft(LongStream.generate(() -> 4_000).limit(90));
        tellEverywhere(run(List.of(sick(0), sick(1)), Map.of(LatencyMetric.TTFT, all)));
        String over = "of 0 judged requests; 200 left out: 2 of 2 windows, the load generator was not well";
        for (String surface : List.of(terminal, shown, markdown, report)) {
            assertThat(surface)
                    .containsIgnoringCase(over)
                    .containsIgnoringCase("not vouched for: all 90 completed requests");
        }
        assertThat(report).doesNotContain("TTFT p95</dt>");
        assertThat(list).doesNotContain("4.00 s");
        assertThat(listed.has("ttftP50Nanos")).isFalse();
        assertThat(listed.at("/unvouched/ttftP50Nanos").asLong()).isPositive();
        assertThat(summary.at("/metrics/ttft").isMissingNode()).isTrue();
    }

    @Test
    void whatOneWindowWouldTellIsNotSaidOfARunWithoutAnyThatIsJudged() throws IOException {
        tellEverywhere(run(List.of(sick(0), sick(1)), Map.of()));
        assertThat(summary.has("rates")).isFalse();
        assertThat(terminal).contains("9.00 req/s over the whole run, not vouched for");
        assertThat(shown).contains("9.00 req/s over the whole run, not vouched for");
        assertThat(markdown).contains("9.00 req/s over the whole run, not vouched for");
        assertThat(report).contains("9.00 /s").contains("over the whole run, not vouched for");
        assertThat(summary.at("/unvouchedCompletedPerSecond").asDouble()).isEqualTo(9);
    }

    @Test
    void aBrokenBudgetIsOverBudgetAndNoRegressionOnEverySurface() throws IOException {
        RunResult slow = run(List.of(healthy(0), healthy(1), healthy(2)), Map.of());
        tellEverywhere(slow, judged(slow, "p95(ttft)<5ms, p50(ttft)<500ms, error_rate<2%"));
        for (String surface : List.of(terminal, list, shown, markdown, report)) {
            assertThat(surface).containsIgnoringCase("over budget").doesNotContainIgnoringCase("regression");
        }
        assertThat(terminal).contains("  OVER BUDGET  p95(ttft)<5ms: ");
        assertThat(markdown).startsWith("### Over budget: p95(ttft)&lt;5ms: ");
        assertThat(junit).contains("value=\"over budget\"");
        assertThat(summary.at("/verdict/word").asText()).isEqualTo("over budget");
        assertThat(listed.get("word").asText()).isEqualTo("over budget");
        assertThat(summary.at("/verdict/decision").asText())
                .as("what programs ask, and the exit code tells")
                .isEqualTo("REGRESSION");
    }

    @Test
    void anAnswerHasOneWordOnEverySurface() throws IOException {
        RunResult some = run(List.of(healthy(0), healthy(1), healthy(2)), Map.of());
        tellEverywhere(some, judged(some, "p95(ttft)<5ms, p50(ttft)<500ms, error_rate<2%"));
        assertThat(terminal)
                .containsPattern("\n +fail +p95\\(ttft\\)<5ms")
                .containsPattern("\n +pass +p50\\(ttft\\)<500ms")
                .containsPattern("\n +cannot tell +error_rate<2%");
        assertThat(shown)
                .containsPattern("\n +fail +p95\\(ttft\\)<5ms")
                .containsPattern("\n +cannot tell +error_rate<2%");
        assertThat(markdown).contains("| fail | p95", "| pass | p50", "| cannot tell | error");
        assertThat(report).contains(">fail</span>", ">pass</span>", ">cannot tell</span>");
    }

    @Test
    void whatCannotBeToldIsSaidOnce() throws IOException {
        RunResult some = run(List.of(healthy(0), healthy(1), healthy(2)), Map.of());
        tellEverywhere(some, judged(some, "error_rate<2%"));
        for (String surface : List.of(terminal, list, shown, markdown, report)) {
            assertThat(surface)
                    .containsIgnoringCase("cannot tell")
                    .doesNotContainIgnoringCase("inconclusive")
                    .doesNotContainPattern("(?i)cannot tell: cannot tell");
        }
        assertThat(markdown).startsWith("### Cannot tell: error");
        assertThat(report).containsPattern("<h1>error_rate");
        assertThat(summary.at("/verdict/word").asText()).isEqualTo("cannot tell");
    }
}
