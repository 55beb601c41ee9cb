package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.judgement.run.SimulatedRun;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SummaryViewTest {

    private static final Screen SCREEN =
            new Screen(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false);

    private static List<String> lines(SimulatedRun simulated, RunTotals.Heard heard) {
        RunResult run = simulated.run();
        RunTotals totals = run.totals();
        RunResult told = new RunResult(
                run.identity(),
                run.plan(),
                run.environment(),
                run.ending(),
                new RunTotals(
                        totals.offered(),
                        totals.acknowledgedEvents(),
                        totals.lostEvents(),
                        totals.countedEvents(),
                        totals.goodput(),
                        totals.cost(),
                        Optional.of(heard)),
                run.windows(),
                run.alerts());
        return SummaryView.lines(
                told,
                RunJudge.judge(told, List.of(), List.of(), JudgementSettings.defaults()),
                Path.of("runs/1"),
                SCREEN);
    }

    @Test
    void aRunThatFailedTellsTheServersWords() {
        SimulatedRun simulated = new SimulatedRun(1);
        simulated.failing(1);
        List<String> lines = lines(
                simulated,
                new RunTotals.Heard(
                        List.of(new RunTotals.Cause(
                                FailureKind.HTTP_5XX, 600, Optional.of("status 500: CUDA out of memory"))),
                        Map.of()));
        assertThat(lines.get(1))
                .contains("FAILED  not one of 600 requests succeeded: HTTP_5XX 600 (status 500: CUDA out of memory)");
    }

    @Test
    void tokensThatAreChunksAreCalledThat() {
        List<String> lines = lines(
                new SimulatedRun(1),
                new RunTotals.Heard(
                        List.of(),
                        Map.of(),
                        Optional.of(new TokenCounting(Map.of(TokenSource.CHUNKS, 600L), 0, Optional.empty()))));
        assertThat(lines)
                .anyMatch(line -> line.matches(" +throughput .* req/s, .* output chunks/s"))
                .anyMatch(line -> line.matches(
                        " +tokens +chunks, not tokens, in all 600 completed requests: the server told no counts; .*"));
    }

    @Test
    void tokensThatSomebodyCountedNeedNoWord() {
        List<String> lines = lines(
                new SimulatedRun(1),
                new RunTotals.Heard(
                        List.of(),
                        Map.of(),
                        Optional.of(new TokenCounting(Map.of(TokenSource.SERVER_USAGE, 600L), 0, Optional.empty()))));
        assertThat(lines).anyMatch(line -> line.endsWith(" output tok/s")).noneMatch(line -> line.contains("chunks"));
    }

    @Test
    void numbersThatNobodyVouchesForAreShownAsThat() {
        SimulatedRun simulated = new SimulatedRun(1);
        simulated.covered(0.037);
        List<String> lines = lines(
                simulated,
                new RunTotals.Heard(
                        List.of(), Map.of(LatencyMetric.TTFT, Histogram.of(41_000_000, 52_000_000, 80_000_000))));
        assertThat(lines.get(1)).contains("CANNOT TELL  this machine was too busy");
        assertThat(String.join("\n", lines)).contains("not vouched for").containsPattern("ttft +52");
    }
}
