package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.judgement.run.SimulatedRun;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTallyTest {

    private static final OpenIncident OPEN = new OpenIncident("a", 5_000, List.of(JudgedMetric.TTFT_P50), 0);

    private static final List<MetricVerdict> NOTHING_TO_SAY = List.of(
            metric(JudgedMetric.TTFT_P50, cannotTell(Reason.NO_DATA), false),
            metric(JudgedMetric.ERROR_RATE, cannotTell(Reason.NO_DATA), false));

    private final VerdictTally tally = new VerdictTally();

    private static VerdictRecord verdict(
            int window, double coverage, boolean baseline, Optional<OpenIncident> incident) {
        return verdict(window, coverage, baseline, incident, judged(new Verdict.Steady(), new Verdict.Steady()));
    }

    private static VerdictRecord verdict(
            int window,
            double coverage,
            boolean baseline,
            Optional<OpenIncident> incident,
            List<MetricVerdict> metrics) {
        return new VerdictRecord(
                new WindowId(new SimulatedRun(1).series(), window * 10_000L, 10_000),
                new SourcePosition(0, window),
                incident.isPresent() ? SeriesState.FIRING : SeriesState.OK,
                baseline ? Optional.of("b") : Optional.empty(),
                Optional.empty(),
                coverage,
                metrics,
                new SeriesSnapshot(
                        SeriesSnapshot.ofNewSeries().continuity(), List.of(), List.of(), List.of(), incident));
    }

    private static VerdictRecord verdict(int window, List<MetricVerdict> metrics) {
        return verdict(window, 1, true, Optional.empty(), metrics);
    }

    /** What is said of two gating metrics and of one that is only observed. */
    private static List<MetricVerdict> judged(Verdict latency, Verdict rate) {
        return List.of(
                metric(JudgedMetric.TTFT_P50, latency, true),
                metric(JudgedMetric.OUTPUT_TOKEN_RATE, rate, true),
                metric(JudgedMetric.E2E_P50, cannotTell(Reason.TOO_FEW_SAMPLES), true));
    }

    private static MetricVerdict metric(JudgedMetric metric, Verdict verdict, boolean hasEvidence) {
        return new MetricVerdict(
                metric,
                verdict,
                Optional.empty(),
                hasEvidence ? Optional.of(new Evidence(0, 10, 1, OptionalLong.empty(), 0, 0)) : Optional.empty());
    }

    private static Verdict cannotTell(Reason reason) {
        return new Verdict.Inconclusive(reason, "because");
    }

    @Test
    void withoutVerdictsNothingIsJudgedAndNothingOpen() {
        assertThat(tally.judgedWindows()).isZero();
        assertThat(tally.openIncident()).isEmpty();
    }

    @Test
    void anIncidentIsOpenUntilANewerWindowSaysOtherwise() {
        tally.add(verdict(1, 1, true, Optional.of(OPEN)));
        tally.add(verdict(3, 1, true, Optional.of(OPEN)));
        tally.add(verdict(2, 1, true, Optional.empty()));
        assertThat(tally.openIncident())
                .as("a late correction of an older window")
                .hasValue(OPEN);
        tally.add(verdict(4, 1, true, Optional.empty()));
        assertThat(tally.openIncident()).isEmpty();
        assertThat(tally.lastEndEpochMillis()).isEqualTo(50_000);
    }

    @Test
    void aWindowThatASecondVerdictEndsIsJudgedOnce() {
        tally.add(verdict(1, 1, true, Optional.of(OPEN)));
        tally.add(verdict(2, 1, true, Optional.of(OPEN)));
        tally.add(verdict(2, 1, true, Optional.empty(), NOTHING_TO_SAY));
        assertThat(tally.judgedWindows()).isEqualTo(2);
        assertThat(tally.openIncident()).isEmpty();
    }

    @Test
    void onlyCoveredWindowsThatHadABaselineAreJudged() {
        tally.add(verdict(1, 1, false, Optional.empty()));
        tally.add(verdict(2, 0.5, true, Optional.empty()));
        tally.add(verdict(3, 0.8, true, Optional.empty()));
        assertThat(tally.judgedWindows()).isEqualTo(1);
    }

    @Test
    void whatCameAndWasNeitherJudgedNorLearnedFromIsNotJudged() {
        for (int window = 1; window <= 6; window++) {
            tally.add(RunRecords.window(new SimulatedRun(1).series(), window * 10_000L, 5));
        }
        tally.add(verdict(1, 1, false, Optional.empty(), List.of()));
        tally.add(verdict(
                2,
                List.of(
                        metric(JudgedMetric.TTFT_P50, cannotTell(Reason.LEARNING), true),
                        metric(JudgedMetric.ERROR_RATE, cannotTell(Reason.LEARNING), true))));
        tally.add(verdict(3, judged(new Verdict.Steady(), new Verdict.Steady())));
        tally.add(verdict(4, judged(new Verdict.Steady(), cannotTell(Reason.OUTPUT_LENGTH_CHANGED))));
        tally.add(verdict(5, 0.5, true, Optional.empty()));
        assertThat(tally.judgedWindows()).isEqualTo(1);
        assertThat(tally.unjudgedWindows())
                .as("other work, coverage, no verdict")
                .isEqualTo(3);
    }

    /** Forty windows of a producer that is sick throughout, or of other work, are no silence. */
    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {
                "LOW_COVERAGE",
                "NO_DATA",
                "TOO_FEW_SAMPLES",
                "UNSUITABLE_BASELINE",
                "OUTPUT_LENGTH_CHANGED",
                "OFFERED_LOAD_CHANGED",
                "LEARNING"
            })
    void aWindowOfWhichOneGatingMetricWasNotJudgedIsNotJudged(Reason reason) {
        for (int window = 1; window <= 40; window++) {
            tally.add(verdict(window, judged(new Verdict.Steady(), cannotTell(reason))));
        }
        assertThat(tally.judgedWindows()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"DRIFT_BELOW_THRESHOLD", "EVIDENCE_GATHERING"})
    void whatMovedByTooLittleWasJudged(Reason reason) {
        tally.add(verdict(1, judged(cannotTell(reason), new Verdict.Regressed())));
        tally.add(verdict(2, judged(new Verdict.Improved(), new Verdict.Steady())));
        assertThat(tally.judgedWindows()).isEqualTo(2);
    }

    /** Answers that do not stream have no time per token, neither in the baseline nor now. */
    @Test
    void aMetricThatTheBaselineDoesNotHaveIsNotMissed() {
        Verdict none = cannotTell(Reason.NO_DATA);
        tally.add(verdict(
                1,
                List.of(
                        metric(JudgedMetric.TPOT_P50, none, false),
                        metric(JudgedMetric.ERROR_RATE, new Verdict.Steady(), true))));
        tally.add(verdict(2, List.of(metric(JudgedMetric.TPOT_P50, none, false))));
        assertThat(tally.judgedWindows())
                .as("there was nothing else in the second")
                .isEqualTo(1);
    }

    /** A load of a minute, windows of a second, thirty of them behind its end: that these are not judged is no gap. */
    @Test
    void windowsAtTheEndsOfALoadAreNeitherJudgedNorMissed() {
        Verdict nothing = cannotTell(Reason.NO_DATA);
        tally.add(RunRecords.windowOfAnEdge(10_000, 3, new LoadEdges(1, 0)));
        tally.add(RunRecords.window(new SimulatedRun(1).series(), 20_000, 5));
        tally.add(RunRecords.windowOfAnEdge(30_000, 3, new LoadEdges(0, 1)));
        tally.add(RunRecords.windowAfterLoad(40_000, 2));
        tally.add(verdict(0, judged(nothing, nothing)));
        tally.add(verdict(1, judged(new Verdict.Steady(), new Verdict.Steady())));
        tally.add(verdict(2, judged(nothing, nothing)));
        tally.add(verdict(3, judged(nothing, nothing)));
        assertThat(tally.judgedWindows()).isEqualTo(1);
        assertThat(tally.unjudgedWindows()).isZero();
    }

    @Test
    void whoLearnsDoesNotLearnFromWindowsInWhichThereIsNothing() {
        tally.add(RunRecords.windowOfAnEdge(10_000, 3, new LoadEdges(1, 0)));
        tally.add(RunRecords.window(new SimulatedRun(1).series(), 20_000, 5));
        tally.add(verdict(0, 1, false, Optional.empty(), NOTHING_TO_SAY));
        assertThat(tally.unjudgedWindows())
                .as("the verdict on the second is missing")
                .isEqualTo(1);
    }

    /** Nothing was due in it, by the schedule: there is nothing to judge, and nothing is missed. */
    @Test
    void aWindowWithoutLoadIsNeitherJudgedNorMissed() {
        Verdict nothing = cannotTell(Reason.NO_DATA);
        tally.add(RunRecords.window(new SimulatedRun(1).series(), 10_000L, 0));
        tally.add(verdict(1, judged(nothing, nothing)));
        tally.add(RunRecords.window(new SimulatedRun(1).series(), 20_000L, 5));
        tally.add(verdict(2, judged(new Verdict.Steady(), new Verdict.Steady())));
        assertThat(tally.judgedWindows()).isEqualTo(1);
        assertThat(tally.unjudgedWindows()).isZero();
        assertThat(tally.lastEndEpochMillis()).as("nobody waits for more").isEqualTo(30_000);
    }
}
