package dev.plumbline.contract.wire;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.LogMean;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Calibration.ShareTest;
import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.Companion;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.LeakProgress;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.PairSide;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.SlowRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The records of the detector that the golden files hold. */
final class VerdictExamples {

    private VerdictExamples() {}

    static VerdictRecord firing() {
        return new VerdictRecord(
                Examples.windowId(),
                new SourcePosition(1, 4711),
                SeriesState.FIRING,
                Optional.of("learned-2aa73c2a-2026-11-22T11:30:00Z"),
                Optional.empty(),
                0.95,
                List.of(
                        new MetricVerdict(
                                JudgedMetric.TPOT_P50,
                                new Verdict.Regressed(),
                                Optional.of(new Effect(6.0e6, 7.2e6, 1.2, 1.18, 1.22)),
                                Optional.of(
                                        new Evidence(14.2, 12.8, 0.84, OptionalLong.of(1_795_345_200_000L), 16, 256))),
                        new MetricVerdict(
                                JudgedMetric.TTFT_P95,
                                new Verdict.Inconclusive(
                                        Verdict.Reason.TOO_FEW_SAMPLES, "the baseline has 60 requests"),
                                Optional.empty(),
                                Optional.empty())),
                new SeriesSnapshot(
                        new SeriesSnapshot.Continuity(1_795_345_210_000L, 80, 0, 0),
                        List.of(new LaneState(
                                JudgedMetric.TPOT_P50,
                                Lane.WORSE,
                                14.2,
                                1_795_345_200_000L,
                                new LaneState.Episode(
                                        16,
                                        2,
                                        Histogram.of(7_000_000, 7_400_000),
                                        -0.125,
                                        3,
                                        2,
                                        200,
                                        List.of(new SlowRequest("r-9", 7_400_000))))),
                        List.of(new SeriesSnapshot.Block(5, Examples.summary())),
                        List.of(new SeriesSnapshot.Work(16, 1_600, 16)),
                        Optional.of(new SeriesSnapshot.OpenIncident(
                                "0123456789abcdef", 1_795_345_200_000L, List.of(JudgedMetric.TPOT_P50), 2))));
    }

    /** A rate that moved, with what it is made of. */
    static VerdictRecord slowRate() {
        return new VerdictRecord(
                Examples.windowId(),
                new SourcePosition(1, 4713),
                SeriesState.PENDING,
                Optional.of("learned-2aa73c2a-2026-11-22T11:30:00Z"),
                Optional.empty(),
                1,
                List.of(new MetricVerdict(
                        JudgedMetric.OUTPUT_TOKEN_RATE, new Verdict.Steady(), Optional.empty(), Optional.empty())),
                new SeriesSnapshot(
                        new SeriesSnapshot.Continuity(1_795_345_270_000L, 81, 0, 0),
                        List.of(new LaneState(
                                JudgedMetric.OUTPUT_TOKEN_RATE,
                                Lane.WORSE,
                                3.5,
                                1_795_345_200_000L,
                                new LaneState.Episode(
                                        10,
                                        10,
                                        Histogram.empty(),
                                        36.5,
                                        0,
                                        12,
                                        975,
                                        List.of(),
                                        Optional.of(new LaneState.RateSum(975, 100))))),
                        List.of(),
                        List.of(),
                        Optional.empty()));
    }

    /** A tail that grew heavier, and how it developed. */
    static VerdictRecord heavierTail() {
        return new VerdictRecord(
                Examples.windowId(),
                new SourcePosition(1, 4714),
                SeriesState.PENDING,
                Optional.of("learned-2aa73c2a-2026-11-22T11:30:00Z"),
                Optional.empty(),
                1,
                List.of(new MetricVerdict(
                        JudgedMetric.TTFT_P95, new Verdict.Steady(), Optional.empty(), Optional.empty())),
                new SeriesSnapshot(
                        new SeriesSnapshot.Continuity(1_795_345_270_000L, 81, 0, 0),
                        List.of(new LaneState(
                                JudgedMetric.TTFT_P95,
                                Lane.HEAVIER_TAIL,
                                3.5,
                                1_795_345_200_000L,
                                new LaneState.Episode(
                                        10,
                                        160,
                                        Histogram.empty(),
                                        0,
                                        0,
                                        160,
                                        975,
                                        List.of(),
                                        Optional.empty(),
                                        Optional.of(new LaneState.Trend(160, 17, 720, 4_560, 92))))),
                        List.of(),
                        List.of(),
                        Optional.empty()));
    }

