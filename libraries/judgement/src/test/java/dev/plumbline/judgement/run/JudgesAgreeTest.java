package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.calibration.RunCalibration;
import dev.plumbline.judgement.calibration.UnfitSourceException;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.ComparisonFinding;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.series.Decisions;
import dev.plumbline.judgement.series.GroupJudge;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.statistics.Ratio;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The judge of runs and the judge of series, held against each other: a run is judged against an earlier one as a whole, and window by
 * window against the baseline that was made of the same earlier one.
 *
 * <p>What the one passes, its effect half of the threshold or more below it, the other does not fire on; and what the one calls a
 * regression, its effect half of the threshold or more above it, the other fires on.
 */
class JudgesAgreeTest {

    /** A quarter of them by default, all with {@code --all}. */
    private static final int SEEDS = Boolean.getBoolean("plumbline.test.all") ? 1_000 : 250;

    private static final int FEWEST_NOT_TRIVIAL = SEEDS / 5;
    private static final double THRESHOLD = 0.10;
    private static final double MARGIN = THRESHOLD / 2;
    private static final long WINDOW = 10_000;

    private static final dev.plumbline.judgement.series.JudgementSettings SERIES =
            new dev.plumbline.judgement.series.JudgementSettings(60, 0, THRESHOLD, 60_480, 1, 15, 9, 30);

    /** How a pair of runs was judged by both; what neither could look at is left out. */
    private record Pair(
            long seed, double factor, boolean passesClearly, Set<JudgedMetric> failsClearly, List<AlertRecord> alerts) {

        Set<JudgedMetric> fired() {
            return alerts.stream()
                    .filter(alert ->
                            alert.transition() == Transition.FIRED || alert.transition() == Transition.EXTENDED)
                    .flatMap(alert -> alert.evidence().moved().stream())
                    .map(moved -> moved.metric())
                    .collect(Collectors.toSet());
        }
    }

    private static SimulatedRun simulated(SplittableRandom random, double factor) {
        SimulatedRun run = new SimulatedRun(random.nextLong(1L << 40));
        run.windows = 62;
        run.requests = 40;
        run.ttftSigma = 0.15;
        run.runNoise = 0;
        run.factor = factor;
        return run;
    }

    private static Optional<Pair> pair(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        // Half of them at or about nothing, half anywhere up to a third slower.
        double factor = random.nextBoolean() ? 0.97 + 0.06 * random.nextDouble() : 1 + 0.35 * random.nextDouble();
        SimulatedRun before = simulated(random, 1);
        SimulatedRun now = simulated(random, factor);
        now.startEpochMillis = SimulatedRun.START + 1_000 * WINDOW;
        RunResult earlier = before.run();
        RunResult candidate = now.run();
        RunVerdict verdict =
                RunJudge.judge(candidate, List.of(RunBaseline.of(earlier)), List.of(), JudgementSettings.defaults());
        BaselineRecord baseline;
        try {
            baseline = RunCalibration.of(
                    List.of(earlier),
                    Kind.PINNED,
                    new Decision("test", "seed " + seed, SimulatedRun.START, OptionalLong.empty()),
                    Optional.empty(),
                    WINDOW,
                    SERIES);
        } catch (UnfitSourceException e) {
            return Optional.empty();
        }
        List<ComparisonFinding> findings = verdict.findings().stream()
                .filter(ComparisonFinding.class::isInstance)
                .map(ComparisonFinding.class::cast)
                .filter(finding -> finding.metric().role() == Role.GATING)
                .toList();
        boolean passesClearly = findings.stream()
                .allMatch(finding -> finding.metric() == JudgedMetric.ERROR_RATE
                        || (isPassed(finding)
                                && finding.ratio()
                                        .filter(ratio -> worse(finding.metric(), ratio) <= THRESHOLD - MARGIN)
                                        .isPresent()));
        Set<JudgedMetric> failsClearly = findings.stream()
                .filter(finding -> finding.answer() == Answer.FAIL)
                .filter(finding -> finding.ratio()
                        .filter(ratio -> worse(finding.metric(), ratio) >= THRESHOLD + MARGIN)
                        .isPresent())
                .map(ComparisonFinding::metric)
                .collect(Collectors.toSet());
        return Optional.of(new Pair(seed, factor, passesClearly, failsClearly, alerts(candidate, baseline)));
    }

    /** A tail that no run of this length can tell passes where nothing speaks against it. */
    private static boolean isPassed(ComparisonFinding finding) {
        return finding.answer() == Answer.PASS
                || (finding.answer() == Answer.OBSERVED && RunComparison.isTail(finding.metric()));
    }

    /** The change for the worse, as a share. */
    private static double worse(JudgedMetric metric, Ratio ratio) {
        return metric.direction() == Direction.HIGHER_IS_WORSE ? ratio.value() - 1 : 1 - ratio.value();
    }

    private static List<AlertRecord> alerts(RunResult run, BaselineRecord baseline) {
        GroupJudge judge = new GroupJudge(SERIES);
        GroupState state =
                GroupState.ofNewGroup().decided(new Decisions(List.of(baseline), List.of(), Optional.empty()));
        List<AlertRecord> alerts = new ArrayList<>();
        long offset = 0;
        for (RunWindow window : run.windows()) {
            WindowRecord record = new WindowRecord(
                    new WindowId(run.identity().series(), window.startEpochMillis(), window.lengthMillis()),
                    0,
                    window.measured(),
                    ExcludedPart.none());
            if (judge.judge(state, record, new SourcePosition(0, offset++)) instanceof Judged.Taken taken) {
                state = taken.state();
                alerts.addAll(taken.alerts());
            }
        }
        return alerts;
    }

    @Test
    void whatOneIsSureOfTheOtherDoesNotDeny() {
        List<Pair> pairs = LongStream.range(0, SEEDS)
                .parallel()
                .mapToObj(JudgesAgreeTest::pair)
                .flatMap(Optional::stream)
                .toList();
        List<Pair> passing = pairs.stream().filter(Pair::passesClearly).toList();
        List<Pair> failing =
                pairs.stream().filter(pair -> !pair.failsClearly().isEmpty()).toList();
        assertThat(passing).as("runs that pass by half of the threshold").hasSizeGreaterThan(FEWEST_NOT_TRIVIAL);
        assertThat(failing).as("runs that fail by half of the threshold").hasSizeGreaterThan(FEWEST_NOT_TRIVIAL);
        assertThat(passing.stream().filter(pair -> !pair.fired().isEmpty()).toList())
                .as("passed by half of the threshold, and fired")
                .isEmpty();
        assertThat(failing.stream()
                        .filter(pair -> !pair.fired().containsAll(pair.failsClearly()))
                        .toList())
                .as("failed by half of the threshold, and not fired")
                .isEmpty();
    }
}
