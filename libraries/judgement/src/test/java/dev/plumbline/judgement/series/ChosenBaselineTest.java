package dev.plumbline.judgement.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.calibration.RunCalibration;
import dev.plumbline.judgement.calibration.UnfitSourceException;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Which baseline a series is held against, and what happens when that is another one than before. */
class ChosenBaselineTest {

    private static final long LENGTH = SimulatedSeries.LENGTH_MILLIS;
    private static final int LEARNING = Bench.SHORT.baselineWindows() + Bench.SHORT.skipWindows();

    private final Bench bench = new Bench(Bench.SHORT);

    private static Decision at(long epochMillis) {
        return new Decision("alice", "release 1.4", epochMillis, OptionalLong.empty());
    }

    private static RunResult run(List<WindowRecord> windows) {
        WindowRecord first = windows.getFirst();
        long start = first.id().startEpochMillis();
        long end = windows.getLast().id().endEpochMillis();
        List<RunWindow> own = new ArrayList<>();
        for (WindowRecord window : windows) {
            own.add(new RunWindow(
                    window.id().startEpochMillis(),
                    window.id().lengthMillis(),
                    window.delta(),
                    window.excluded(),
                    window.coverage(),
                    false));
        }
        return new RunResult(
                new RunIdentity(
                        "20261125T201503Z-k3f9",
                        first.id().series(),
                        "http://127.0.0.1:8000",
                        start,
                        end,
                        first.id().lengthMillis()),
                Map.of(),
                new Environment(Map.of(), Map.of()),
                new RunEnding.Completed(),
                new RunTotals(0, 0, 0, 0, Optional.empty(), OptionalDouble.empty(), Optional.empty()),
                own,
                List.of());
    }

