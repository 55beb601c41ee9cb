package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunRatesTest {

    private static final long LENGTH = SampleRuns.WINDOW_MILLIS;

    @Test
    void windowsInWhichNothingWasDueAreTimeUnderLoad() {
        RunRates rates = RunRates.of(run(whole(0, 1), whole(1, 0), whole(2, 0), whole(3, 2)))
                .orElseThrow();
        assertThat(rates.windows()).isEqualTo(4);
        assertThat(rates.completedPerSecond()).isEqualTo(3 / (4 * LENGTH / 1e3));
        assertThat(rates.outputTokensPerSecond()).isEqualTo(30 / (4 * LENGTH / 1e3));
    }

    @Test
    void ofAWindowInWhichNothingWasDueTheRateIsKnownToBeZero() {
        assertThat(RunRates.of(whole(0, 0)).orElseThrow().completedPerSecond()).isZero();
        assertThat(RunRates.of(run(whole(0, 0))).orElseThrow().completedPerSecond())
                .isZero();
    }

    @Test
    void ofAWindowThatNobodyVouchesForItIsNotKnown() {
        assertThat(RunRates.of(sick(0))).isEmpty();
        assertThat(RunRates.of(run(sick(0), sick(1)))).isEmpty();
        assertThat(RunRates.of(run(sick(0), whole(1, 5))).orElseThrow().windows())
                .isEqualTo(1);
    }

    @Test
    void ofWindowsThatWereMeasuredInPartItIsThatOfTheRun() {
        RunWindow partial = new RunWindow(SampleRuns.START, LENGTH, load(5), ExcludedPart.none(), 1, true);
        assertThat(RunRates.of(partial)).isEmpty();
        RunRates rates = RunRates.of(run(partial)).orElseThrow();
        assertThat(rates.wholeWindows()).isFalse();
        assertThat(rates.completedPerSecond()).isEqualTo(5 / (LENGTH / 1e3));
        assertThat(RunRates.of(run())).isEmpty();
    }

    @Test
    void whatEndedBehindTheEndIsInNoRateOfWholeWindows() {
        RunRates rates = RunRates.of(drained(2 * LENGTH, whole(0, 5), whole(1, 5), afterLoad(2, 3)))
                .orElseThrow();
        assertThat(rates.windows()).isEqualTo(2);
        assertThat(rates.completedPerSecond()).isEqualTo(10 / (2 * LENGTH / 1e3));
        assertThat(RunRates.of(afterLoad(2, 3))).as("not 0").isEmpty();
    }

    /** Of 8 that fell due in 16 s 3 completed later: 8 in 16 s is what the target does. */
    @Test
    void whereThereIsNoWholeWindowWhatFellDueAndCompletedCountsOverTheTimeInWhichItFellDue() {
        RunWindow first = new RunWindow(SampleRuns.START - 4_000, LENGTH, load(3), ExcludedPart.none(), 1, true);
        RunWindow second = new RunWindow(SampleRuns.START + 6_000, LENGTH, load(2), ExcludedPart.none(), 1, true);
        RunWindow after = new RunWindow(
                SampleRuns.START + 16_000, LENGTH, afterLoad(0, 3).measured(), ExcludedPart.none(), 1, true);
        RunRates rates = RunRates.of(drained(16_000, first, second, after)).orElseThrow();
        assertThat(rates.wholeWindows()).isFalse();
        assertThat(rates.completedPerSecond()).isEqualTo(8 / 16.0);
        assertThat(rates.outputTokensPerSecond()).as("of the same 16 s").isEqualTo(50 / 16.0);
    }

    @Test
    void whatEndedBehindTheEndIsInTheLatenciesAndCountsOfTheRun() {
        RunResult run = SampleRuns.drained().result();
        RunFigures figures = RunFigures.of(run);
        assertThat(figures.requests().completed()).isEqualTo(5 * 40 + 2 * 3);
        assertThat(figures.requests().failed()).containsEntry(FailureKind.TIMEOUT_TOTAL, 1L);
        assertThat(figures.latency(LatencyMetric.E2E).count()).isEqualTo(5 * 40 + 2 * 3);
        assertThat(figures.lowCoverageWindows()).isZero();
        assertThat(figures.rates().orElseThrow().windows()).isEqualTo(4);
    }

    private static RunWindow afterLoad(int index, long completed) {
        return new RunWindow(
                SampleRuns.START + index * LENGTH,
                LENGTH,
                new WindowSummary(
                        new RequestCounts(completed, Map.of(), 0, 0, 0), Map.of(), TokenTotals.none(), 0, 0, Map.of()),
                ExcludedPart.none(),
                1,
                true);
    }

    private static RunResult drained(long lengthMillis, RunWindow... windows) {
        return SampleRuns.result(
                SampleRuns.START + lengthMillis,
                new RunEnding.Completed(),
                List.of(windows),
                List.of(),
                Optional.empty());
    }

    private static RunWindow whole(int index, long completed) {
        return new RunWindow(SampleRuns.START + index * LENGTH, LENGTH, load(completed), ExcludedPart.none(), 1, false);
    }

    private static RunWindow sick(int index) {
        return new RunWindow(
                SampleRuns.START + index * LENGTH,
                LENGTH,
                WindowSummary.empty(),
                new ExcludedPart(RequestCounts.none(), 3, Map.of("p", Set.of(Sickness.CPU_SATURATED))),
                0,
                false);
    }

    private static WindowSummary load(long completed) {
        return new WindowSummary(
                new RequestCounts(completed, Map.of(), 0, 0, 0),
                Map.of(),
                new TokenTotals(0, 0, 0, 0, 10 * completed),
                completed,
                0,
                Map.of());
    }

    private static RunResult run(RunWindow... windows) {
        return SampleRuns.result(
                SampleRuns.START + Math.max(1, windows.length) * LENGTH,
                new RunEnding.Completed(),
                List.of(windows),
                List.of(),
                Optional.empty());
    }
}
