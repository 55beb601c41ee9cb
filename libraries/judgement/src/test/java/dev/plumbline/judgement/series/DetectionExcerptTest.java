package dev.plumbline.judgement.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.judgement.series.DetectionFigures.Outcome;
import dev.plumbline.judgement.series.DetectionFigures.Trap;
import dev.plumbline.judgement.series.DetectionFigures.Watch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Some seeds of {@link DetectionFigures}; all of it takes minutes. */
class DetectionExcerptTest {

    private static final int SEEDS = 3;

    @ParameterizedTest
    @EnumSource
    void whatIsMadeToMisleadIsFoundInTimeOrSaid(Trap trap) {
        Outcome outcome = trap.measure(SEEDS);
        assertThat(outcome.delays()).hasSize(SEEDS);
        assertThat(outcome.missed()).as(outcome.row(trap.title)).isLessThanOrEqualTo(1);
    }

    /** The tables of {@code docs/detection.md}: a small part of them, or those that {@code -Dplumbline.figures} asks for. */
    @Test
    void theTables() throws IOException {
        String asked = System.getProperty("plumbline.figures", "leak 1 4");
        Path tables = Path.of("target", "detection-figures.md");
        try (PrintStream out = new PrintStream(Files.newOutputStream(tables), true, StandardCharsets.UTF_8)) {
            DetectionFigures.print(out, asked.split(" "));
        }
        assertThat(Files.readString(tables)).contains(" % ");
    }

    @Test
    void aDayOfStallsAndWandersIsQuiet() {
        assertThat(LongStream.of(10_001, 10_002)
                        .parallel()
                        .map(seed ->
                                learned(seed).next(SimulatedWorld.WINDOWS_A_DAY).fired())
                        .sum())
                .isZero();
    }

    private static Watch learned(long seed) {
        return new Watch(new SimulatedWorld(SimulatedWorld.E2, 200, seed)).learned();
    }