    static VerdictRecord ended() {
        return new VerdictRecord(
                Examples.windowId(),
                new SourcePosition(1, 4712),
                SeriesState.ENDED,
                Optional.of("learned-2aa73c2a-2026-11-22T11:30:00Z"),
                Optional.empty(),
                1,
                List.of(new MetricVerdict(
                        JudgedMetric.TPOT_P50, new Verdict.Steady(), Optional.empty(), Optional.empty())),
                new SeriesSnapshot(
                                new SeriesSnapshot.Continuity(1_795_345_270_000L, 81, 0, 0),
                                List.of(),
                                List.of(),
                                List.of(),
                                Optional.empty())
                        .ended(1_795_345_268_250L));
    }

    /** A canary beside what serves in the same seconds, with all that is remembered of it. */
    static VerdictRecord canary() {
        Means.Stretch calm = new Means.Stretch(
                1_795_344_600_000L,
                60,
                new Means(Map.of("ttft", new Means.Sum(4.8e10, 960), "in_flight", new Means.Sum(4_800, 600))));
        PairSide side = new PairSide(
                Optional.of(new PairSide.Filling(1_795_345_260_000L, 1, Examples.summary())),
                List.of(new PairSide.Closed(
                        1_795_345_230_000L,
                        7,
                        48,
                        47,
                        1,
                        Map.of(JudgedMetric.TTFT_P50, new PairSide.Quantile(51_000_000, 46)),
                        Map.of(LatencyMetric.TTFT, new PairSide.PairSum(24, 0.36)))));
        CanaryProgress.Counts counts = new CanaryProgress.Counts(480, 479, 478, 479, 2, 1, 470);
        CanaryProgress progress = new CanaryProgress(
                "stable",
                1_795_344_960_000L,
                1_795_345_260_000L,
                10,
                1,
                CanaryProgress.Counts.none(),
                counts,
                List.of(new CanaryProgress.Difference(
                        JudgedMetric.TTFT_P50, 10, 10, 0, 1.5, 0.25, 0.2, 0.15, 177, 470)),
                2,
                CanaryFinding.State.REGRESSED,
                Optional.of("canary-0badcafe-1795344960"));
        return learning()
                .with(
                        new Companion(
                                Optional.of(new Companion.Memory(Optional.of(calm), List.of(calm))),
                                Optional.of(side),
                                Optional.of(progress),
                                Optional.empty()),
                        Optional.of(new CanaryFinding(
                                CanaryFinding.State.REGRESSED,
                                Optional.of("stable"),
                                1_795_344_960_000L,
                                10,
                                30_000,
                                List.of(new CanaryFinding.Metric(
                                        JudgedMetric.TTFT_P50,
                                        true,
                                        true,
                                        true,
                                        10,
                                        Optional.of(new Effect(5.0e7, 5.8e7, 1.16, 1.12, 1.2)))),
                                OptionalDouble.of(1.1),
                                "regressed against stable in the same 30 s: p50(ttft) +16 %")),
                        Examples.alertExplained().evidence().why());
    }

    /** What grows, in an alert of its own. */
    static AlertRecord leak() {
        return new AlertRecord(
                "leak-0badcafe-1795341600",
                Examples.SERIES,
                AlertRecord.Transition.FIRED,
                1_795_345_200_000L,
                1_795_341_600_000L,
                new AlertRecord.Reasons(
                        "b-1", List.of(), List.of(), OptionalLong.empty(), Optional.empty(), Optional.of(growth())),
                "chat@stable: " + growth().sentence());
    }

    private static LeakFinding growth() {
        return new LeakFinding(
                List.of(
                        new LeakFinding.Growth(
                                LeakFinding.Quantity.TTFT,
                                1_795_341_600_000L,
                                0.098,
                                0.093,
                                0.15,
                                OptionalLong.of(1_795_347_300_000L)),
                        new LeakFinding.Growth(
                                LeakFinding.Quantity.GPU_MEMORY,
                                1_795_341_600_000L,
                                0.041,
                                1,
                                1,
                                OptionalLong.empty())),
                "p50(ttft) grows 9.8 % an hour since 11:00Z, is at +9.3 %, reaches +15 % at 12:35Z");
    }

