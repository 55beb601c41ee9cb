package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.history.RunRecords;
import dev.plumbline.cli.history.RunsCommand;
import dev.plumbline.cli.history.StoredRun;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.outcome.Inconclusive;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.SimulatedMix;
import dev.plumbline.judgement.run.SimulatedRun;
import dev.plumbline.judgement.run.WholeRunJudge;
import dev.plumbline.reports.ArtifactLimits;
import dev.plumbline.reports.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A run of three classes, and one with a canary, on every surface that tells of a run. */
class SeveralSeriesTest {

    private static final RunSeries THREE = SimulatedMix.classes("chat", "rag", "code");

    @TempDir
    private Path root = Path.of("");

    private static RunResult three(boolean failing) {
        SimulatedRun rag = new SimulatedRun(2);
        if (failing) {
            rag.failing(0.4);
        }
        return SimulatedMix.of(THREE, List.of(new SimulatedRun(1).run(), rag.run(), new SimulatedRun(3).run()));
    }

    private static RunVerdict judged(RunResult run, String... budgets) {
        return WholeRunJudge.judge(
                run, List.of(), Budget.parseAll(List.of(budgets)), JudgementSettings.defaults(), Optional.empty());
    }

    private Path written(RunResult run, RunVerdict verdict) {
        return RunFolder.open(root, run.identity().runId(), ArtifactLimits.defaults())
                .finish(run, verdict, RunFile::encode);
    }

    private String execute(String... arguments) {
        CommandLine line = new CommandLine(new RunsCommand());
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--artifact-dir", root.toString()));
        assertThat(line.execute(all.toArray(new String[0]))).isZero();
        return out.toString();
    }

    @Test
    void theTerminalHasARowForEachAndTheDetailsOfTheWorst() {
        RunResult run = three(true);
        RunVerdict verdict = judged(run, "error_rate<5%", "chat: p95(ttft)<500ms");

        List<String> lines = FoldedRun.screen(run, verdict, Path.of("runs/1"));

        assertThat(verdict.decision()).isEqualTo(Decision.REGRESSION);
        assertThat(lines.get(1))
                .startsWith("  OVER BUDGET  rag: error_rate<5%: ")
                .endsWith("; pass: chat, code");
        assertThat(lines)
                .containsSubsequence(
                        "    series  verdict      completed  failed  TTFT p50 ms   p95  TPOT p50 ms  e2e p95 ms  req/s")
                .anyMatch(line -> line.matches(" +chat +pass +600 +0 % +\\S+ +\\S+ +\\S+ +\\S+ +5\\.00"))
                .anyMatch(line -> line.matches(" +rag +over budget +\\d+ +[34]\\d\\.\\d % .*"))
                .anyMatch(line -> line.startsWith("    rag: over budget: error_rate<5%"))
                .anyMatch(line -> line.matches(" +fail +error_rate<5% .*"))
                .noneMatch(line -> line.contains("chat: p95(ttft)"))
                .anyMatch(line -> line.startsWith("    all series together, of "));
    }

    @Test
    void listAndPageOfRunsTellOfThem() throws IOException {
        RunResult run = three(true);
        written(run, judged(run, "error_rate<5%"));

        assertThat(execute("list")).contains("svc/m/nightly/c8", "over budget");
        assertThat(execute("show", run.identity().runId()))
                .contains("verdict    over budget: rag: error_rate<5%")
                .containsPattern("\n +series +verdict +completed")
                .containsPattern("\n +code +pass +600 ")
                .contains("\nrag: over budget: error_rate<5%")
                .containsPattern("\n +fail +error_rate<5%");
    }

    @Test
    void theFileOfARunKeepsEachOfThem() throws IOException {
        RunResult run = three(false);
        RunVerdict verdict = judged(run, "error_rate<5%");

        StoredRun stored = RunFile.read(written(run, verdict).resolve(RunFile.NAME));

        assertThat(stored).isEqualTo(new StoredRun(run, verdict));
        assertThat(RunRecords.of(run, verdict).series()).isEqualTo(THREE.parts());
    }

    @Test
    void aFileWithoutSeriesHasNoneAndNamesNone() throws IOException {
        RunResult run = new SimulatedRun(1).run();
        RunVerdict verdict = judged(run, "error_rate<5%");

        JsonNode file = new ObjectMapper().readTree(RunFile.encode(run, verdict));

        assertThat(file.at("/result").has("series")).isFalse();
        assertThat(file.at("/verdict").has("series")).isFalse();
    }

    @Test
    void theExitCodeIsThatOfTheWorst() {
        RunResult run = three(true);
        assertThat(exitCode(run, judged(run, "error_rate<5%"))).isEqualTo(ExitCode.REGRESSION);
        assertThat(exitCode(run, judged(run, "rag: p95(ttft)<500ms"))).isEqualTo(ExitCode.PASS);
        assertThat(exitCode(run, judged(run, "rag: goodput>90%"))).isEqualTo(ExitCode.INCONCLUSIVE);
    }

    private static int exitCode(RunResult run, RunVerdict verdict) {
        return Run.exitCode(run.ending(), verdict.decision(), Inconclusive.keep);
    }

    @Test
    void aCanaryIsToldWithWhatItWasHeldAgainst() throws IOException {
        RunResult run = SimulatedMix.of(
                SimulatedMix.canary(),
                List.of(new SimulatedRun(1).run(), SimulatedMix.paired(new SimulatedRun(2).run(), 3, 40, 1.2, 0.2)));
        RunVerdict verdict = WholeRunJudge.judge(
                run, List.of(), List.of(), JudgementSettings.defaults(), Optional.of(CanarySplit.ofPairs()));

        List<String> lines = FoldedRun.screen(run, verdict, Path.of("runs/1"));

        assertThat(lines.get(1))
                .matches("  REGRESSION  canary: p50\\(ttft\\) \\+\\d+\\.\\d % against stable, worse by .*;"
                        + " not judged: stable");
        assertThat(lines)
                .anyMatch(line -> line.matches(" +fail +p50\\(ttft\\) .* pairs"))
                .anyMatch(line -> line.contains("600 requests on the canary, 600 beside it, of each pair one asked"));
        assertThat(Files.readString(written(run, verdict).resolve("summary.md")))
                .contains("| share of the canary | 50.0 % | 50.0 % |");
    }

    @Test
    void beforeTheLoadItIsSaidWhatIsNewAndWhatIsGone() {
        RunResult before = SimulatedMix.of(
                SimulatedMix.classes("chat", "batch"), List.of(new SimulatedRun(11).run(), new SimulatedRun(12).run()));
        Baselines baselines = new Baselines(
                Optional.of(before.identity().runId()), List.of(RunBaseline.of(before)), Optional.empty());

        List<String> lines = baselines.lines(
                THREE, Optional.of(Duration.ofMinutes(1)), Duration.ofSeconds(10), JudgementSettings.defaults());

        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).contains("chat: ");
        assertThat(lines.get(2))
                .isEqualTo("new, so held against nothing: rag, code; gone, though the baseline has it: batch");
    }
}
