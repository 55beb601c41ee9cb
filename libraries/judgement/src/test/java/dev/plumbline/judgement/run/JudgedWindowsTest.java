package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.distribution.HistogramAccumulator;
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
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Half of the answers take a second and have 50 tokens, half take 20 s and have 500; a load of a minute, cut at its ends. */
class JudgedWindowsTest {

    private static final long START = SimulatedRun.START;
    private static final long LENGTH = 10_000;
    private static final int WINDOWS = 12;

    /** What whole windows hold, and what those hold in which long answers are missing, or nothing else is left. */
    private static final WindowSummary BOTH = window(20, 20);

    private static final WindowSummary SHORT = window(20, 0);
    private static final WindowSummary LONG = withoutLoad(window(0, 20));

    private static WindowSummary window(int shortOnes, int longOnes) {
        HistogramAccumulator e2e = new HistogramAccumulator();
        for (int i = 0; i < shortOnes; i++) {
            e2e.record(1_000_000_000L + i * 20_000_000L);
        }
        for (int i = 0; i < longOnes; i++) {
            e2e.record(20_000_000_000L + i * 400_000_000L);
        }
        return new WindowSummary(
                new RequestCounts(shortOnes + longOnes, Map.of(), 0, 0, 0),
                Map.of(LatencyMetric.E2E, e2e.toHistogram()),
                new TokenTotals(0, 50L * shortOnes + 500L * longOnes, 0, 0, 1_100),
                40,
                8 * LENGTH * 1_000_000,
                Map.of());
    }

    private static WindowSummary withoutLoad(WindowSummary summary) {
        TokenTotals tokens = summary.tokens();
        return new WindowSummary(
                summary.requests(), summary.latencies(), new TokenTotals(0, tokens.output(), 0, 0, 0), 0, 0, Map.of());
    }

    /** Two windows at the begin lack what takes long, and two behind the end have nothing else. */
    private static List<RunWindow> cut() {
        List<RunWindow> windows = new ArrayList<>();
        for (int i = 0; i < WINDOWS; i++) {
            windows.add(at(i, i < 2 ? SHORT : BOTH, false));
        }
        windows.add(at(WINDOWS, LONG, true));
        windows.add(at(WINDOWS + 1, LONG, true));
        return windows;
    }

    private static RunWindow at(int index, WindowSummary summary, boolean partial) {
        return new RunWindow(START + index * LENGTH, LENGTH, summary, ExcludedPart.none(), 1, partial);
    }

    private static JudgedWindows of(List<RunWindow> windows) {
        return of(windows, WINDOWS * LENGTH);
    }

    private static JudgedWindows of(List<RunWindow> windows, long loadMillis) {
        return new JudgedWindows(new RunResult(
                new RunIdentity(
                        "20261125T200000Z-abcd",
                        new SimulatedRun(1).series(),
                        "http://t",
                        START,
                        START + loadMillis,
                        LENGTH),
                Map.of(),
                new Environment(Map.of(), Map.of()),
                new RunEnding.Completed(),
                new RunTotals(0, 0, 0, 0, Optional.empty(), OptionalDouble.empty()),
                windows,
                List.of()));
    }

    @Test
    void whatEndedBehindTheEndCountsInLatenciesAndCounts() {
        JudgedWindows windows = of(cut());
        assertThat(windows.merged().requests().completed()).isEqualTo(WINDOWS * 40);
        assertThat(windows.merged().latency(LatencyMetric.E2E).count()).isEqualTo(WINDOWS * 40);
        assertThat(windows.ended()).isEqualTo(WINDOWS * 40);
        assertThat(windows.leftOut()).isZero();
        assertThat(windows.outputTokensPerRequest().orElseThrow().value()).isCloseTo(275, within(1e-9));
    }

    /** Where a load was cut is no noise of the target. */
    @Test
    void whereTheLoadWasCutDoesNotMakeTheWindowsScatter() {
        List<RunWindow> quiet = new ArrayList<>();
        for (int i = 0; i < WINDOWS; i++) {
            quiet.add(at(i, BOTH, false));
        }
        RatioOfSums whole = of(quiet).outputTokensPerRequest().orElseThrow();
        RatioOfSums closed = of(cut()).outputTokensPerRequest().orElseThrow();
        assertThat(closed.variance()).isEqualTo(whole.variance());
        assertThat(of(cut()).designEffect(LatencyMetric.E2E, 0.5))
                .isEqualTo(of(quiet).designEffect(LatencyMetric.E2E, 0.5));
        assertThat(of(cut()).meanNanos(LatencyMetric.E2E).orElseThrow().variance())
                .isEqualTo(of(quiet).meanNanos(LatencyMetric.E2E).orElseThrow().variance());
    }

    /** Answers that take two windows: in the first ones nobody can have completed yet, and behind the end they do. */
    @Test
    void whatFellDueAndCompletedBehindTheEndWasAchieved() {
        assertThat(of(cut()).achievedRatio().orElseThrow().value()).isEqualTo(1);
        assertThat(of(cut()).withLoadCount()).isEqualTo(WINDOWS);
    }

    @Test
    void ratesAreOfTheWindowsOfTheLoadAlone() {
        JudgedWindows windows = of(cut());
        assertThat(windows.wholeCount()).isEqualTo(WINDOWS);
        assertThat(windows.outputTokensPerSecond().orElseThrow().value()).isCloseTo(110, within(1e-9));
    }

    @Test
    void whereTheWindowOfTheSameDistanceIsMissingTheFirstOneTakesIt() {
        JudgedWindows windows = of(List.of(at(0, SHORT, true), at(1, SHORT, true), at(9, LONG, true)), 2 * LENGTH);
        assertThat(windows.merged().requests().completed()).isEqualTo(60);
        assertThat(windows.countWith(LatencyMetric.E2E)).isEqualTo(2);
    }

    @Test
    void whereNothingElseCanBeJudgedWhatEndedBehindTheEndStandsForItself() {
        JudgedWindows windows = of(
                List.of(new RunWindow(START, LENGTH, SHORT, ExcludedPart.none(), 0.5, false), at(WINDOWS, LONG, true)));
        assertThat(windows.merged().requests().completed()).isEqualTo(20);
        assertThat(windows.leftOut()).isEqualTo(1);
    }

    @Test
    void withoutWindowsThereIsNothing() {
        assertThat(of(List.of()).merged()).isEqualTo(WindowSummary.empty());
        assertThat(of(List.of()).outputTokensPerRequest()).isEmpty();
    }
}
