package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.window.ExcludedPart;
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
