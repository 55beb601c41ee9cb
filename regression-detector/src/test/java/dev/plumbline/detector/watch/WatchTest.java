package dev.plumbline.detector.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.judgement.series.GroupJudge;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse("c8"), "default"), "stable");

    private final Watch watch = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());

    @BeforeEach
    void assign() {
        watch.assign(0, Reading.fromBeginning(1, 1_000));
    }

    private static byte[] window(int revision, long start, long length) {
        WindowSummary delta = new WindowSummary(
                new RequestCounts(3, Map.of(FailureKind.REJECTED, 1L), 0, 0, 0),
                Map.of(),
                TokenTotals.none(),
                4,
                1,
                Map.of());
        ExcludedPart excluded = new ExcludedPart(new RequestCounts(2, Map.of(), 0, 0, 0), 0, Map.of());
        return Codec.WINDOWS.encode(new WindowRecord(new WindowId(SERIES, start, length), revision, delta, excluded));
    }

    @Test
    void countsEveryRevisionOnceAndExcludedRequestsToo() {
        watch.take(0, 5, window(0, 10_000, 10_000));
        watch.take(0, 6, window(1, 10_000, 10_000));
        watch.take(0, 6, window(1, 10_000, 10_000));
        watch.take(0, 5, window(0, 10_000, 10_000));
        RequestCounts counted = watch.series().getFirst().totals().requests();
        assertThat(counted.completed()).isEqualTo(10);
        assertThat(counted.failedTotal()).isEqualTo(2);
        assertThat(watch.counted(Tally.REDELIVERED)).isEqualTo(2);
        assertThat(watch.counted(Tally.CORRECTIONS)).isEqualTo(1);
        assertThat(watch.counted(Tally.VERDICTS)).isEqualTo(1);
    }

    @Test
    void aWindowInWhichNothingWasDueIsTakenUpAndCountedAsThat() {
        byte[] empty = Codec.WINDOWS.encode(
                new WindowRecord(new WindowId(SERIES, 20_000, 10_000), 0, WindowSummary.empty(), ExcludedPart.none()));
        watch.take(0, 5, window(0, 10_000, 10_000));
        assertThat(watch.take(0, 6, empty).verdicts()).hasSize(1);
        assertThat(watch.counted(Tally.WITHOUT_LOAD)).isEqualTo(1);
        assertThat(watch.counted(Tally.JUDGED) + watch.counted(Tally.INVALID)).isEqualTo(1);
    }

    @Test
    void windowsAtTheEndOfALoadAreTakenUpAndCountedAsWithoutLoad() {
        RequestCounts some = new RequestCounts(3, Map.of(), 0, 0, 0);
        WindowSummary ended = new WindowSummary(
                some,
                Map.of(),
                TokenTotals.none(),
                4,
                1,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new LoadEdges(0, 1)));
        WindowSummary after = new WindowSummary(some, Map.of(), TokenTotals.none(), 0, 0, Map.of());
        watch.take(0, 5, window(0, 10_000, 10_000));
        watch.take(0, 6, encoded(20_000, ended));
        watch.take(0, 7, encoded(30_000, after));
        assertThat(watch.counted(Tally.WITHOUT_LOAD)).isEqualTo(2);
        assertThat(watch.counted(Tally.VERDICTS)).isEqualTo(3);
    }

    private static byte[] encoded(long start, WindowSummary summary) {
        return Codec.WINDOWS.encode(
                new WindowRecord(new WindowId(SERIES, start, 10_000), 0, summary, ExcludedPart.none()));
    }

    private static Published after(VerdictRecord verdict) {
        return new Published(
                Map.of(verdict.window().series().key(), verdict), Map.of(), List.of(), Map.of(), List.of());
    }

    /** Prometheus takes a counter that begins anew for what it is, and one that climbs through history for load. */
    @Test
    void whatAnEarlierStartHasToldIsNotCountedAgain() {
        VerdictRecord told =
                watch.take(0, 5, window(0, 10_000, 10_000)).verdicts().getFirst();
        Watch restarted = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());
        restarted.restore(after(told));
        restarted.assign(0, Reading.fromBeginning(6, 6));
        assertThat(restarted.take(0, 5, window(0, 10_000, 10_000)).verdicts()).isEmpty();
        assertThat(restarted.series().getFirst().totals().requests().total()).isZero();
        assertThat(restarted.isCaughtUp()).isFalse();
        assertThat(restarted.take(0, 6, window(0, 20_000, 10_000)).verdicts()).hasSize(1);
        assertThat(restarted.series().getFirst().totals().requests().completed())
                .isEqualTo(5);
        assertThat(restarted.isCaughtUp()).isTrue();
    }

    @Test
    void aWindowIsCoveredByAVerdictOnlyIfItIsNotLaterInTimeEither() {
        VerdictRecord told =
                watch.take(0, 5, window(0, 10_000, 10_000)).verdicts().getFirst();
        Watch restarted = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());
        restarted.restore(after(told));
        restarted.assign(0, Reading.fromBeginning(0, 5));
        assertThat(restarted.take(0, 3, window(0, 20_000, 10_000)).verdicts())
                .as("of a topic that was made again")
                .hasSize(1);
    }

    @Test
    void aPartitionWithNothingToReadIsCaughtUp() {
        watch.revoke(List.of(0));
        assertThat(watch.isCaughtUp()).isTrue();
        watch.assign(0, new Reading(7, 7, -1, true));
        assertThat(watch.isCaughtUp()).isTrue();
        watch.assign(1, new Reading(7, 7, 9, true));
        assertThat(watch.isCaughtUp()).isFalse();
    }

    @Test
    void badBytesGoOutWithTheirReasonAndStopNothing() {
        byte[] bad = "{".getBytes(StandardCharsets.UTF_8);
        Outgoing outgoing = watch.take(0, 5, bad);
        assertThat(outgoing.undecodable()).singleElement().satisfies(record -> {
            assertThat(record.offset()).isEqualTo(5);
            assertThat(record.bytes().toArray()).isEqualTo(bad);
            assertThat(record.reason()).isNotBlank();
        });
        assertThat(watch.take(0, 6, null).undecodable()).hasSize(1);
        assertThat(watch.take(0, 7, window(0, 10_000, 10_000)).verdicts()).hasSize(1);
        assertThat(watch.counted(Tally.UNDECODABLE)).isEqualTo(2);
    }

    @Test
    void badBytesThatAnEarlierStartReportedAreNotReportedAgain() {
        assertThat(watch.take(0, 0, new byte[0]).undecodable()).isEmpty();
        assertThat(watch.counted(Tally.UNDECODABLE)).isEqualTo(1);
    }

    /** Counts that overflow where they are added up: no codec can know that they will. */
    private static byte[] poison(long start) {
        WindowSummary delta =
                new WindowSummary(RequestCounts.none(), Map.of(), TokenTotals.none(), Long.MAX_VALUE, 0, Map.of());
        ExcludedPart excluded = new ExcludedPart(RequestCounts.none(), 1, Map.of());
        return Codec.WINDOWS.encode(new WindowRecord(new WindowId(SERIES, start, 10_000), 0, delta, excluded));
    }

    @Test
    void aWindowThatCannotBeJudgedIsSetAsideWithItsReasonAndStopsNobody() {
        Outgoing first = watch.take(0, 5, poison(10_000));
        assertThat(first.undecodable()).singleElement().satisfies(record -> {
            assertThat(record.offset()).isEqualTo(5);
            assertThat(record.bytes().toArray()).isEqualTo(poison(10_000));
            assertThat(record.reason()).startsWith("cannot be judged: ").contains("negative");
        });
        assertThat(first.warnings()).singleElement().asString().contains(SERIES.key(), "set aside");
        Outgoing second = watch.take(0, 6, poison(20_000));
        assertThat(second.undecodable()).hasSize(1);
        assertThat(second.warnings()).as("told once").isEmpty();
        assertThat(watch.series()).as("nothing of it is known").isEmpty();

        assertThat(watch.take(0, 7, window(0, 30_000, 10_000)).verdicts()).hasSize(1);
        assertThat(watch.series().getFirst().totals().requests().completed()).isEqualTo(5);
        assertThat(watch.counted(Tally.SET_ASIDE)).isEqualTo(2);
        assertThat(watch.take(0, 8, poison(40_000)).warnings())
                .as("a new trouble is told again")
                .hasSize(1);
    }

    @Test
    void aSeriesOfWhichNoWindowCanBeJudgedIsToldOnceAndStartsOverOnce() {
        int lines = 0;
        for (int i = 0; i < 30; i++) {
            Outgoing outgoing = watch.take(0, 5 + i, poison(10_000L + 10_000L * i));
            assertThat(outgoing.undecodable()).hasSize(1);
            lines += outgoing.warnings().size();
        }
        assertThat(lines).isEqualTo(2);
        assertThat(watch.counted(Tally.SET_ASIDE)).isEqualTo(30);
        assertThat(watch.counted(Tally.STARTED_OVER)).isEqualTo(1);
    }

    @Test
    void aWindowThatAnEarlierStartSetAsideIsNotReportedAgain() {
        assertThat(watch.take(0, 0, poison(10_000)).undecodable()).isEmpty();
        assertThat(watch.counted(Tally.SET_ASIDE)).isEqualTo(1);
    }

    @Test
    void aStateThatLetsNoWindowBeJudgedIsDiscardedAndThatIsSaid() {
        GroupJudge real = new GroupJudge(JudgementSettings.defaults());
        Watch suffering = new Watch(
                "plumbline.windows.10s.v1",
                10_000,
                JudgementSettings.defaults(),
                WatchLimits.defaults(10_000),
                (before, window, at) -> {
                    if (before.variants().containsKey("stable")) {
                        throw new IllegalStateException("a bad state");
                    }
                    return real.judge(before, window, at);
                });
        suffering.assign(0, Reading.fromBeginning(1, 1_000));
        assertThat(suffering.take(0, 1, window(0, 10_000, 10_000)).verdicts()).hasSize(1);
        Outgoing last = Outgoing.NOTHING;
        for (int i = 0; i < Watch.SET_ASIDE_IN_A_ROW; i++) {
            last = suffering.take(0, 2 + i, window(0, 20_000 + 10_000 * i, 10_000));
            assertThat(last.undecodable()).hasSize(1);
        }
        assertThat(last.warnings()).singleElement().asString().contains(SERIES.key(), "starts over");
        assertThat(suffering.counted(Tally.STARTED_OVER)).isEqualTo(1);
        assertThat(suffering.take(0, 9, window(0, 90_000, 10_000)).verdicts()).hasSize(1);
    }

    @Test
    void otherWindowLengthsAreCountedAndLeftOut() {
        assertThat(watch.take(0, 5, window(0, 60_000, 60_000))).isEqualTo(Outgoing.NOTHING);
        assertThat(watch.counted(Tally.OTHER_LENGTH)).isEqualTo(1);
        assertThat(watch.series()).isEmpty();
    }

    @Test
    void aPartitionThatMovedAwayIsLeftToItsNewReader() {
        watch.take(0, 5, window(0, 10_000, 10_000));
        watch.revoke(List.of(0));
        assertThat(watch.take(0, 6, window(0, 20_000, 10_000))).isEqualTo(Outgoing.NOTHING);
        assertThat(watch.counted(Tally.NOT_ASSIGNED)).isEqualTo(1);
        assertThat(watch.series()).isEmpty();
        assertThat(watch.partitions()).isEmpty();
    }

    private static DeployMarker deploy(String id, long at, String target, String variant) {
        return new DeployMarker(
                id,
                "ci",
                id,
                at,
                new Scope(Optional.ofNullable(target), Optional.empty(), Optional.ofNullable(variant)),
                Map.of());
    }

    private void tell(DeployMarker marker) {
        watch.takeControl(0, 0, marker.key().getBytes(StandardCharsets.UTF_8), Codec.CONTROLS.encode(marker));
    }

    @Test
    void deploysAreCountedByPlaceAndOnceEachWhenTheTopicIsRead() {
        tell(deploy("a", 1, "svc", "stable"));
        tell(deploy("a", 1, "svc", "stable"));
        tell(deploy("b", 2, null, null));
        assertThat(watch.deployCounts()).isEmpty();
        watch.controlsAreRead();
        assertThat(watch.deployCounts())
                .hasValue(Map.of(new DeployPlace("svc", "stable"), 1L, new DeployPlace("", ""), 1L));
    }

    @Test
    void theDeploysThatTookEffectLastAreKeptWhateverTheirOrder() {
        for (int i = DeployLog.KEPT; i >= 0; i--) {
            tell(deploy("d" + i, i + 1, "svc", null));
        }
        assertThat(watch.deploys(2_000)).hasSize(DeployLog.KEPT);
        assertThat(watch.deploys(1)).extracting(DeployMarker::id).containsExactly("d" + DeployLog.KEPT);
        assertThat(watch.deploys(2_000)).extracting(DeployMarker::id).doesNotContain("d0");
        assertThat(watch.counted(Tally.DEPLOYS_OVER_LIMIT)).isEqualTo(1);
        watch.controlsAreRead();
        assertThat(watch.deployCounts()).hasValue(Map.of(new DeployPlace("svc", ""), DeployLog.KEPT + 1L));
    }

    @Test
    void aDeployIsTakenBackByItsKeyWithoutValue() {
        tell(deploy("a", 1, null, null));
        watch.takeControl(0, 1, "deploy/a".getBytes(StandardCharsets.UTF_8), null);
        assertThat(watch.deploys(10)).isEmpty();
    }

    @Test
    void badControlsArePutAsideCountedAndSurviveARestore() {
        watch.takeControl(1, 7, null, "{\"type\":\"surprise\"}".getBytes(StandardCharsets.UTF_8));
        watch.restore(Published.nothing());
        assertThat(watch.takeFound().undecodable()).singleElement().satisfies(bad -> {
            assertThat(bad.topic()).isEqualTo("plumbline.controls.v1");
            assertThat(bad.partition()).isEqualTo(1);
            assertThat(bad.offset()).isEqualTo(7);
        });
        assertThat(watch.takeFound().undecodable()).isEmpty();
        assertThat(watch.counted(Tally.UNDECODABLE)).isEqualTo(1);
    }

    private static final JudgementSettings SHORT = new JudgementSettings(20, 0, 0.1, 100, 1, 5, 3, 6);
    private static final long HOUR_MILLIS = 3_600_000;

    private final List<AlertRecord> alerts = new ArrayList<>();
    private long offset;

    private Watch small(int groups, long bytes) {
        return small(groups, bytes, Published.nothing());
    }

    private Watch small(int groups, long bytes, Published before) {
        Watch small = new Watch(
                "plumbline.windows.10s.v1", 10_000, SHORT, new WatchLimits(groups, bytes, HOUR_MILLIS, 60_000));
        small.restore(before);
        small.assign(0, Reading.fromBeginning(0, 99_999));
        return small;
    }

    private void feed(Watch to, SimulatedSeries series, int windows) {
        for (int i = 0; i < windows; i++) {
            Outgoing outgoing = to.take(0, offset++, Codec.WINDOWS.encode(series.window()));
            alerts.addAll(outgoing.alerts());
        }
    }

    private static List<String> variants(Watch of) {
        return of.series().stream().map(view -> view.series().variant()).toList();
    }

    @Test
    void groupsBeyondTheLimitAreRefusedAndCountedWhileTheKnownGoOn() {
        Watch small = small(2, 1 << 30);
        feed(small, new SimulatedSeries(1, "c1"), 1);
        SimulatedSeries known = new SimulatedSeries(2, "c2");
        feed(small, known, 1);
        feed(small, new SimulatedSeries(3, "c3"), 1);
        feed(small, known, 1);
        assertThat(small.groups()).isEqualTo(2);
        assertThat(small.counted(Tally.REFUSED)).isEqualTo(1);
        assertThat(small.counted(Tally.JUDGED)).isEqualTo(3);
    }

    @Test
    void correctionsOfAGroupThatWasNeverSeenTakeUpNoPlace() {
        Watch small = small(1, 1 << 30);
        small.take(0, offset++, window(1, 10_000, 10_000));
        assertThat(small.groups()).isZero();
        assertThat(small.counted(Tally.CORRECTIONS)).isEqualTo(1);
        assertThat(small.counted(Tally.REFUSED)).isZero();
    }

    @Test
    void fromTheLimitInBytesOnNewGroupsAndVariantsAreRefused() {
        Watch small = small(2_000, 40_000);
        SimulatedSeries first = new SimulatedSeries(1, "c1");
        feed(small, first, 60);
        for (int load = 2; small.counted(Tally.REFUSED) == 0 && load < 100; load++) {
            feed(small, new SimulatedSeries(load, "c" + load), 10);
        }
        long held = small.stateBytes();
        int groups = small.groups();
        assertThat(groups).isBetween(2, 8);
        assertThat(held).isBetween(40_000L, 60_000L);
        feed(small, new SimulatedSeries(200, "c1", "one-more"), 1);
        assertThat(variants(small)).doesNotContain("one-more");
        feed(small, first, 1);
        assertThat(small.counted(Tally.RECOVERED) + small.counted(Tally.JUDGED)).isGreaterThan(61);
        assertThat(small.groups()).isEqualTo(groups);
        small.revoke(List.of(0));
        assertThat(small.stateBytes()).isZero();
    }

    @Test
    void aSeriesThatWasSilentForLongIsForgottenWithItsCountersAndItsIncidentIsClosed() {
        Watch small = small(10, 1 << 30);
        SimulatedSeries other = new SimulatedSeries(9, "c9");
        SimulatedSeries slow = new SimulatedSeries(2, "c8", "canary");
        feed(small, new SimulatedSeries(1, "c8"), 25);
        feed(small, slow, 10);
        slow.tpotFactor(2);
        feed(small, slow, 20);
        assertThat(alerts).extracting(AlertRecord::transition).contains(AlertRecord.Transition.FIRED);
        String open = alerts.getLast().alertId();
        int windowsOfAnHour = (int) (HOUR_MILLIS / SimulatedSeries.LENGTH_MILLIS);
        other.skipTime(windowsOfAnHour);
        feed(small, other, 1);
        assertThat(variants(small)).contains("canary");
        alerts.clear();
        other.skipTime(windowsOfAnHour);
        feed(small, other, 1);
        assertThat(variants(small)).containsExactly("stable");
        assertThat(small.groups()).isEqualTo(1);
        assertThat(small.counted(Tally.FORGOTTEN)).isEqualTo(2);
        assertThat(alerts).singleElement().satisfies(alert -> {
            assertThat(alert.transition()).isEqualTo(AlertRecord.Transition.ENDED);
            assertThat(alert.alertId()).isEqualTo(open);
        });
    }

    @Test
    void aGroupThatComesBackAfterItWasForgottenLearnsAnewAlsoAfterARestart() {
        Watch first = small(10, 1 << 30);
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        Map<String, VerdictRecord> verdicts = new HashMap<>();
        Map<String, BaselineRecord> baselines = new HashMap<>();
        for (int i = 0; i < 25; i++) {
            Outgoing outgoing = first.take(0, offset++, Codec.WINDOWS.encode(series.window()));
            outgoing.verdicts().forEach(verdict -> verdicts.put(series.series().key(), verdict));
            outgoing.baselines()
                    .forEach(baseline -> baselines.put(baseline.group().key(), baseline));
        }
        assertThat(baselines).hasSize(1);
        series.skipTime((int) (HOUR_MILLIS / SimulatedSeries.LENGTH_MILLIS) + 1);
        byte[] back = Codec.WINDOWS.encode(series.window());
        Watch second = small(10, 1 << 30, new Published(verdicts, baselines, List.of(), Map.of(), List.of()));
        for (Watch watching : List.of(first, second)) {
            VerdictRecord verdict = watching.take(0, offset, back).verdicts().getFirst();
            assertThat(verdict.state()).isEqualTo(SeriesState.LEARNING);
            assertThat(verdict.learning().orElseThrow().windows()).isEqualTo(1);
        }
    }

    @Test
    void theBaselineOutlivesTheVariantThatTaughtIt() {
        Watch first = small(10, 1 << 30);
        SimulatedSeries teacher = new SimulatedSeries(1, "c8", "build-1");
        SimulatedSeries next = new SimulatedSeries(2, "c8", "build-2");
        next.skipTime(21);
        Map<String, VerdictRecord> verdicts = new HashMap<>();
        Map<String, BaselineRecord> baselines = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            SimulatedSeries series = i < 21 ? teacher : next;
            Outgoing outgoing = first.take(0, offset++, Codec.WINDOWS.encode(series.window()));
            outgoing.verdicts().forEach(verdict -> verdicts.put(series.series().key(), verdict));
            outgoing.baselines()
                    .forEach(baseline -> baselines.put(baseline.group().key(), baseline));
        }
        verdicts.remove(teacher.series().key());
        Watch second = small(10, 1 << 30, new Published(verdicts, baselines, List.of(), Map.of(), List.of()));
        VerdictRecord verdict = second.take(0, offset, Codec.WINDOWS.encode(next.window()))
                .verdicts()
                .getFirst();
        assertThat(verdict.baselineId())
                .hasValue(baselines.values().iterator().next().baselineId());
    }

    /** Groups by the hundred, all learning at once, as after a Kafka volume was lost; then all judged. */
    @Test
    void asManyGroupsAsThereMayBeFitIntoHalfOfTheHeapThatTheDocumentsState() {
        WatchLimits limits = WatchLimits.defaults(10_000);
        int sample = 20;
        JudgementSettings defaults = JudgementSettings.defaults();
        Watch ordinary = new Watch("plumbline.windows.10s.v1", 10_000, defaults, limits);
        ordinary.assign(0, Reading.fromBeginning(0, 99_999));
        long most = 0;
        List<SimulatedSeries> groups = new ArrayList<>();
        for (int i = 1; i <= sample; i++) {
            groups.add(SimulatedSeries.noisy(i, "c" + i, 50));
        }
        for (int window = 0; window < defaults.baselineWindows() + defaults.skipWindows() + 60; window++) {
            groups.forEach(group -> feed(ordinary, group, 1));
            most = Math.max(most, ordinary.stateBytes());
        }
        // Of one here and there a chance stretch looks like trouble, and it learns on.
        assertThat(ordinary.counted(Tally.BASELINES)).isGreaterThanOrEqualTo(sample - 2L);
        assertThat(most / sample * WatchLimits.MOST_GROUPS)
                .as("bytes of as many groups like these as there may be")
                .isLessThan(limits.stateBytes());
        assertThat(ordinary.counted(Tally.REFUSED)).isZero();
    }
}
