package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;

class VerdictTallyTest {

    private static final OpenIncident OPEN = new OpenIncident("a", 5_000, List.of(JudgedMetric.TTFT_P50), 0);

    private final VerdictTally tally = new VerdictTally();

    private static VerdictRecord verdict(
            int window, double coverage, boolean baseline, Optional<OpenIncident> incident) {
        return verdict(
                window,
                coverage,
                baseline,
                incident,
                coverage < 0.8 ? new Verdict.Inconclusive(Reason.LOW_COVERAGE, "") : new Verdict.Steady());
    }

    private static VerdictRecord verdict(
            int window, double coverage, boolean baseline, Optional<OpenIncident> incident, Verdict onTtft) {
        return new VerdictRecord(
                new WindowId(new SimulatedRun(1).series(), window * 10_000L, 10_000),
                new SourcePosition(0, window),
                incident.isPresent() ? SeriesState.FIRING : SeriesState.OK,
                baseline ? Optional.of("b") : Optional.empty(),
                Optional.empty(),
                coverage,
                List.of(
                        new MetricVerdict(JudgedMetric.TTFT_P50, onTtft, Optional.empty(), Optional.empty()),
                        new MetricVerdict(
                                JudgedMetric.TPOT_P50,
                                new Verdict.Inconclusive(Reason.NO_DATA, "no request of this window has it"),
                                Optional.empty(),
                                Optional.empty())),
                new SeriesSnapshot(
                        SeriesSnapshot.ofNewSeries().continuity(), List.of(), List.of(), List.of(), incident));
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
        tally.add(verdict(2, 1, true, Optional.empty()));
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
    void aWindowInWhichNothingWasDueIsNoJudgedOne() {
        tally.add(verdict(1, 1, true, Optional.empty()));
        tally.add(verdict(2, 1, true, Optional.empty(), new Verdict.Inconclusive(Reason.NO_DATA, "nothing was due")));
        assertThat(tally.judgedWindows()).isEqualTo(1);
        assertThat(tally.lastEndEpochMillis()).as("nobody waits for more").isEqualTo(30_000);
    }
}
