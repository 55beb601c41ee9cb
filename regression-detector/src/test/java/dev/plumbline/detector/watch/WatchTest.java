package dev.plumbline.detector.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
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
import java.nio.charset.StandardCharsets;
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
        Watch suffering =
                new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults(), (before, window, at) -> {
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
}