    private static MetricVerdict last(Watch watch, JudgedMetric metric) {
        return watch.last.metrics().stream()
                .filter(verdict -> verdict.metric() == metric)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void longerAnswersVoidWhatDependsOnThemAndTheAlertResolvesWithoutIt() {
        Watch watch = learned(3).next(60);
        watch.series.all(1.5);
        assertThat(watch.windowsUntilAlert(40)).isPositive();
        watch.next(60);
        assertThat(watch.alerts.getLast().evidence().moved())
                .extracting(MetricVerdict::metric)
                .contains(JudgedMetric.OUTPUT_TOKEN_RATE);
        watch.series.all(1);
        watch.series.outputTokens = 130;
        for (int i = 0; i < 400 && watch.alerts.getLast().transition() != Transition.RESOLVED; i++) {
            watch.next();
        }
        assertThat(watch.alerts.getLast().transition()).isEqualTo(Transition.RESOLVED);
        watch.next();
        Verdict rate = last(watch, JudgedMetric.OUTPUT_TOKEN_RATE).verdict();
        assertThat(rate).isInstanceOf(Verdict.Inconclusive.class);
        assertThat(((Verdict.Inconclusive) rate).reason()).isEqualTo(Reason.OUTPUT_LENGTH_CHANGED);
        assertThat(last(watch, JudgedMetric.TPOT_P50).verdict()).isInstanceOf(Verdict.Steady.class);
        assertThat(watch.last.state())
                .as("a part of it is void, and it is said")
                .isEqualTo(SeriesState.NOT_JUDGED);
    }

    @Test
    void aStaleBaselineIsSaidAndLearnedAnew() {
        SimulatedWorld series = new SimulatedWorld(SimulatedWorld.E2, 200, 5);
        series.all(1.5);
        Watch watch = new Watch(series).learned().next(20);
        BaselineRecord old = watch.baselines.getFirst();
        series.all(1);
        watch.next(100);
        assertThat(last(watch, JudgedMetric.TPOT_P50).verdict()).isInstanceOf(Verdict.Improved.class);
        assertThat(watch.last.baselineId()).contains(old.baselineId());
        for (int i = 0; i < 100 && watch.last.baselineId().isPresent(); i++) {
            watch.next();
        }
        assertThat(last(watch, JudgedMetric.TPOT_P50).verdict())
                .isInstanceOfSatisfying(Verdict.Inconclusive.class, why -> assertThat(why.detail())
                        .matches("better for 18\\d windows than " + old.baselineId() + ", which is stale: it learns anew"));
        assertThat(watch.saysSo()).isTrue();
        watch.learned().next(60);
        assertThat(watch.baselines).hasSize(2);
        assertThat(watch.last.baselineId())
                .contains(watch.baselines.getLast().baselineId());
        assertThat(watch.fired()).isZero();
    }

    @Test
    void anImprovementThatPassesMovesNoBaseline() {
        Watch watch = learned(6).next(20);
        for (int i = 0; i < 3; i++) {
            watch.series.all(0.7);
            watch.next(120);
            watch.series.all(1);
            watch.next(120);
        }
        assertThat(watch.baselines).hasSize(1);
        assertThat(watch.state.learning().windows()).isZero();
    }

    @Test
    void aBaselineOfErrorsIsNone() {
        SimulatedWorld series = new SimulatedWorld(SimulatedWorld.E1, 40, 7);
        series.errorShare = 0.5;
        Watch watch = new Watch(series).next(186);
        assertThat(watch.state.baseline()).isEmpty();
        assertThat(watch.last.state()).isEqualTo(SeriesState.LEARNING);
        assertThat(watch.last.metrics())
                .allSatisfy(metric -> assertThat(((Verdict.Inconclusive) metric.verdict()).detail())
                        .contains("% of the requests failed"));
        series.errorShare = 0;
        watch.next(200);
        assertThat(watch.state.baseline()).isPresent();
    }

    @Test
    void evidenceFromBeforeASilenceDoesNotCountAfterIt() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        Bench bench = new Bench(Bench.SHORT).feed(series, 80);
        series.tpotFactor = 1.3;
        bench.feed(series, 8);
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.last().snapshot().lanes()).isNotEmpty();
        series.skipTime(10_000);
        series.tpotFactor = 1;
        bench.feed(series, Bench.SHORT.skipWindows());
        assertThat(bench.last().snapshot().lanes()).isEmpty();
        long since = bench.last().window().endEpochMillis();
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 40)).isPositive();
        assertThat(bench.alerts.getLast().sinceEpochMillis()).isGreaterThanOrEqualTo(since - 30_000);
    }

    @Test
    void stallsOfTheBaselineAreLeftOutAndSetHowLongABurstIs() {
        Watch watch = new Watch(new SimulatedWorld(SimulatedWorld.E1, 200, 8)).next(60);
        watch.series.stall(8, 4);
        watch.learned();
        BaselineRecord baseline = watch.baselines.getFirst();
        assertThat(baseline.gradeReasons())
                .anySatisfy(reason -> assertThat(reason).endsWith(" of 180 windows stalled, 8 in a row: left out"));
        assertThat(baseline.learned().windows()).isBetween(160L, 170L);
        Calibration.Quantile tail = (Calibration.Quantile) baseline.calibrations().stream()
                .filter(calibration -> calibration.metric() == JudgedMetric.TTFT_P95)
                .findFirst()
                .orElseThrow();
        assertThat(tail.tests())
                .filteredOn(test -> test.lane() == Lane.GROSSLY_WORSE)
                .allSatisfy(test -> assertThat(test.burstWindows()).isEqualTo(OptionalInt.of(13)));
        assertThat(tail.tests())
                .filteredOn(test -> test.lane() == Lane.WORSE)
                .allSatisfy(test -> assertThat(test.burstWindows()).isEmpty());
        watch.next(60);
        watch.series.stall(11, 4);
        watch.next(60);
        assertThat(watch.fired()).isZero();
        watch.series.all(2);
        assertThat(watch.windowsUntilAlert(20)).isBetween(13, 15);
    }

    /** Held against the baseline alone these two gave four and five alerts. */
    @ParameterizedTest
    @ValueSource(longs = {700_002, 700_003})
    void aLastingChangeBelowTheThresholdIsOneAlertAtMost(long seed) {
        Watch watch = learned(seed);
        watch.series.all(1.06);
        assertThat(watch.next(2_500).fired()).isLessThanOrEqualTo(1);
    }

    @Test
    void aRegressionOnTopOfALastingChangeIsFound() {
        Watch watch = learned(700_005);
        watch.series.all(1.05);
        watch.next(1_000);
        assertThat(watch.fired()).isZero();
        watch.series.all(1.25);
        assertThat(watch.windowsUntilAlert(40)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aLeakIsNamedAsOne(long seed) {
        Watch watch = learned(seed).next(60);
        for (int i = 1; i <= 600 && watch.fired() == 0; i++) {
            watch.series.all(1 + 0.3 * i / 360);
            watch.next();
        }
        List<AlertRecord> fired = watch.alerts.stream()
                .filter(alert -> alert.transition() == Transition.FIRED)
                .toList();
        assertThat(fired).hasSize(1);
        assertThat(watch.series.tpotFactor).as("found at").isLessThan(1.2);
    }
}