    /** Nothing has regressed, and something grows. */
    static VerdictRecord leaking() {
        VerdictRecord learning = learning();
        return new VerdictRecord(
                learning.window(),
                learning.source(),
                SeriesState.LEAKING,
                Optional.of("b-1"),
                Optional.empty(),
                1,
                List.of(),
                learning.snapshot()
                        .with(Companion.none()
                                .leaking(Optional.of(new LeakProgress(
                                        "b-1",
                                        1_795_341_600_000L,
                                        Optional.of(new Means.Stretch(
                                                1_795_345_200_000L,
                                                3,
                                                new Means(Map.of("TTFT", new Means.Sum(3.3, 3))))),
                                        List.of(
                                                new LeakProgress.Track(
                                                        LeakFinding.Quantity.TTFT,
                                                        List.of(0, 1, 3),
                                                        List.of(-12, 81, 250)),
                                                new LeakProgress.Track(
                                                        LeakFinding.Quantity.ERRORS, List.of(3), List.of(0))),
                                        Optional.of(growth()),
                                        Optional.of(new LeakProgress.OpenLeak(
                                                "leak-0badcafe-1795341600",
                                                1_795_341_600_000L,
                                                1_795_345_200_000L)))))));
    }

    static VerdictRecord learning() {
        return new VerdictRecord(
                Examples.windowId(),
                new SourcePosition(0, 0),
                SeriesState.LEARNING,
                Optional.empty(),
                Optional.of(new LearningProgress(1, 60)),
                1,
                List.of(new MetricVerdict(
                        JudgedMetric.ERROR_RATE,
                        new Verdict.Inconclusive(Verdict.Reason.LEARNING, "1 of 60 windows of the baseline"),
                        Optional.empty(),
                        Optional.empty())),
                SeriesSnapshot.ofNewSeries());
    }

    static BaselineRecord baseline() {
        return baseline(OptionalInt.empty());
    }

    /** One that had a burst of fourteen windows. */
    static BaselineRecord baselineWithStalls() {
        return baseline(OptionalInt.of(22));
    }

    private static BaselineRecord baseline(OptionalInt burstWindows) {
        return new BaselineRecord(
                "learned-2aa73c2a-2026-11-22T11:30:00Z",
                Examples.GROUP,
                BaselineRecord.Kind.LEARNED,
                new BaselineRecord.Learned(
                        Examples.SERIES,
                        Optional.of(new SourcePosition(1, 65)),
                        1_795_344_600_000L,
                        1_795_345_200_000L,
                        10_000,
                        60),
                BaselineRecord.Grade.B,
                List.of("p50(ttft) moved by 3.0 % while it was learned"),
                Examples.summary(),
                List.of(
                        new Calibration.Unusable(JudgedMetric.TTFT_P50, Verdict.Reason.NO_DATA, "no request has it"),
                        new Calibration.Quantile(
                                JudgedMetric.TPOT_P50,
                                6_000_000,
                                960,
                                1.25,
                                List.of(new ShareTest(
                                        Lane.WORSE, OptionalInt.of(-472), 0.5, 0.75, 0.84, burstWindows))),
                        new Calibration.Rate(JudgedMetric.OUTPUT_TOKEN_RATE, new LogMean(6.5, 0.0004, 60)),
                        new Calibration.ErrorShare(
                                JudgedMetric.ERROR_RATE,
                                0,
                                960,
                                List.of(new ShareTest(Lane.GROSSLY_WORSE, OptionalInt.empty(), 0.003, 0.053, 1)))),
                new BaselineRecord.WorkCalibration(new LogMean(4.6, 0.01, 60), new LogMean(0, 0, 0)));
    }

    /** What somebody chose, under conditions that are known. */
    static BaselineRecord pinned() {
        return new BaselineRecord(
                "pinned-2aa73c2a-2026-11-22T12:00:00Z",
                Examples.UNDER_CONDITIONS.group(),
                BaselineRecord.Kind.PINNED,
                new BaselineRecord.Learned(
                        Examples.UNDER_CONDITIONS,
                        Optional.empty(),
                        1_795_344_600_000L,
                        1_795_345_200_000L,
                        10_000,
                        60),
                BaselineRecord.Grade.A,
                List.of(),
                Examples.summary(),
                List.of(),
                new BaselineRecord.WorkCalibration(new LogMean(4.6, 0.01, 60), new LogMean(0, 0, 0)),
                Optional.of(new BaselineRecord.Provenance(
                        List.of(new BaselineRecord.Source(
                                "20261122T113000Z-k3f9", 1_795_344_600_000L, 1_795_345_200_000L, 60)),
                        Optional.of(decision()),
                        Optional.of("learned-2aa73c2a-2026-11-22T11:30:00Z"))));
    }

    static Decision decision() {
        return new Decision(
                "alice", "release 1.4 is what we serve", 1_795_345_300_000L, OptionalLong.of(1_795_950_100_000L));
    }

    /** An alert is open, and somebody takes care of it. */
    static VerdictRecord decided() {
        return learning()
                .with(new Decided(
                        Optional.of(decision()),
                        Optional.of(new Decision("bob", "INC-7", 1_795_345_310_000L, OptionalLong.empty())),
                        Optional.empty()));
    }
}
