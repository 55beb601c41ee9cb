package dev.plumbline.detector.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.Acknowledgement;
import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.verdict.BaselineRecord.Provenance;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.judgement.series.BaselineMaker;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people decide reaches the verdicts, and what is measured under other conditions does not. */
class DecisionsTest {

    private static final JudgementSettings SHORT = new JudgementSettings(60, 3, 0.10, 60_480, 1, 15, 9, 30);
    private static final int LEARNING = 63;
    private static final String DIGEST = ConditionsDigest.of(Map.of("isl", "4096"));

    private final Watch watch = new Watch("plumbline.windows.10s.v1", SimulatedSeries.LENGTH_MILLIS, SHORT);
    private final SimulatedSeries series = new SimulatedSeries(21, "c8");
    private final List<AlertRecord> alerts = new ArrayList<>();
    private long offset;
    private long now = SimulatedSeries.START;

    @BeforeEach
    void assign() {
        watch.assign(0, Reading.fromBeginning(0, -1));
    }

    static WindowRecord under(WindowRecord window, String conditions) {
        Series series = window.id().series();
        return new WindowRecord(
                new WindowId(
                        new Series(series.group(), series.variant(), Optional.of(conditions)),
                        window.id().startEpochMillis(),
                        window.id().lengthMillis()),
                window.revision(),
                window.delta(),
                window.excluded());
    }