    private static List<WindowRecord> windows(SimulatedSeries series, int count) {
        List<WindowRecord> windows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            windows.add(series.window());
        }
        return windows;
    }

    private static BaselineRecord made(List<WindowRecord> windows, Kind kind, Decision decision) {
        return RunCalibration.of(List.of(run(windows)), kind, decision, Optional.empty(), LENGTH, Bench.SHORT);
    }

    private void decide(List<BaselineRecord> chosen, Optional<BaselineReset> reset) {
        bench.state = bench.state.decided(new Decisions(chosen, List.of(), reset));
    }

    private static BaselineReset reset(long at) {
        return new BaselineReset("all", Scope.EVERYTHING, at(at));
    }

    private long now() {
        return bench.last().window().endEpochMillis();
    }

    @Test
    void aRunHasTheNumbersThatADetectorWouldHaveLearned() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        List<WindowRecord> windows = windows(series, LEARNING);
        windows.forEach(bench::feed);
        BaselineRecord learned = bench.state.baseline().orElseThrow();
        BaselineRecord made =
                made(windows.subList(Bench.SHORT.skipWindows(), LEARNING), Kind.PINNED, at(SimulatedSeries.START));
        assertThat(made.calibrations()).isEqualTo(learned.calibrations());
        assertThat(made.merged()).isEqualTo(learned.merged());
        assertThat(made.work()).isEqualTo(learned.work());
        assertThat(made.grade()).isEqualTo(learned.grade());
        assertThat(made.learned().windows()).isEqualTo(60);
        assertThat(made.provenance().orElseThrow().sources().getFirst().runId()).isEqualTo("20261125T201503Z-k3f9");
    }

    /** As a detector does: 36 blocks of the newest windows that fill them. */
    @Test
    void aLongRunIsLearnedFromInBlocks() {
        BaselineRecord made = made(windows(new SimulatedSeries(1, "c8"), 200), Kind.PINNED, at(SimulatedSeries.START));
        assertThat(made.learned().windows()).isEqualTo(180);
        assertThat(made.learned().fromEpochMillis()).isEqualTo(SimulatedSeries.START + 20 * LENGTH);
    }

    @Test
    void aRunArmsASeriesAtOnce() {
        decide(
                List.of(made(windows(new SimulatedSeries(1, "c8"), 60), Kind.PINNED, at(SimulatedSeries.START))),
                Optional.empty());
        SimulatedSeries series = new SimulatedSeries(2, "c8");
        series.skipTime(60);
        bench.feed(series, Bench.SHORT.skipWindows());
        assertThat(bench.last().state()).as("warming up").isEqualTo(SeriesState.NOT_JUDGED);
        bench.feed(series, 10);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        assertThat(bench.last().baselineId().orElseThrow()).startsWith("pinned-");
        assertThat(bench.last().learning()).isEmpty();
        assertThat(bench.last().decided().flatMap(Decided::baseline)).contains(at(SimulatedSeries.START));
        series.tpotFactor(1.3);
        assertThat(bench.windowsUntil(Transition.FIRED, series, 20)).isPositive();
        assertThat(bench.alerts.getFirst().evidence().baselineId()).startsWith("pinned-");
    }

    @Test
    void aPinnedOneComesBeforeOneOfGreenRunsAndThatBeforeWhatWasLearned() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING + 1);
        assertThat(bench.last().baselineId().orElseThrow()).startsWith("learned-");
        assertThat(bench.last().decided()).isEmpty();
        List<WindowRecord> run = windows(new SimulatedSeries(3, "c8"), 60);
        BaselineRecord green = made(run, Kind.LAST_GREEN, at(now()));
        long end = now() + 5 * LENGTH;
        BaselineRecord pinned = made(run, Kind.PINNED, new Decision("bob", "freeze", now(), OptionalLong.of(end)));
        decide(List.of(green, pinned), Optional.empty());
        bench.feed(series, 5);
        assertThat(bench.last().baselineId()).contains(pinned.baselineId());
        bench.feed(series, 1);
        assertThat(bench.last().baselineId()).as("the pin is over").contains(green.baselineId());
        decide(List.of(), Optional.empty());
        bench.feed(series, 1);
        assertThat(bench.last().baselineId())
                .as("taken back")
                .contains(bench.state.baseline().orElseThrow().baselineId());
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.verdicts.subList(LEARNING, bench.verdicts.size()))
                .extracting(VerdictRecord::state)
                .containsOnly(SeriesState.OK);
    }

    /** Whoever reads windows again judges them as they were judged. */
    @Test
    void aBaselineHoldsForNoWindowFromBeforeItWasChosen() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING + 1);
        decide(List.of(made(windows(new SimulatedSeries(3, "c8"), 60), Kind.PINNED, at(now() + 1))), Optional.empty());
        bench.feed(series, 1);
        assertThat(bench.last().baselineId().orElseThrow()).startsWith("learned-");
        bench.feed(series, 1);
        assertThat(bench.last().baselineId().orElseThrow()).startsWith("pinned-");
    }

    @Test
    void anAcceptedChangeEndsTheIncidentWithoutResolvingItAndIsTheNormFromThenOn() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING);
        series.tpotFactor(1.3);
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        AlertRecord fired = bench.alerts.getLast();
        BaselineRecord accepted = made(windows(series, 60), Kind.PINNED, at(now() + 60 * LENGTH));
        series.skipTime(-60);
        bench.feed(series, 59);
        assertThat(bench.last().state()).isEqualTo(SeriesState.FIRING);
        bench.feed(series, 1);
        decide(List.of(accepted), Optional.empty());
        bench.feed(series, 1);
        AlertRecord ended = bench.alerts.getLast();
        assertThat(ended.transition()).isEqualTo(Transition.ENDED);
        assertThat(ended.alertId()).isEqualTo(fired.alertId());
        assertThat(ended.summary()).contains(accepted.baselineId(), "by alice (release 1.4)");
        assertThat(bench.alerts).extracting(AlertRecord::transition).doesNotContain(Transition.RESOLVED);
        bench.feed(series, 60);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        assertThat(bench.alerts.getLast()).isSameAs(ended);
    }

    @Test
    void evidenceAgainstOneBaselineIsNoneAgainstAnother() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING);
        series.tpotFactor(1.3);
        bench.feed(series, 8);
        assertThat(bench.last(JudgedMetric.TPOT_P50).evidence().orElseThrow().score())
                .isPositive();
        SimulatedSeries slow = new SimulatedSeries(3, "c8");
        slow.tpotFactor(1.3);
        decide(List.of(made(windows(slow, 60), Kind.PINNED, at(now()))), Optional.empty());
        bench.feed(series, 1);
        assertThat(bench.last(JudgedMetric.TPOT_P50).evidence().orElseThrow().windows())
                .isLessThanOrEqualTo(1);
        bench.feed(series, 60);
        assertThat(bench.alerts).isEmpty();
    }

    @Test
    void aBaselineOfOtherConditionsOrOtherWindowsIsNotUsedAndItIsSaid() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.state = bench.state.decided(new Decisions(List.of(), List.of("pinned-1"), Optional.empty()));
        bench.feed(series, 10);
        assertThat(bench.last().state()).isEqualTo(SeriesState.LEARNING);
        assertThat(((Verdict.Inconclusive) bench.last(JudgedMetric.TTFT_P50).verdict()).detail())
                .isEqualTo(
                        "7 of 60 windows of the baseline; pinned-1 is not used: it was measured under other conditions");
        BaselineRecord minutes = RunCalibration.of(
                List.of(run(windows(new SimulatedSeries(3, "c8"), 130))),
                Kind.PINNED,
                at(SimulatedSeries.START),
                Optional.empty(),
                6 * LENGTH,
                Bench.SHORT);
        assertThat(minutes.learned().windows()).isBetween(20L, 21L);
        decide(List.of(minutes), Optional.empty());
        bench.feed(series, 1);
        assertThat(((Verdict.Inconclusive) bench.last(JudgedMetric.TTFT_P50).verdict()).detail())
                .endsWith(minutes.baselineId() + " is not used: it is of windows of 60.0 s");
    }

    @Test
    void aResetForgetsWhatWasLearnedAndEndsWhatIsOpen() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING);
        series.tpotFactor(1.3);
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        decide(List.of(), Optional.of(reset(now() + 1)));
        bench.feed(series, 1);
        assertThat(bench.last().state()).as("a window that began before").isEqualTo(SeriesState.FIRING);
        bench.feed(series, 1);
        assertThat(bench.last().state()).isEqualTo(SeriesState.LEARNING);
        assertThat(bench.alerts.getLast().transition()).isEqualTo(Transition.ENDED);
        assertThat(bench.alerts.getLast().summary())
                .startsWith("its baseline is gone, reset by alice (release 1.4): chat@stable");
        bench.feed(series, LEARNING);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        BaselineRecord anew = bench.state.baseline().orElseThrow();
        assertThat(anew.decision().orElseThrow().who()).isEqualTo("alice");
        assertThat(anew.learned().fromEpochMillis())
                .isGreaterThan(
                        bench.state.decisions().reset().orElseThrow().decision().atEpochMillis());
        series.tpotFactor(1);
        bench.feed(series, 60);
        assertThat(bench.last(JudgedMetric.TPOT_P50).verdict()).isInstanceOf(Verdict.Improved.class);
    }

    @Test
    void aResetForgetsWhatIsHalfLearned() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, 40);
        decide(List.of(), Optional.of(reset(now())));
        bench.feed(series, 1);
        assertThat(bench.last().learning().orElseThrow().windows()).isEqualTo(1);
    }

    /** D18: of Friday only what is open counts on Monday. */
    @Test
    void evidenceFromBeforeALongSilenceDoesNotCountAfterIt() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING);
        series.tpotFactor(1.3);
        bench.feed(series, 8);
        assertThat(bench.alerts).isEmpty();
        long friday = now();
        series.skipTime(10_000);
        bench.feed(series, Bench.SHORT.skipWindows());
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isGreaterThan(3);
        assertThat(bench.alerts.getLast().sinceEpochMillis()).isGreaterThan(friday + 9_000 * LENGTH);
    }

    @Test
    void whatIsOpenBeforeALongSilenceIsOpenAfterIt() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        bench.feed(series, LEARNING);
        series.tpotFactor(1.3);
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        series.skipTime(10_000);
        bench.feed(series, 10);
        assertThat(bench.last().state()).isEqualTo(SeriesState.FIRING);
        assertThat(bench.alerts).hasSize(1);
    }

    /** D8: what is asked about is no norm. */
    @Test
    void aCanaryDoesNotTeachWhileSomebodyElseIsThere() {
        SimulatedSeries canary = new SimulatedSeries(1, "c8", "canary");
        canary.ttftFactor(1.3);
        SimulatedSeries stable = new SimulatedSeries(2, "c8");
        bench.feed(canary, 20);
        stable.skipTime(20);
        for (int i = 0; i < LEARNING; i++) {
            bench.feed(canary.window());
            bench.feed(stable.window());
        }
        assertThat(bench.state.baseline().orElseThrow().learned().from().variant())
                .isEqualTo("stable");
        assertThat(bench.windowsUntil(Transition.FIRED, canary, 30)).isPositive();
    }

    @Test
    void aCanaryThatIsAloneTeaches() {
        bench.feed(new SimulatedSeries(1, "c8", "canary"), LEARNING);
        assertThat(bench.state.baseline()).isPresent();
    }

    /** D8: frozen, errors would never be judged again. */
    @Test
    void aTimeInWhichHalfOfTheRequestsFailIsNoBaseline() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        series.errorShare(0.5);
        bench.feed(series, LEARNING + 20);
        assertThat(bench.state.baseline()).isEmpty();
        Verdict.Inconclusive why =
                (Verdict.Inconclusive) bench.last(JudgedMetric.TTFT_P50).verdict();
        assertThat(why.reason()).isEqualTo(Reason.UNSUITABLE_BASELINE);
        assertThat(why.detail()).contains("of the requests failed");
        series.errorShare(0);
        bench.feed(series, LEARNING);
        assertThat(bench.state.baseline()).isPresent();
        List<WindowRecord> failing = windows(failing(), 60);
        assertThatThrownBy(() -> made(failing, Kind.PINNED, at(SimulatedSeries.START)))
                .isInstanceOf(UnfitSourceException.class)
                .hasMessageContaining("of the requests failed: that is no norm; choose a steadier or a longer run");
    }

    private static SimulatedSeries failing() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        series.errorShare(0.5);
        return series;
    }

    @Test
    void aRunThatIsTooShortOrMovedIsRefusedInOneLine() {
        List<WindowRecord> few = windows(new SimulatedSeries(1, "c8"), 12);
        assertThatThrownBy(() -> made(few, Kind.PINNED, at(SimulatedSeries.START)))
                .hasMessage("run 20261125T201503Z-k3f9 has 12 whole windows of 10 s, 20 are needed for a detector's"
                        + " baseline and 60 are good: a run of 11 minutes has them");
        SimulatedSeries moving = new SimulatedSeries(1, "c8");
        List<WindowRecord> moved = new ArrayList<>(windows(moving, 40));
        moving.tpotFactor(1.5);
        moved.addAll(windows(moving, 40));
        assertThatThrownBy(() -> made(moved, Kind.PINNED, at(SimulatedSeries.START)))
                .hasMessageMatching("run \\S+ cannot be a baseline: .*moved by .*; choose a steadier or a longer run");
        List<WindowRecord> shaped = windows(new SimulatedSeries(1, "s-ramp1-20x120s-poisson"), 60);
        assertThatThrownBy(() -> made(shaped, Kind.PINNED, at(SimulatedSeries.START)))
                .hasMessageContaining("the load changes over time");
    }
}
