package dev.plumbline.judgement.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Grade;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupJudgeTest {

    private static final int LEARNING = Bench.SHORT.baselineWindows() + Bench.SHORT.skipWindows();

    private final SimulatedSeries series = new SimulatedSeries(1, "c8");
    private final Bench bench = new Bench(Bench.SHORT);

    private Bench learned() {
        return bench.feed(series, LEARNING);
    }

    private static Reason reason(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Inconclusive.class);
        return ((Verdict.Inconclusive) verdict).reason();
    }

    @Test
    void learnsFromTheFirstValidWindowsAfterTheWarmUp() {
        bench.feed(series, LEARNING - 1);
        assertThat(bench.last().state()).isEqualTo(SeriesState.LEARNING);
        assertThat(bench.last().learning().orElseThrow().windows()).isEqualTo(59);
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.LEARNING);
        Judged.Taken last = (Judged.Taken) bench.feed(series.window());
        BaselineRecord baseline = last.learned().orElseThrow();
        assertThat(baseline.learned().windows()).isEqualTo(60);
        assertThat(baseline.learned().through().orElseThrow().offset()).isEqualTo(LEARNING - 1);
        assertThat(baseline.learned().fromEpochMillis())
                .isEqualTo(SimulatedSeries.START + 3 * SimulatedSeries.LENGTH_MILLIS);
        assertThat(baseline.grade()).isIn(Grade.A, Grade.B);
        bench.feed(series.window());
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        assertThat(bench.last().baselineId()).contains(baseline.baselineId());
    }

    @Test
    void sickAndEmptyWindowsAreNotLearned() {
        series.sickShare = 1;
        bench.feed(series, LEARNING);
        assertThat(bench.last().learning().orElseThrow().windows()).isZero();
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.LOW_COVERAGE);
        series.sickShare = 0;
        series.errorShare = 1;
        bench.feed(series, LEARNING);
        assertThat(bench.last().learning().orElseThrow().windows()).isZero();
    }

    /** Each step of such a load would be an alert against what was learned of another level: it is not learned, and says why. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "s-ramp1-20x120s-poisson",
                "s-steps4-8-16x60s-slots",
                "s-square4-16x30s-slots",
                "s-overload20x1.5x120s-60s-poisson",
                "s-adjustable20-poisson"
            })
    void windowsOfALoadThatChangesAreNotHeldAgainstEachOther(String loadPoint) {
        SimulatedSeries shaped = new SimulatedSeries(1, loadPoint);
        bench.feed(shaped, LEARNING + 30);
        shaped.ttftFactor(5);
        bench.feed(shaped, 60);
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.last().state()).isEqualTo(SeriesState.LEARNING);
        Verdict.Inconclusive verdict =
                (Verdict.Inconclusive) bench.last(JudgedMetric.TTFT_P50).verdict();
        assertThat(verdict.reason()).isEqualTo(Reason.UNSUITABLE_BASELINE);
        assertThat(verdict.detail()).contains("runs of the same shape do");
    }

    /** Windows of ten seconds that hold whole periods are one like another, and are judged as those of a steady load. */
    @Test
    void windowsOfWholePeriodsAreJudged() {
        SimulatedSeries shaped = new SimulatedSeries(1, "s-square4-16x5s-slots");
        bench.feed(shaped, LEARNING + 1);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        shaped.ttftFactor(2);
        bench.feed(shaped, 40);
        assertThat(bench.alerts).isNotEmpty();
    }

    @Test
    void staysSteadyOnQuietWindowsAndShowsTheEffect() {
        learned().feed(series, 30);
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.last().metrics()).allSatisfy(metric -> {
            assertThat(metric.verdict()).isInstanceOf(Verdict.Steady.class);
            assertThat(metric.effect().orElseThrow().ratio()).isBetween(0.8, 1.25);
        });
    }

    @Test
    void firesOnSlowDecodeWithOneIncidentForAllThatMoved() {
        learned().feed(series, 20);
        long change = bench.last().window().endEpochMillis();
        series.tpotFactor = 1.2;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isBetween(9, 30);
        AlertRecord fired = bench.alerts.getLast();
        assertThat(fired.evidence().moved())
                .extracting(moved -> moved.metric())
                .contains(JudgedMetric.TPOT_P50, JudgedMetric.OUTPUT_TOKEN_RATE)
                .doesNotContain(JudgedMetric.TTFT_P50);
        assertThat(fired.sinceEpochMillis()).isBetween(change - 30_000, change + 30_000);
        assertThat(fired.summary()).contains("chat@stable:", "p50(tpot)", "->", "since", "evidence");
        assertThat(fired.evidence().slowest()).hasSize(3);
        assertThat(bench.last().state()).isEqualTo(SeriesState.FIRING);
        assertThat(bench.last(JudgedMetric.TPOT_P50).verdict()).isInstanceOf(Verdict.Regressed.class);
        bench.feed(series, 40);
        assertThat(bench.alerts.stream().filter(alert -> alert.transition() == Transition.FIRED))
                .hasSize(1);
    }

    @Test
    void aGrossChangeFiresInNineWindows() {
        learned().feed(series, 20);
        series.ttftFactor = 2;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isEqualTo(9);
    }

    @Test
    void aBurstShorterThanItsBoundNeverFires() {
        learned().feed(series, 20);
        series.ttftFactor = 10;
        bench.feed(series, 8);
        series.ttftFactor = 1;
        bench.feed(series, 40);
        assertThat(bench.alerts).isEmpty();
    }

    @Test
    void aChangeBelowTheThresholdEffectNeverFires() {
        learned();
        series.tpotFactor = 1.05;
        series.ttftFactor = 1.05;
        bench.feed(series, 300);
        assertThat(bench.alerts).isEmpty();
    }

    @Test
    void saysDriftWhenEvidenceCrossesWithASmallEffect() {
        series.requests = 200;
        learned();
        series.ttftFactor = 1.085;
        bench.feed(series, 200);
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.verdicts.stream()
                        .flatMap(verdict -> verdict.metrics().stream())
                        .map(metric -> metric.verdict())
                        .filter(verdict -> verdict instanceof Verdict.Inconclusive inconclusive
                                && inconclusive.reason() == Reason.DRIFT_BELOW_THRESHOLD))
                .isNotEmpty();
        series.ttftFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 60)).isPositive();
    }

    @Test
    void aJumpAfterALongDriftIsNotDilutedByIt() {
        series.requests = 200;
        learned();
        series.ttftFactor = 1.085;
        bench.feed(series, 1_000);
        assertThat(bench.alerts).isEmpty();
        series.ttftFactor = 1.2;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 100)).isBetween(1, 50);
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44, 45, 46})
    void aShortNoisyBaselineNeverFiresWhileItsOwnUncertaintyCouldExplainTheEffect(long seed) {
        SimulatedSeries noisy = new SimulatedSeries(seed, "c8");
        noisy.sigma = 0.6;
        noisy.requests = 5;
        Bench tiny = new Bench(new JudgementSettings(20, 0, 0.10, 60_480, 1, 15, 9, 30));
        tiny.feed(noisy, 22);
        noisy.ttftFactor = 1.12;
        for (int i = 0; i < 600; i++) {
            tiny.feed(noisy.window());
            tiny.last().metrics().stream()
                    .filter(metric -> metric.metric().latency().isPresent())
                    .filter(metric -> tiny.last().snapshot().incident().isEmpty())
                    .filter(metric -> metric.verdict() instanceof Verdict.Regressed)
                    .forEach(metric -> assertThat(metric.effect().orElseThrow().ratioLow())
                            .as("seed " + seed)
                            .isGreaterThan(1));
        }
        assertThat(tiny.alerts)
                .as("seed " + seed)
                .allSatisfy(alert -> assertThat(alert.evidence().moved())
                        .filteredOn(metric -> metric.verdict() instanceof Verdict.Regressed
                                && metric.metric().latency().isPresent())
                        .allSatisfy(metric -> assertThat(
                                        metric.effect().orElseThrow().ratioLow())
                                .isGreaterThan(1)));
    }

    @Test
    void saysImprovedWithoutAnAlert() {
        learned();
        series.ttftFactor = 0.8;
        bench.feed(series, 40);
        assertThat(bench.last(JudgedMetric.TTFT_P50).verdict()).isInstanceOf(Verdict.Improved.class);
        assertThat(bench.alerts).isEmpty();
    }

    @Test
    void resolvesWhenBackForTheWholeSpanAndCanFireAgain() {
        learned().feed(series, 5);
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        String first = bench.alerts.getLast().alertId();
        series.tpotFactor = 1;
        int windows = bench.windowsUntil(Transition.RESOLVED, series, 80);
        assertThat(windows).isBetween(25, 60);
        assertThat(bench.alerts.getLast().alertId()).isEqualTo(first);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        assertThat(bench.verdicts
                        .get(bench.verdicts.size() - 2)
                        .snapshot()
                        .incident()
                        .orElseThrow()
                        .calmWindows())
                .isEqualTo(5);
        bench.feed(series, 20);
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        assertThat(bench.alerts.getLast().alertId()).isNotEqualTo(first);
    }

    @Test
    void staysFiringWhileTheRegressionLasts() {
        learned();
        series.tpotFactor = 1.3;
        bench.feed(series, 200);
        assertThat(bench.alerts).noneMatch(alert -> alert.transition() == Transition.RESOLVED);
        assertThat(bench.last().state()).isEqualTo(SeriesState.FIRING);
    }

    @Test
    void whatCrossesLaterJoinsTheOpenIncident() {
        learned();
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        series.ttftFactor = 2;
        assertThat(bench.windowsUntil(Transition.EXTENDED, series, 30)).isBetween(9, 16);
        assertThat(bench.alerts.getLast().alertId())
                .isEqualTo(bench.alerts.getFirst().alertId());
        assertThat(bench.alerts.getLast().evidence().moved())
                .extracting(moved -> moved.metric())
                .contains(JudgedMetric.TTFT_P50);
    }

    @Test
    void errorsFromAZeroBaselineFire() {
        learned();
        series.errorShare = 0.1;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 60)).isPositive();
        assertThat(bench.alerts.getLast().evidence().moved())
                .extracting(moved -> moved.metric())
                .contains(JudgedMetric.ERROR_RATE);
    }

    @Test
    void aFewErrorsDoNotFire() {
        learned();
        series.errorShare = 1;
        series.requests = 4;
        bench.feed(series.window());
        series.errorShare = 0;
        series.requests = 16;
        bench.feed(series, 60);
        assertThat(bench.alerts).isEmpty();
    }

    @Test
    void aThroughputDropAloneFires() {
        learned();
        series.throughputFactor = 0.8;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 40)).isPositive();
        assertThat(bench.alerts.getLast().evidence().moved())
                .extracting(moved -> moved.metric())
                .containsExactly(JudgedMetric.OUTPUT_TOKEN_RATE);
    }

    @Test
    void aHangingTargetFiresThoughNothingCompletesNorIsOffered() {
        learned();
        series.hangs = true;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 20)).isEqualTo(9);
        assertThat(bench.verdicts.get(bench.verdicts.size() - 3).state()).isEqualTo(SeriesState.NO_DATA);
        assertThat(bench.last(JudgedMetric.OUTPUT_TOKEN_RATE)
                        .effect()
                        .orElseThrow()
                        .ratio())
                .isZero();
    }

    @Test
    void aWindowInWhichTheLoadEndedIsNoNewsOfTheSeries() {
        learned().feed(series, 5);
        SeriesSnapshot before = bench.last().snapshot();
        bench.feed(series.part(0.2, new LoadEdges(0, 1)));
        assertThat(bench.last().metrics())
                .allSatisfy(metric -> assertThat(metric.verdict())
                        .isEqualTo(new Verdict.Inconclusive(
                                Reason.NO_DATA,
                                "the load ended in this window: a part of one says nothing of the whole")));
        assertThat(bench.last().snapshot().lanes()).isEqualTo(before.lanes());
        assertThat(bench.last().snapshot().recent()).isEqualTo(before.recent());
        assertThat(bench.last().snapshot().work()).isEqualTo(before.work());
        assertThat(bench.last().state()).as("as before").isEqualTo(SeriesState.OK);
    }

    @Test
    void whereALoadBeganItIsSaidSoAlsoInTheWarmUp() {
        learned().feed(series, 5);
        bench.feed(goodbye(series.window()));
        bench.feed(series.part(0.5, new LoadEdges(2, 0)));
        assertThat(((Verdict.Inconclusive) bench.last(JudgedMetric.TPOT_P50).verdict()).detail())
                .startsWith("the load began in this window");
        assertThat(bench.last().state()).isEqualTo(SeriesState.NOT_JUDGED);
        assertThat(bench.last().snapshot().continuity().windowsSinceStart())
                .as("it is one of those that are passed over")
                .isEqualTo(1);
        bench.feed(series, Bench.SHORT.skipWindows());
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
    }

    @Test
    void theEndsOfLoadsTeachNothing() {
        for (int load = 0; load < 13; load++) {
            bench.feed(series.part(0.5, new LoadEdges(1, 0)));
            bench.feed(series, 5);
            bench.feed(series.part(0.1, new LoadEdges(0, 1)));
            bench.feed(series.drained(3));
        }
        BaselineRecord baseline = bench.state.baseline().orElseThrow();
        assertThat(baseline.learned().windows()).isEqualTo(60);
        Calibration.Rate rate = (Calibration.Rate) baseline.calibrations().stream()
                .filter(calibration -> calibration.metric() == JudgedMetric.OUTPUT_TOKEN_RATE)
                .findFirst()
                .orElseThrow();
        assertThat(Math.exp(rate.log().mean())).isCloseTo(800, within(16.0));
    }

    /** Windows of a second, and a grace of thirty: nothing streams, and whoever ends took long. */
    @Test
    void whatEndsBehindTheEndOfALoadRaisesNoAlarm() {
        learned().feed(series, 5);
        SeriesSnapshot before = bench.last().snapshot();
        int told = bench.verdicts.size() + 1;
        bench.feed(series.part(0.7, new LoadEdges(0, 1)));
        for (int i = 0; i < 30; i++) {
            bench.feed(series.drained(1 + i % 3));
        }
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.verdicts.subList(told, told + 30)).allSatisfy(verdict -> {
            assertThat(verdict.metrics())
                    .allSatisfy(metric -> assertThat(metric.verdict())
                            .isEqualTo(new Verdict.Inconclusive(
                                    Reason.NO_DATA, "the load was over; what ended here had fallen due before")));
            assertThat(verdict.state())
                    .as("a closed loop that is over is not held up")
                    .isEqualTo(SeriesState.OK);
        });
        assertThat(bench.last().snapshot().lanes()).isEqualTo(before.lanes());
        assertThat(bench.last().snapshot().continuity().windowsSinceStart())
                .isEqualTo(before.continuity().windowsSinceStart() + 1);
    }

    @Test
    void whoComesLongAfterTheEndOfALoadWarmsUpAgain() {
        learned().feed(series, 5);
        bench.feed(series.part(0.7, new LoadEdges(0, 1)));
        series.skipTime(4);
        bench.feed(series.drained(1));
        series.skipTime(2);
        bench.feed(series.window());
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.LEARNING);
    }

    @Test
    void aPartOfAWindowWithoutAnAnswerIsNotATargetThatDoesNotAnswer() {
        learned().feed(series, 5);
        series.hangs = true;
        bench.feed(series.window());
        bench.feed(series.part(0.1, new LoadEdges(0, 1)));
        assertThat(bench.last().state()).isNotEqualTo(SeriesState.NO_DATA);
        bench.feed(series.window());
        assertThat(bench.last().state()).isEqualTo(SeriesState.NO_DATA);
    }

    @Test
    void silenceIsNoDataAndNoRegression() {
        learned();
        series.silent = true;
        bench.feed(series, 40);
        assertThat(bench.last().state()).isEqualTo(SeriesState.NO_DATA);
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.NO_DATA);
        assertThat(bench.alerts).isEmpty();
        series.silent = false;
        series.ttftFactor = 20;
        bench.feed(series, 3);
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.LEARNING);
        series.ttftFactor = 1;
        bench.feed(series, 20);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        assertThat(bench.alerts).isEmpty();
    }

    @Test
    void anOpenLoopOfWhichNothingIsDueForLongIsJudgedByTheWindowsInWhichSomethingIs() {
        SimulatedSeries rare = new SimulatedSeries(1, "r0.12");
        for (int i = 0; i < LEARNING; i++) {
            sparse(rare);
        }
        assertThat(bench.last().baselineId())
                .as("it is learned from these alone")
                .isEmpty();
        assertThat(bench.last().state()).isEqualTo(SeriesState.LEARNING);
        sparse(rare);
        assertThat(bench.last().state()).isEqualTo(SeriesState.OK);
        assertThat(bench.last(JudgedMetric.TTFT_P50).verdict()).isInstanceOf(Verdict.Steady.class);
        assertThat(bench.last(JudgedMetric.ACHIEVED_RATIO).verdict()).isInstanceOf(Verdict.Steady.class);

        rare.silent = true;
        bench.feed(rare, 100);
        assertThat(bench.last().state()).as("by its schedule nothing is due").isEqualTo(SeriesState.OK);
        assertThat(bench.last().metrics())
                .allSatisfy(metric -> assertThat(reason(metric.verdict())).isEqualTo(Reason.NO_DATA));

        rare.tpotFactor = 1.3;
        long before = bench.verdicts.size();
        for (int i = 0; i < 30 && bench.alerts.isEmpty(); i++) {
            sparse(rare);
        }
        assertThat(bench.alerts).isNotEmpty();
        assertThat((bench.verdicts.size() - before) / 9)
                .as("windows with load until the alert")
                .isBetween(9L, 30L);
        assertThat(bench.alerts.getLast().evidence().moved())
                .extracting(moved -> moved.metric())
                .contains(JudgedMetric.TPOT_P50)
                .doesNotContain(JudgedMetric.ACHIEVED_RATIO);
    }

    /** Eight windows in which nothing is due, and one with load. */
    private void sparse(SimulatedSeries rare) {
        rare.silent = true;
        bench.feed(rare, 8);
        rare.silent = false;
        bench.feed(rare.window());
    }

    @Test
    void aTargetThatNeverAnswersHasNoDataAlsoWhereLittleIsDue() {
        SimulatedSeries rare = new SimulatedSeries(1, "r0.12");
        for (int i = 0; i < LEARNING + 1; i++) {
            sparse(rare);
        }
        rare.hangs = true;
        sparse(rare);
        assertThat(bench.last().state()).isNotEqualTo(SeriesState.NO_DATA);
        sparse(rare);
        assertThat(bench.last().state()).isEqualTo(SeriesState.NO_DATA);
    }

    @Test
    void whereASickProducerOfferedNothingNobodyKnowsThatNothingWasDue() {
        learned();
        ExcludedPart sick = new ExcludedPart(RequestCounts.none(), 0, Map.of("p", Set.of(Sickness.EVENT_LOOP_STALLED)));
        for (int i = 0; i < 3; i++) {
            series.silent = true;
            bench.feed(new WindowRecord(series.window().id(), 0, WindowSummary.empty(), sick));
        }
        assertThat(bench.last().state()).isEqualTo(SeriesState.NOT_JUDGED);
        assertThat(reason(bench.last(JudgedMetric.OUTPUT_TOKEN_RATE).verdict())).isEqualTo(Reason.LOW_COVERAGE);
    }

    @Test
    void aGapInTimeIsASilenceToo() {
        learned();
        series.skipTime(100);
        bench.feed(series.window());
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.LEARNING);
    }

    @Test
    void lowCoverageMovesNoEvidence() {
        learned();
        series.tpotFactor = 1.3;
        series.sickShare = 0.5;
        bench.feed(series, 60);
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.last().state()).as("nobody looked").isEqualTo(SeriesState.NOT_JUDGED);
        assertThat(reason(bench.last(JudgedMetric.TPOT_P50).verdict())).isEqualTo(Reason.LOW_COVERAGE);
        series.sickShare = 0;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
    }

    @Test
    void otherOutputLengthVoidsWhatDependsOnItOnly() {
        learned();
        series.outputTokens = 200;
        bench.feed(series, 40);
        assertThat(bench.alerts).isEmpty();
        assertThat(reason(bench.last(JudgedMetric.OUTPUT_TOKEN_RATE).verdict()))
                .isEqualTo(Reason.OUTPUT_LENGTH_CHANGED);
        assertThat(reason(bench.last(JudgedMetric.E2E_P50).verdict())).isEqualTo(Reason.OUTPUT_LENGTH_CHANGED);
        assertThat(bench.last(JudgedMetric.TPOT_P50).verdict()).isInstanceOf(Verdict.Steady.class);
        assertThat(bench.last(JudgedMetric.ERROR_RATE).verdict()).isInstanceOf(Verdict.Steady.class);
        assertThat(bench.last().state()).as("the rate may be anything").isEqualTo(SeriesState.NOT_JUDGED);
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        assertThat(bench.alerts.getLast().evidence().moved())
                .extracting(moved -> moved.metric())
                .contains(JudgedMetric.TPOT_P50)
                .doesNotContain(JudgedMetric.OUTPUT_TOKEN_RATE);
    }

    @Test
    void outputLengthThatOnlyScattersVoidsNothing() {
        series.outputSigma = 1;
        learned().feed(series, 500);
        assertThat(bench.verdicts.stream()
                        .flatMap(verdict -> verdict.metrics().stream())
                        .filter(metric -> metric.verdict() instanceof Verdict.Inconclusive inconclusive
                                && inconclusive.reason() == Reason.OUTPUT_LENGTH_CHANGED))
                .isEmpty();
    }

    @Test
    void anOpenLoopIsJudgedByItsAchievedRatio() {
        SimulatedSeries open = new SimulatedSeries(3, "r20");
        open.lostShare = 0.02;
        bench.feed(open, LEARNING).feed(open, 10);
        assertThat(bench.last().metrics())
                .extracting(metric -> metric.metric())
                .contains(JudgedMetric.ACHIEVED_RATIO)
                .doesNotContain(JudgedMetric.OUTPUT_TOKEN_RATE);
        open.lostShare = 0.4;
        assertThat(bench.windowsUntil(Transition.FIRED, open, 60)).isPositive();
    }

    @Test
    void otherOfferedLoadVoidsTheAchievedRatioOnly() {
        SimulatedSeries open = new SimulatedSeries(3, "r20");
        bench.feed(open, LEARNING);
        open.requests = 32;
        bench.feed(open, 30);
        assertThat(reason(bench.last(JudgedMetric.ACHIEVED_RATIO).verdict())).isEqualTo(Reason.OFFERED_LOAD_CHANGED);
        assertThat(bench.last(JudgedMetric.TTFT_P50).verdict()).isInstanceOf(Verdict.Steady.class);
    }

    @Test
    void tooFewSamplesInTheBaselineAreNeverJudged() {
        series.requests = 1;
        learned().feed(series.window());
        assertThat(reason(bench.last(JudgedMetric.TTFT_P95).verdict())).isEqualTo(Reason.TOO_FEW_SAMPLES);
        assertThat(bench.last(JudgedMetric.TTFT_P50).verdict()).isInstanceOf(Verdict.Steady.class);
    }

    @Test
    void aSeriesThatShiftsWhileLearnedIsNotFrozenUntilItIsFit() {
        bench.feed(series, LEARNING - 30);
        series.tpotFactor = 1.5;
        bench.feed(series, 30);
        assertThat(bench.state.baseline()).isEmpty();
        assertThat(reason(bench.last(JudgedMetric.TPOT_P50).verdict())).isEqualTo(Reason.UNSUITABLE_BASELINE);
        bench.feed(series, 40);
        assertThat(bench.state.baseline()).isPresent();
    }

    @Test
    void aCanaryIsHeldAgainstTheBaselineOfItsGroup() {
        SimulatedSeries canary = new SimulatedSeries(5, "c8", "canary");
        bench.feed(canary.series().variant().equals("canary") ? series : canary, 10);
        bench.feed(canary, 10);
        assertThat(bench.last().learning().orElseThrow().windows()).isEqualTo(7);
        bench.feed(series, LEARNING - 10);
        canary.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, canary, 40)).isPositive();
        assertThat(bench.alerts.getLast().series().variant()).isEqualTo("canary");
    }

    private WindowRecord goodbye(WindowRecord window) {
        return new WindowRecord(
                window.id(),
                window.revision(),
                window.delta(),
                window.excluded(),
                OptionalLong.of(window.id().endEpochMillis() - 1_500));
    }

    @Test
    void aGoodbyeEndsTheSeriesAndClosesItsIncident() {
        learned();
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        AlertRecord fired = bench.alerts.getLast();
        bench.feed(goodbye(series.window()));
        AlertRecord closed = bench.alerts.getLast();
        assertThat(closed.transition()).isEqualTo(Transition.ENDED);
        assertThat(closed.alertId()).isEqualTo(fired.alertId());
        assertThat(closed.sinceEpochMillis()).isEqualTo(fired.sinceEpochMillis());
        assertThat(closed.atEpochMillis()).isEqualTo(bench.last().window().endEpochMillis());
        assertThat(closed.evidence().moved())
                .extracting(moved -> moved.metric())
                .contains(JudgedMetric.TPOT_P50);
        assertThat(closed.summary()).startsWith("the series ended while it was open: chat@stable: p50(tpot)");
        assertThat(bench.last().state()).isEqualTo(SeriesState.ENDED);
        assertThat(bench.last().snapshot().incident()).isEmpty();
        assertThat(bench.last().snapshot().lanes()).isEmpty();
        assertThat(bench.last().snapshot().endedEpochMillis())
                .hasValue(bench.last().window().endEpochMillis() - 1_500);
    }

    @Test
    void aGoodbyeWithoutAnIncidentIsNoAlertAndWhatComesNextBeginsAnew() {
        learned().feed(series, 10);
        bench.feed(goodbye(series.window()));
        assertThat(bench.alerts).isEmpty();
        assertThat(bench.last().state()).isEqualTo(SeriesState.ENDED);
        assertThat(bench.last(JudgedMetric.TTFT_P50).verdict()).isInstanceOf(Verdict.Steady.class);
        bench.feed(series.window());
        assertThat(reason(bench.last(JudgedMetric.TTFT_P50).verdict())).isEqualTo(Reason.LEARNING);
        assertThat(bench.last().state()).isEqualTo(SeriesState.NOT_JUDGED);
        assertThat(bench.last().snapshot().endedEpochMillis()).isEmpty();
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 40)).isPositive();
    }

    @Test
    void evidenceFromBeforeAGoodbyeDoesNotCountAfterIt() {
        learned();
        series.tpotFactor = 1.3;
        bench.feed(series, 7);
        assertThat(bench.alerts).isEmpty();
        bench.feed(goodbye(series.window()));
        long ended = bench.last().window().endEpochMillis();
        assertThat(bench.windowsUntil(Transition.FIRED, series, 60)).isGreaterThan(9);
        assertThat(bench.alerts.getLast().sinceEpochMillis()).isGreaterThanOrEqualTo(ended);
    }

    @Test
    void aGoodbyeAfterTheLastWindowComesWithACorrectionOfIt() {
        learned();
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        WindowRecord last = series.window();
        bench.feed(last);
        WindowRecord nothingMore = new WindowRecord(last.id(), 1, WindowSummary.empty(), ExcludedPart.none());
        assertThat(bench.feed(nothingMore)).isInstanceOf(Judged.LeftOut.class);
        assertThat(bench.feed(goodbye(nothingMore))).isInstanceOf(Judged.Taken.class);
        assertThat(bench.last().state()).isEqualTo(SeriesState.ENDED);
        assertThat(bench.last().window()).isEqualTo(last.id());
        assertThat(bench.alerts.getLast().transition()).isEqualTo(Transition.ENDED);
        assertThat(bench.feed(goodbye(nothingMore))).isInstanceOf(Judged.LeftOut.class);
        assertThat(bench.alerts)
                .filteredOn(alert -> alert.transition() == Transition.ENDED)
                .hasSize(1);
    }

    @Test
    void aGoodbyeThatALaterWindowBeliesEndsNothing() {
        learned();
        WindowRecord old = series.window();
        bench.feed(old);
        bench.feed(series.window());
        WindowRecord late = goodbye(new WindowRecord(old.id(), 1, WindowSummary.empty(), ExcludedPart.none()));
        assertThat(bench.feed(late)).isEqualTo(new Judged.LeftOut(bench.state, Judged.Why.CORRECTION));
        WindowRecord ofNobody = goodbye(new WindowRecord(
                new SimulatedSeries(1, "c8", "never-seen").window().id(),
                1,
                WindowSummary.empty(),
                ExcludedPart.none()));
        assertThat(bench.feed(ofNobody)).isInstanceOf(Judged.LeftOut.class);
    }

    @Test
    void aGoodbyeWhileLearningKeepsWhatWasLearned() {
        bench.feed(series, LEARNING - 10);
        bench.feed(goodbye(series.window()));
        assertThat(bench.last().state()).isEqualTo(SeriesState.ENDED);
        assertThat(bench.last().learning().orElseThrow().windows()).isEqualTo(51);
        series.skipTime(500);
        bench.feed(series, 12);
        assertThat(bench.state.baseline()).isPresent();
    }

    @Test
    void thirtyThreeVariantsThatFollowEachOtherAreAllJudged() {
        learned();
        for (int build = 1; build <= 33; build++) {
            SimulatedSeries next = new SimulatedSeries(100 + build, "c8", "build-" + build);
            next.skipTime(LEARNING + build * 60);
            next.tpotFactor = build == 33 ? 1.3 : 1;
            bench.feed(next, 40);
            assertThat(bench.last().window().series().variant()).isEqualTo("build-" + build);
            assertThat(bench.last().baselineId()).isPresent();
        }
        assertThat(bench.state.variants()).hasSize(GroupState.MAX_VARIANTS);
        assertThat(bench.state.variants())
                .doesNotContainKeys("stable", "build-1")
                .containsKey("build-2");
        assertThat(bench.alerts).extracting(alert -> alert.series().variant()).containsOnly("build-33");
    }

    @Test
    void theIncidentOfAVariantThatIsForgottenIsClosed() {
        learned();
        series.tpotFactor = 1.3;
        assertThat(bench.windowsUntil(Transition.FIRED, series, 30)).isPositive();
        String open = bench.alerts.getLast().alertId();
        for (int build = 1; build <= GroupState.MAX_VARIANTS; build++) {
            SimulatedSeries next = new SimulatedSeries(100 + build, "c8", "build-" + build);
            next.skipTime(LEARNING + 100 + build);
            bench.feed(next.window());
        }
        assertThat(bench.alerts.getLast().transition()).isEqualTo(Transition.ENDED);
        assertThat(bench.alerts.getLast().alertId()).isEqualTo(open);
        assertThat(bench.alerts.getLast().series()).isEqualTo(series.series());
        assertThat(bench.alerts.getLast().summary()).startsWith("the series was forgotten while it was open");
    }

    @Test
    void aTeacherThatIsForgottenIsFollowedByAnother() {
        bench.feed(series, 20);
        for (int build = 1; build <= GroupState.MAX_VARIANTS; build++) {
            SimulatedSeries next = new SimulatedSeries(100 + build, "c8", "build-" + build);
            next.skipTime(100);
            bench.feed(next.window());
        }
        SimulatedSeries last = new SimulatedSeries(200, "c8", "build-" + GroupState.MAX_VARIANTS);
        last.skipTime(101);
        bench.feed(last, LEARNING);
        assertThat(bench.state.baseline().orElseThrow().learned().from().variant())
                .isEqualTo("build-" + GroupState.MAX_VARIANTS);
    }

    @Test
    void restoredAreTheVariantsThatWereHeardOfLast() {
        learned();
        Map<String, SeriesSnapshot> many = new HashMap<>();
        for (int i = 0; i < GroupState.MAX_VARIANTS + 3; i++) {
            many.put(
                    "v" + i,
                    new SeriesSnapshot(
                            new SeriesSnapshot.Continuity(10_000L * (i + 1), 1, 0, 0),
                            List.of(),
                            List.of(),
                            List.of(),
                            Optional.empty()));
        }
        GroupState restored = GroupState.restored(bench.state.baseline(), many, Map.of());
        assertThat(restored.variants())
                .hasSize(GroupState.MAX_VARIANTS)
                .doesNotContainKeys("v0", "v1", "v2")
                .containsKeys("v3", "v34");
    }

    @Test
    void aLongSpanIsLearnedFromThreeBlocksForEachBatch() {
        Bench long180 = new Bench(new JudgementSettings(180, 0, 0.10, 60_480, 1, 15, 9, 30));
        long180.feed(series, 179);
        assertThat(long180.state.learning().blocks()).hasSize(36);
        assertThat(long180.state.learning().windows()).isEqualTo(179);
        assertThat(long180.state.baseline()).isEmpty();
        long180.feed(series, 1);
        BaselineRecord baseline = long180.state.baseline().orElseThrow();
        assertThat(baseline.learned().windows()).isEqualTo(180);
        assertThat(baseline.learned().fromEpochMillis()).isEqualTo(SimulatedSeries.START);
        assertThat(baseline.merged().requests().completed()).isEqualTo(180 * 16);
        assertThat(baseline.work().offered().windows()).isEqualTo(180);
    }

    @Test
    void aSpanThatIsNoMultipleIsRoundedUpToWholeBlocks() {
        Bench odd = new Bench(new JudgementSettings(100 + 1, 0, 0.10, 60_480, 1, 15, 9, 30));
        odd.feed(series, 101);
        assertThat(odd.last().learning().orElseThrow()).isEqualTo(new LearningProgress(101, 102));
        odd.feed(series, 1);
        assertThat(odd.state.baseline().orElseThrow().learned().windows()).isEqualTo(102);
    }

    @Test
    void aLongSpanThatShiftedSlidesOnByBlocksUntilItIsFit() {
        Bench long180 = new Bench(new JudgementSettings(180, 0, 0.10, 60_480, 1, 15, 9, 30));
        long180.feed(series, 90);
        series.tpotFactor = 1.5;
        long180.feed(series, 90);
        assertThat(reason(long180.last(JudgedMetric.TPOT_P50).verdict())).isEqualTo(Reason.UNSUITABLE_BASELINE);
        long180.feed(series, 1);
        assertThat(long180.state.learning().windows()).isEqualTo(176);
        long180.feed(series, 120);
        assertThat(long180.state.baseline()).isPresent();
    }

    @Test
    void correctionsRepeatsAndTooManyVariantsAreLeftOut() {
        WindowRecord window = series.window();
        bench.feed(window);
        GroupState before = bench.state;
        assertThat(bench.feed(window)).isEqualTo(new Judged.LeftOut(before, Judged.Why.REPEATED));
        WindowRecord correction = new WindowRecord(window.id(), 1, WindowSummary.empty(), ExcludedPart.none());
        assertThat(bench.feed(correction)).isEqualTo(new Judged.LeftOut(before, Judged.Why.CORRECTION));
        for (int i = 1; i < GroupState.MAX_VARIANTS; i++) {
            bench.feed(new SimulatedSeries(1, "c8", "v" + i).window());
        }
        assertThat(bench.feed(new SimulatedSeries(1, "c8", "one-more").window()))
                .isEqualTo(new Judged.LeftOut(bench.state, Judged.Why.TOO_MANY_VARIANTS));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void tenThousandSteadyWindowsRaiseNoAlert(long seed) {
        SimulatedSeries steady = new SimulatedSeries(seed, "c8");
        steady.sigma = seed == 12 ? 0.6 : 0.15;
        steady.loadSigma = seed == 13 ? 0.03 : 0.01;
        steady.requests = 30;
        Bench long10k = new Bench(JudgementSettings.defaults());
        for (int i = 0; i < 10_000; i++) {
            long10k.feed(steady.window());
            long10k.verdicts
                    .subList(0, Math.max(0, long10k.verdicts.size() - 1))
                    .clear();
        }
        assertThat(long10k.state.baseline()).as("seed " + seed).isPresent();
        assertThat(long10k.alerts).as("seed " + seed).isEmpty();
    }

    @Test
    void calibrationsAreThereForEveryMetric() {
        learned();
        assertThat(bench.state.baseline().orElseThrow().calibrations())
                .extracting(Calibration::metric)
                .containsExactlyElementsOf(
                        Measure.judgedUnder(series.series().group().loadPoint()));
    }

    /** Output tokens per second of windows, as anybody would count them. */
    private static double tokensPerSecond(List<WindowRecord> windows) {
        return windows.stream()
                        .mapToLong(window -> window.delta().tokens().streamedOutput())
                        .sum()
                / (windows.size() * SimulatedSeries.LENGTH_MILLIS / 1e3);
    }

    private List<WindowRecord> fed(int windows) {
        List<WindowRecord> fed = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            WindowRecord window = series.window();
            bench.feed(window);
            fed.add(window);
        }
        return fed;
    }

    @Test
    void theRateOfAnAlertIsThatOfItsSpan() {
        List<WindowRecord> learned = fed(LEARNING).subList(Bench.SHORT.skipWindows(), LEARNING);
        fed(20);
        series.throughputFactor = 0;
        List<WindowRecord> span = fed(9);
        series.throughputFactor = 0.12;
        span.addAll(fed(1));
        Effect effect = bench.last(JudgedMetric.OUTPUT_TOKEN_RATE).effect().orElseThrow();
        assertThat(effect.baseline()).isCloseTo(tokensPerSecond(learned), within(0.01));
        assertThat(effect.now()).isCloseTo(tokensPerSecond(span), within(0.01));
        assertThat(effect.ratio()).isCloseTo(tokensPerSecond(span) / tokensPerSecond(learned), within(1e-6));
        assertThat(bench.alerts.getLast().summary()).contains("output_token_rate 798 tokens/s -> 0 tokens/s (-100 %");
    }

    @Test
    void anAchievedRatioIsThatOfItsSpan() {
        SimulatedSeries open = new SimulatedSeries(1, "r2");
        bench.feed(open, LEARNING + 20);
        open.lostShare = 0.9;
        long completed = 0;
        long offered = 0;
        for (int i = 0; i < 12; i++) {
            WindowRecord window = open.window();
            bench.feed(window);
            completed += window.delta().requests().completed();
            offered += window.delta().offered();
        }
        assertThat(bench.last(JudgedMetric.ACHIEVED_RATIO)
                        .effect()
                        .orElseThrow()
                        .now())
                .isCloseTo((double) completed / offered, within(1e-6));
    }

    @Test
    void whatIsShownOfQuietWindowsIsCountedAsTheBaselineIs() {
        series.loadSigma = 0.4;
        series.loadCorrelation = 0;
        List<WindowRecord> learned = fed(LEARNING).subList(Bench.SHORT.skipWindows(), LEARNING);
        List<WindowRecord> now = fed(4);
        Effect effect = bench.last(JudgedMetric.OUTPUT_TOKEN_RATE).effect().orElseThrow();
        assertThat(effect.baseline()).isCloseTo(tokensPerSecond(learned), within(0.01));
        assertThat(effect.ratio()).isCloseTo(effect.now() / effect.baseline(), within(1e-6));
        assertThat(IntStream.rangeClosed(1, 4).mapToDouble(windows -> tokensPerSecond(now.subList(4 - windows, 4))))
                .anySatisfy(rate -> assertThat(effect.now()).isCloseTo(rate, within(0.01)));
    }

    @Test
    void theAnswersOfOtherWorkAreCountedAsAnybodyWould() {
        series.outputSigma = 1;
        series.requests = 4;
        List<WindowRecord> learned = fed(LEARNING).subList(Bench.SHORT.skipWindows(), LEARNING);
        series.outputTokens = 400;
        fed(40);
        Verdict.Inconclusive other = (Verdict.Inconclusive)
                bench.last(JudgedMetric.OUTPUT_TOKEN_RATE).verdict();
        double was = (double) learned.stream()
                        .mapToLong(window -> window.delta().tokens().output())
                        .sum()
                / learned.stream()
                        .mapToLong(window -> window.delta().requests().completed())
                        .sum();
        assertThat(other.detail()).contains(String.format(Locale.ROOT, "went from %.1f to ", was));
    }
}