    /** A baseline of so many windows of a series. */
    static BaselineRecord made(SimulatedSeries series, Optional<String> conditions, Decision decision) {
        List<WindowRecord> windows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            WindowRecord window = series.window();
            windows.add(conditions.map(digest -> under(window, digest)).orElse(window));
        }
        return BaselineMaker.of(
                windows,
                Kind.PINNED,
                Optional.of(new Provenance(List.of(), Optional.of(decision), Optional.empty())),
                SHORT);
    }

    private VerdictRecord take(WindowRecord window) {
        Outgoing outgoing = watch.take(0, offset++, Codec.WINDOWS.encode(window));
        alerts.addAll(outgoing.alerts());
        now = window.id().endEpochMillis();
        return outgoing.verdicts().getFirst();
    }

    private VerdictRecord feed(int windows) {
        VerdictRecord last = take(series.window());
        for (int i = 1; i < windows; i++) {
            last = take(series.window());
        }
        return last;
    }

    private void tell(Control control) {
        watch.takeControl(0, 0, control.key().getBytes(StandardCharsets.UTF_8), Codec.CONTROLS.encode(control));
    }

    private void tell(BaselineRecord baseline) {
        watch.takeBaseline(0, 0, baseline.key().getBytes(StandardCharsets.UTF_8), Codec.BASELINES.encode(baseline));
    }

    private Decision decision(long untilEpochMillis) {
        return new Decision("alice", "INC-7", now, OptionalLong.of(untilEpochMillis));
    }

    private Decision decision() {
        return new Decision("alice", "INC-7", now, OptionalLong.empty());
    }

    private AlertRecord fire() {
        feed(LEARNING);
        series.tpotFactor(1.3);
        feed(15);
        assertThat(alerts).hasSize(1);
        return alerts.getFirst();
    }

    private static Optional<Decision> acknowledged(VerdictRecord verdict) {
        return verdict.decided().flatMap(Decided::acknowledged);
    }

    @Test
    void anAcknowledgedAlertStaysOpenAndSaysWhoTakesCareOfIt() {
        AlertRecord fired = fire();
        assertThat(feed(1).decided()).isEmpty();
        Decision decided = decision(now + 50_000);
        tell(new Acknowledgement(fired.alertId(), fired.series().lane(), decided));
        VerdictRecord verdict = feed(1);
        assertThat(verdict.state()).isEqualTo(SeriesState.FIRING);
        assertThat(acknowledged(verdict)).contains(decided);
        feed(3);
        assertThat(acknowledged(feed(1))).as("it is over").isEmpty();
    }

    @Test
    void aReleaseEndsAnAcknowledgementAndOnlyOneOfItsSeries() {
        AlertRecord fired = fire();
        tell(new Acknowledgement(fired.alertId(), fired.series().lane(), decision()));
        assertThat(acknowledged(feed(1))).isPresent();
        tell(deploy("other", new Scope(Optional.of("other"), Optional.empty(), Optional.empty())));
        assertThat(acknowledged(feed(1))).isPresent();
        tell(deploy("v2", Scope.EVERYTHING));
        assertThat(acknowledged(feed(1))).isEmpty();
        assertThat(feed(1).state()).isEqualTo(SeriesState.FIRING);
    }

    private DeployMarker deploy(String id, Scope scope) {
        return new DeployMarker(id, "ci", id, now + 1, scope, Map.of());
    }

    @Test
    void anAcknowledgementThatIsTakenBackHoldsNoMore() {
        AlertRecord fired = fire();
        Acknowledgement told =
                new Acknowledgement(fired.alertId(), fired.series().lane(), decision());
        tell(told);
        assertThat(acknowledged(feed(1))).isPresent();
        watch.takeControl(0, 1, told.key().getBytes(StandardCharsets.UTF_8), null);
        assertThat(acknowledged(feed(1))).isEmpty();
    }

    @Test
    void aMutedSeriesIsJudgedAndAlertedAndSaysSo() {
        feed(LEARNING);
        Decision muted = decision(now + 200_000);
        tell(new Mute("1", Scope.of(series.series()), muted));
        series.tpotFactor(1.3);
        VerdictRecord verdict = feed(15);
        assertThat(verdict.state()).isEqualTo(SeriesState.FIRING);
        assertThat(verdict.decided().flatMap(Decided::muted)).contains(muted);
        assertThat(alerts.getFirst().transition()).isEqualTo(Transition.FIRED);
        assertThat(alerts.getFirst().summary()).endsWith("; muted by alice (INC-7)");
        feed(5);
        assertThat(feed(1).decided().flatMap(Decided::muted)).as("it is over").isEmpty();
    }

    @Test
    void aMuteOfAnotherSeriesIsNoneOfThisOne() {
        tell(new Mute("1", Scope.of(new SimulatedSeries(1, "c9").series()), decision(now + 1_000_000)));
        assertThat(feed(1).decided()).isEmpty();
    }

    @Test
    void whatSomebodyPinsIsUsedFromTheNextWindowAndNoLongerWhenItIsTakenBack() {
        feed(10);
        BaselineRecord pinned = made(new SimulatedSeries(5, "c8"), Optional.empty(), decision());
        tell(pinned);
        VerdictRecord verdict = feed(1);
        assertThat(verdict.state()).isEqualTo(SeriesState.OK);
        assertThat(verdict.baselineId()).contains(pinned.baselineId());
        assertThat(watch.series().getFirst().baseline()).contains(pinned);
        watch.takeBaseline(0, 1, pinned.key().getBytes(StandardCharsets.UTF_8), null);
        assertThat(feed(1).learning().orElseThrow().windows())
                .as("from its beginning")
                .isEqualTo(1);
    }

    @Test
    void aPinUnderOtherConditionsIsNotUsedAndItIsSaid() {
        BaselineRecord pinned = made(new SimulatedSeries(5, "c8"), Optional.of(DIGEST), decision());
        tell(pinned);
        VerdictRecord verdict = feed(10);
        assertThat(verdict.state()).isEqualTo(SeriesState.LEARNING);
        assertThat(((Verdict.Inconclusive) verdict.metrics().getFirst().verdict()).detail())
                .endsWith(pinned.baselineId() + " is not used: it was measured under other conditions");
        series.skipTime(1);
        assertThat(take(under(series.window(), DIGEST)).baselineId()).contains(pinned.baselineId());
    }

    @Test
    void windowsOfOtherConditionsDoNotMeet() {
        feed(LEARNING + 5);
        // Eight times the prompt: against what was learned of short ones this would be an alert.
        series.ttftFactor(8);
        for (int i = 0; i < LEARNING; i++) {
            assertThat(take(under(series.window(), DIGEST)).state()).isEqualTo(SeriesState.LEARNING);
        }
        assertThat(take(under(series.window(), DIGEST)).state()).isEqualTo(SeriesState.OK);
        series.ttftFactor(1);
        assertThat(feed(20).state()).isEqualTo(SeriesState.OK);
        assertThat(alerts).isEmpty();
        assertThat(watch.groups()).isEqualTo(2);
        SeriesView view = watch.series().getFirst();
        assertThat(watch.series()).hasSize(1);
        assertThat(view.series().conditions()).as("heard of last").isEmpty();
        assertThat(view.totals().requests().completed()).isEqualTo((2L * LEARNING + 26) * 16);
    }

    @Test
    void anAlertThatIsOpenUnderOtherConditionsIsNotHidden() {
        fire();
        series.tpotFactor(1);
        for (int i = 0; i < 5; i++) {
            take(under(series.window(), DIGEST));
        }
        SeriesView view = watch.series().getFirst();
        assertThat(view.verdict().orElseThrow().state()).isEqualTo(SeriesState.LEARNING);
        assertThat(view.isIncidentOpen()).isTrue();
        assertThat(view.openElsewhere()).hasSize(1);
    }

    @Test
    void aResetOfItsSeriesLetsItBeLearnedAnew() {
        feed(LEARNING + 1);
        tell(new BaselineReset("1", Scope.of(new SimulatedSeries(1, "c9").series()), decision()));
        assertThat(feed(1).state()).isEqualTo(SeriesState.OK);
        tell(new BaselineReset("2", Scope.of(series.series()), decision()));
        assertThat(feed(1).state()).isEqualTo(SeriesState.LEARNING);
    }

    @Test
    void whatNobodyUnderstandsOfTheBaselinesIsSetAside() {
        watch.takeBaseline(2, 7, "x".getBytes(StandardCharsets.UTF_8), "{".getBytes(StandardCharsets.UTF_8));
        assertThat(watch.takeFound().undecodable()).singleElement().satisfies(bad -> {
            assertThat(bad.topic()).isEqualTo("plumbline.baselines.v1");
            assertThat(bad.offset()).isEqualTo(7);
        });
    }

    @Test
    void tooManyChosenBaselinesAreRefusedAndCounted() {
        DecisionLog log = new DecisionLog(10_000);
        BaselineRecord baseline = made(new SimulatedSeries(5, "c8"), Optional.empty(), decision());
        assertThat(log.add("a", baseline)).isTrue();
        assertThat(log.add("a", baseline)).as("in place of itself").isTrue();
        assertThat(log.add("b", baseline)).isFalse();
        log.forgetBaseline("a");
        assertThat(log.add("b", baseline)).isTrue();
    }
}
