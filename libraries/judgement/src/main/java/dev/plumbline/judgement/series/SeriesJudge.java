package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Calibration.ShareTest;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState;
import dev.plumbline.contract.verdict.LaneState.Episode;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Block;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesSnapshot.Work;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.series.GroupJudge.SeriesPhase;
import dev.plumbline.judgement.statistics.Cusum;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Holds one window of a series against a baseline.
 *
 * <p>Each metric has some lanes ({@link Lane}). A lane sums evidence; while its sum is above zero it has an
 * episode, the windows since its change point, from which the effect is read. A metric regresses when a worse lane's
 * score reaches the threshold <em>and</em> the effect is at least the threshold effect <em>and</em> the 95 % interval of
 * the effect, the baseline's own uncertainty included, lies beyond half of that. The third condition is ours: a baseline
 * of a few hundred requests may itself be 7 % off, and then the first two come true by its bad luck alone.
 *
 * <p>And the windows since the change point have to differ from those before it ({@link StretchBefore}), not from the baseline alone.
 *
 * <p>An episode that crossed its threshold with a small effect (a drift) goes on as one: were its effect drawn anew from time to
 * time, one of many draws would be large enough. Two things are larger than its mean says: what climbs, by the end of a line
 * through its windows, and a jump on top of it, by its last windows.
 */
final class SeriesJudge {

    /** A score is kept to this many thresholds, so that it falls soon after a long episode has ended. */
    private static final double HIGHEST_SCORE_IN_THRESHOLDS = 2;

    /** What was a regression is back when the evidence for that is a quarter of what raised the alert. */
    private static final double BACK_IN_THRESHOLDS = 0.25;

    /** Medians: a tail may be better for long by chance, and a rate with the load. */
    private static final Set<JudgedMetric> STALE_BY = EnumSet.of(JudgedMetric.TTFT_P50, JudgedMetric.TPOT_P50);

    /** Blocks that are kept while an alert is open, or a drift is on; together they are the resolve span. */
    static final int RESOLVE_BLOCKS = 6;

    /** Blocks that are kept otherwise, for the effect that is shown. */
    private static final int QUIET_BLOCKS = 2;

    private final JudgementSettings settings;

    /** A verdict and the alerts that came with it. */
    record Outcome(VerdictRecord verdict, List<AlertRecord> alerts) {}

    /** Everything about one metric in one window. */
    record Reading(
            Calibration calibration,
            MetricVerdict verdict,
            List<LaneState> lanes,
            Optional<LaneState> leading,
            boolean crossed,
            boolean isBack,
            OptionalDouble climbAnHour) {

        Reading(
                Calibration calibration,
                MetricVerdict verdict,
                List<LaneState> lanes,
                Optional<LaneState> leading,
                boolean crossed) {
            this(calibration, verdict, lanes, leading, crossed, false, OptionalDouble.empty());
        }

        /** Whether it could not be judged, whatever the window held: other work was done, or there is no norm for it. */
        boolean isVoid() {
            return verdict.verdict() instanceof Verdict.Inconclusive inconclusive
                    && (calibration instanceof Calibration.Unusable
                            || inconclusive.reason() == Reason.OUTPUT_LENGTH_CHANGED
                            || inconclusive.reason() == Reason.OFFERED_LOAD_CHANGED);
        }
    }

    SeriesJudge(JudgementSettings settings) {
        this.settings = settings;
    }

    Outcome judge(BaselineRecord baseline, SeriesSnapshot before, WindowRecord window, SourcePosition at) {
        SeriesPhase phase = SeriesPhase.after(before, window, settings);
        double threshold = threshold(baseline);
        Optional<Verdict> left = whyNotJudged(phase, window);
        if (left.isPresent()) {
            return notJudged(baseline, before, window, at, phase, threshold, left.get());
        }
        WindowSummary summary = window.delta();
        List<Work> work = appended(
                before.work(),
                new Work(summary.requests().completed(), summary.tokens().output(), summary.offered()));
        Optional<Verdict> otherWork = WorkGuard.outputLength(work, baseline);
        Optional<Verdict> otherLoad = WorkGuard.offered(work, baseline);
        List<Block> recent = appended(
                before.recent(),
                Measure.judgedPart(summary),
                before.incident().isPresent()
                        || before.lanes().stream()
                                .anyMatch(lane -> lane.lane() == Lane.WORSE && lane.score() >= threshold));
        Effects effects = new Effects(baseline, settings, window.id().lengthMillis() / 1e3, recent);
        Set<JudgedMetric> members =
                Set.copyOf(before.incident().map(OpenIncident::members).orElse(List.of()));

        List<Reading> readings = new ArrayList<>();
        for (Calibration calibration : baseline.calibrations()) {
            JudgedMetric metric = calibration.metric();
            Optional<Verdict> voided = switch (metric) {
                case ACHIEVED_RATIO -> otherLoad;
                // The time to the first token and the time for each do not depend on how many there are.
                case TTFT_P50, TTFT_P95, TPOT_P50, TPOT_P95, ERROR_RATE -> Optional.empty();
                case E2E_P50, E2E_P95, OUTPUT_TOKEN_RATE -> otherWork;
            };
            MetricJudge judge =
                    new MetricJudge(calibration, before.lanes(), effects, members.contains(metric), threshold);
            readings.add(voided.isPresent() ? judge.voided(voided.get()) : judge.judge(window));
        }
        Incidents.Step incidents =
                new Incidents(baseline, effects, threshold, window.id()).after(before.incident(), readings);

        List<LaneState> lanes = readings.stream()
                .flatMap(reading -> incidents.resolved() ? kept(reading, baseline, members) : reading.lanes().stream())
                .toList();
        SeriesSnapshot snapshot = new SeriesSnapshot(phase.continuity(), lanes, recent, work, incidents.incident());
        return new Outcome(
                new VerdictRecord(
                        window.id(),
                        at,
                        state(snapshot, phase, threshold, isJudged(readings)),
                        Optional.of(baseline.baselineId()),
                        Optional.empty(),
                        window.coverage(),
                        readings.stream().map(Reading::verdict).toList(),
                        snapshot),
                incidents.alerts());
    }

    /** Of the evidence of a metric, when an alert is resolved. */
    private static Stream<LaneState> kept(Reading reading, BaselineRecord baseline, Set<JudgedMetric> members) {
        Calibration calibration = reading.calibration();
        Optional<LaneState> before = members.contains(calibration.metric())
                ? StretchBefore.resolved(calibration, baseline, reading.lanes())
                : reading.lanes().stream()
                        .filter(lane -> lane.lane() == Lane.BEFORE)
                        .findFirst();
        return Stream.concat(before.stream(), reading.lanes().stream().filter(lane -> lane.lane() == Lane.BETTER));
    }

    /** Windows that no burst is shorter than which raises an alert: as set, or by the longest burst of the baseline. */
    private int burst(BaselineRecord baseline, Lane lane) {
        if (lane == Lane.BACK) {
            return Math.min(settings.burst(lane), settings.resolveWindows());
        }
        int most = settings.burst(lane);
        for (Calibration calibration : baseline.calibrations()) {
            List<ShareTest> tests = switch (calibration) {
                case Calibration.Quantile quantile -> quantile.tests();
                case Calibration.ErrorShare errors -> errors.tests();
                case Calibration.Rate rate -> List.of();
                case Calibration.Unusable unusable -> List.of();
            };
            for (ShareTest test : tests) {
                most = test.lane() == lane ? Math.max(most, test.burstWindows().orElse(0)) : most;
            }
        }
        return most;
    }

    /**
     * Since how many windows a series has been better than its baseline, where that is as long as a baseline takes: then the baseline
     * was learned in a bad time, or of an older build, and a regression from here would be none against it. Read off the snapshot
     * alone, so that a restart tells the same.
     */
    OptionalLong betterForLong(BaselineRecord baseline, SeriesSnapshot snapshot, double windowSeconds) {
        Effects effects = new Effects(baseline, settings, windowSeconds, List.of());
        double threshold = threshold(baseline);
        return snapshot.lanes().stream()
                .filter(lane -> lane.lane() == Lane.BETTER && STALE_BY.contains(lane.metric()))
                .filter(lane -> lane.score() >= threshold && lane.episode().windows() >= settings.learnedWindows())
                .filter(lane -> baseline.calibrations().stream()
                        .filter(calibration -> calibration.metric() == lane.metric())
                        .flatMap(calibration -> effects.since(calibration, lane.episode()).stream())
                        .anyMatch(effect -> effects.isBetter(lane.metric(), effect)))
                .mapToLong(lane -> lane.episode().windows())
                .max();
    }

    /** The score that must be reached: as many streams share the allowance for false alarms as can raise an alert. */
    double threshold(BaselineRecord baseline) {
        long streams = baseline.calibrations().stream()
                .filter(calibration -> calibration.metric().role() == Role.GATING)
                .filter(calibration -> !(calibration instanceof Calibration.Unusable))
                .count();
        return Cusum.threshold(settings.falseAlarmWindows(), Math.max(1, streams) * settings.judgedSeries());
    }

    /**
     * Why there is nothing in a window to judge or to learn from, however well it was measured; empty when there was load from its
     * begin to its end.
     *
     * <p>Where a load began or ended rates are those of a part, and so are latencies and errors: behind the begin whoever takes long
     * has not ended yet, behind the end nobody else ends any more, so both samples are of other requests than those of a whole
     * window. How much so depends on where in the window the border lies and on how long requests take, which nothing here knows.
     * One window is less than the shortest burst that raises an alert; so nothing is lost, and no alarm is made.
     */
    static Optional<Verdict> nothingToJudge(WindowRecord window) {
        return whyNothing(window).map(why -> new Verdict.Inconclusive(Reason.NO_DATA, why));
    }

    private static Optional<String> whyNothing(WindowRecord window) {
        if (window.hasNoLoad()) {
            return Optional.of("nothing was due");
        }
        if (window.liesAfterLoad()) {
            return Optional.of("the load was over; what ended here had fallen due before");
        }
        return window.delta()
                .edges()
                .map(edges -> "the load "
                        + (edges.ended() == 0 ? "began" : edges.began() == 0 ? "ended" : "began and ended")
                        + " in this window: a part of one says nothing of the whole");
    }

    static Verdict lowCoverage(WindowRecord window) {
        return new Verdict.Inconclusive(
                Reason.LOW_COVERAGE,
                "healthy producers offered " + BaselineLearner.percent(window.coverage()) + " of the load, "
                        + BaselineLearner.percent(WindowRecord.MINIMUM_COVERAGE) + " are needed");
    }

    private static Optional<Verdict> whyNotJudged(SeriesPhase phase, WindowRecord window) {
        Optional<Verdict> nothing = nothingToJudge(window);
        if (nothing.isPresent()) {
            return nothing;
        }
        if (window.coverage() < WindowRecord.MINIMUM_COVERAGE) {
            return Optional.of(lowCoverage(window));
        }
        if (!phase.isWarm()) {
            return Optional.of(new Verdict.Inconclusive(
                    Reason.LEARNING, "warming up, window " + phase.continuity().windowsSinceStart()));
        }
        return Optional.empty();
    }

    /** The window moves no evidence; what was known stays as it was. */
    private Outcome notJudged(
            BaselineRecord baseline,
            SeriesSnapshot before,
            WindowRecord window,
            SourcePosition at,
            SeriesPhase phase,
            double threshold,
            Verdict why) {
        SeriesSnapshot snapshot = new SeriesSnapshot(
                phase.continuity(), before.lanes(), before.recent(), before.work(), before.incident());
        List<MetricVerdict> verdicts = baseline.calibrations().stream()
                .map(calibration -> new MetricVerdict(
                        calibration.metric(),
                        why,
                        Optional.empty(),
                        Optional.of(MetricJudge.evidence(
                                calibration, MetricJudge.leading(calibration.metric(), before.lanes()), threshold))))
                .toList();
        return new Outcome(
                new VerdictRecord(
                        window.id(),
                        at,
                        state(snapshot, phase, threshold, isAsBefore(baseline, before, window, phase)),
                        Optional.of(baseline.baselineId()),
                        Optional.empty(),
                        window.coverage(),
                        verdicts,
                        snapshot),
                List.of());
    }

    /** Whether there was nothing to judge in a series whose load was the baseline's: that is no news of it. */
    private static boolean isAsBefore(
            BaselineRecord baseline, SeriesSnapshot before, WindowRecord window, SeriesPhase phase) {
        return !window.hasLoadThroughout()
                && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && phase.isWarm()
                && WorkGuard.outputLength(before.work(), baseline).isEmpty()
                && WorkGuard.offered(before.work(), baseline).isEmpty();
    }

    /** Whether a window was judged: something that gates was, and nothing of it was void because other work was done. */
    private static boolean isJudged(List<Reading> readings) {
        List<Verdict> gating = readings.stream()
                .filter(reading -> reading.calibration().metric().role() == Role.GATING)
                .map(reading -> reading.verdict().verdict())
                .toList();
        return gating.stream()
                        .anyMatch(verdict -> !(verdict instanceof Verdict.Inconclusive inconclusive)
                                || inconclusive.reason() == Reason.DRIFT_BELOW_THRESHOLD
                                || inconclusive.reason() == Reason.EVIDENCE_GATHERING)
                && gating.stream()
                        .noneMatch(verdict -> verdict instanceof Verdict.Inconclusive inconclusive
                                && (inconclusive.reason() == Reason.OUTPUT_LENGTH_CHANGED
                                        || inconclusive.reason() == Reason.OFFERED_LOAD_CHANGED));
    }

    private static SeriesState state(SeriesSnapshot snapshot, SeriesPhase phase, double threshold, boolean isJudged) {
        if (snapshot.incident().isPresent()) {
            return SeriesState.FIRING;
        }
        if (phase.hasNoData()) {
            return SeriesState.NO_DATA;
        }
        boolean pending = snapshot.lanes().stream()
                .anyMatch(lane -> lane.metric().role() == Role.GATING
                        && lane.lane().asksForWorse()
                        && lane.score() > threshold / 2);
        if (pending) {
            return SeriesState.PENDING;
        }
        return isJudged ? SeriesState.OK : SeriesState.NOT_JUDGED;
    }

    private static List<Work> appended(List<Work> work, Work newest) {
        List<Work> longer = new ArrayList<>(work);
        longer.add(newest);
        return longer.size() <= SeriesSnapshot.MAX_WORK ? longer : longer.subList(1, longer.size());
    }

    private List<Block> appended(List<Block> blocks, WindowSummary newest, boolean moved) {
        int blockWindows = Math.max(1, (settings.resolveWindows() + RESOLVE_BLOCKS - 1) / RESOLVE_BLOCKS);
        List<Block> longer = new ArrayList<>(blocks);
        if (!longer.isEmpty() && longer.getLast().windows() < blockWindows) {
            Block filling = longer.removeLast();
            longer.add(new Block(filling.windows() + 1, filling.summary().plus(newest)));
        } else {
            longer.add(new Block(1, newest));
        }
        int kept = moved ? RESOLVE_BLOCKS : QUIET_BLOCKS;
        return longer.size() <= kept ? longer : longer.subList(longer.size() - kept, longer.size());
    }

    /** One metric of one window. */
    private final class MetricJudge {
        private final Calibration calibration;
        private final JudgedMetric metric;
        private final List<LaneState> before;
        private final Effects effects;
        private final boolean isMember;
        private final double threshold;

        MetricJudge(
                Calibration calibration, List<LaneState> before, Effects effects, boolean isMember, double threshold) {
            this.calibration = calibration;
            this.metric = calibration.metric();
            this.before =
                    before.stream().filter(lane -> lane.metric() == metric).toList();
            this.effects = effects;
            this.isMember = isMember;
            this.threshold = threshold;
        }

        /** Other work was done: evidence so far is dropped, but an open alert keeps what it rests on. */
        Reading voided(Verdict why) {
            List<LaneState> kept = isMember
                    ? before
                    : before.stream().filter(lane -> lane.lane() == Lane.BEFORE).toList();
            Optional<LaneState> leading = leading(metric, kept);
            return new Reading(
                    calibration,
                    new MetricVerdict(
                            metric, why, Optional.empty(), Optional.of(evidence(calibration, leading, threshold))),
                    kept,
                    leading,
                    false);
        }

        Reading judge(WindowRecord window) {
            if (calibration instanceof Calibration.Unusable unusable) {
                return new Reading(
                        calibration,
                        new MetricVerdict(
                                metric,
                                new Verdict.Inconclusive(unusable.reason(), unusable.detail()),
                                Optional.empty(),
                                Optional.empty()),
                        List.of(),
                        Optional.empty(),
                        false);
            }
            Episode seen = WindowEvidence.episode(calibration, window);
            List<LaneState> lanes = new ArrayList<>();
            for (Lane lane : Lane.values()) {
                if (lane == Lane.BEFORE || (lane == Lane.BACK && !isMember)) {
                    continue;
                }
                WindowEvidence.of(
                                calibration,
                                lane,
                                seen,
                                effects.baseline().learned().windows(),
                                settings)
                        .ifPresent(
                                evidence -> next(lane, evidence, seen, window).ifPresent(lanes::add));
            }
            StretchBefore.next(calibration, effects.baseline(), before, lanes, seen, isMember)
                    .ifPresent(lanes::add);
            return decide(lanes, seen, window);
        }

        private Optional<LaneState> next(Lane lane, double evidence, Episode seen, WindowRecord window) {
            Optional<LaneState> old =
                    before.stream().filter(state -> state.lane() == lane).findFirst();
            double score = Math.min(
                    HIGHEST_SCORE_IN_THRESHOLDS * threshold,
                    Cusum.next(
                            old.map(LaneState::score).orElse(0.0),
                            evidence,
                            threshold,
                            burst(effects.baseline(), lane)));
            boolean held = isMember && lane.asksForWorse() && old.isPresent();
            if (score <= 0 && !held) {
                return Optional.empty();
            }
            long changePoint = old.map(LaneState::changePointEpochMillis)
                    .orElse(window.id().startEpochMillis());
            Episode episode =
                    old.map(LaneState::episode).orElse(Episode.empty()).plus(seen);
            return Optional.of(new LaneState(metric, lane, score, changePoint, episode));
        }

        private Reading decide(List<LaneState> lanes, Episode seen, WindowRecord window) {
            Optional<LaneState> leading = leading(metric, lanes);
            if (isMember) {
                Reading reading = reading(lanes, leading, new Verdict.Regressed(), true);
                return new Reading(
                        calibration, reading.verdict(), lanes, leading, true, isBack(lanes), OptionalDouble.empty());
            }
            Optional<Reading> unsure = Optional.empty();
            for (Lane lane : List.of(Lane.WORSE, Lane.GROSSLY_WORSE, Lane.HEAVIER_TAIL)) {
                Optional<LaneState> over = crossed(lanes, lane);
                Optional<Effect> effect = over.flatMap(state -> effects.since(calibration, state.episode()));
                if (effect.isEmpty()) {
                    continue;
                }
                Episode episode = over.get().episode();
                if (lane != Lane.HEAVIER_TAIL
                        && !StretchBefore.isLeft(calibration, effects.baseline(), lanes, episode)) {
                    continue;
                }
                Optional<Effects.Climb> climb = effects.climb(calibration, episode, effect.get());
                boolean isLarge = effects.isWorse(calibration, lane, effect.get(), episode);
                if (isLarge && dependsOnLength()) {
                    Optional<Verdict> otherWork = WorkGuard.episode(episode, effects.baseline());
                    if (otherWork.isPresent()) {
                        return reading(lanes, over, otherWork.get(), false);
                    }
                }
                if (isLarge && effects.isCertainlyWorse(metric, effect.get())) {
                    return regressed(lanes, over.get(), effect.get(), climb);
                }
                if (climb.filter(line -> isRegression(lane, line.now(), episode))
                        .isPresent()) {
                    return regressed(lanes, over.get(), climb.get().now(), climb);
                }
                Optional<Effect> last = effects.recent(calibration)
                        .filter(recent -> isRegression(lane, recent, episode))
                        .filter(recent -> effects.isOnTop(metric, recent, effect.get()));
                if (last.isPresent() && !dependsOnLength()) {
                    LaneState jumped = new LaneState(
                            metric,
                            lane,
                            over.get().score(),
                            Math.max(over.get().changePointEpochMillis(), effects.recentFrom(window)),
                            episode);
                    return regressed(lanes, jumped, last.get(), Optional.empty());
                }
                if (isLarge && unsure.isEmpty()) {
                    unsure = Optional.of(reading(
                            lanes,
                            over,
                            new Verdict.Inconclusive(
                                    Reason.TOO_FEW_SAMPLES,
                                    "the interval of the effect still holds less than half of what counts"),
                            false));
                }
            }
            if (unsure.isPresent()) {
                return unsure.get();
            }
            Optional<LaneState> drift = crossed(lanes, Lane.WORSE);
            if (drift.isPresent()) {
                return reading(
                        lanes,
                        drift,
                        new Verdict.Inconclusive(
                                Reason.DRIFT_BELOW_THRESHOLD,
                                "it moved by less than " + BaselineLearner.percent(settings.thresholdEffect())),
                        false);
            }
            Optional<LaneState> better = crossed(lanes, Lane.BETTER);
            if (better.isPresent()
                    && effects.since(calibration, better.get().episode())
                            .filter(effect -> effects.isBetter(metric, effect))
                            .isPresent()) {
                return reading(lanes, better, new Verdict.Improved(), false);
            }
            Verdict verdict = metric.latency().isPresent() && seen.samples() == 0
                    ? new Verdict.Inconclusive(Reason.NO_DATA, "no request of this window has it")
                    : new Verdict.Steady();
            return reading(lanes, leading.filter(lane -> lane.score() > threshold / 2), verdict, false);
        }

        private boolean dependsOnLength() {
            return metric == JudgedMetric.OUTPUT_TOKEN_RATE
                    || metric == JudgedMetric.E2E_P50
                    || metric == JudgedMetric.E2E_P95;
        }

        private boolean isRegression(Lane lane, Effect effect, Episode episode) {
            return effects.isWorse(calibration, lane, effect, episode) && effects.isCertainlyWorse(metric, effect);
        }

        private Reading regressed(
                List<LaneState> lanes, LaneState crossed, Effect effect, Optional<Effects.Climb> climb) {
            LaneState over = crossed.lane() == Lane.HEAVIER_TAIL ? sinceAllMoved(lanes, crossed) : crossed;
            return new Reading(
                    calibration,
                    new MetricVerdict(
                            metric,
                            new Verdict.Regressed(),
                            Optional.of(effect),
                            Optional.of(evidence(calibration, Optional.of(over), threshold))),
                    lanes,
                    Optional.of(over),
                    true,
                    false,
                    climb.map(line -> OptionalDouble.of(line.anHour())).orElse(OptionalDouble.empty()));
        }

        /** A tail that is watched for twice its share goes up and down for long; where all moved, that tells when. */
        private static LaneState sinceAllMoved(List<LaneState> lanes, LaneState tail) {
            long since = lanes.stream()
                    .filter(lane -> lane.lane() == Lane.WORSE && lane.score() > 0)
                    .mapToLong(LaneState::changePointEpochMillis)
                    .max()
                    .orElse(0);
            return since <= tail.changePointEpochMillis()
                    ? tail
                    : new LaneState(tail.metric(), tail.lane(), tail.score(), since, tail.episode());
        }

        /**
         * The mirror image of a regression: enough evidence, and an effect under half of what counts. Or, where few requests a window
         * would take hours to give as much, by the last windows themselves. What turned out to be smaller than what counts may never
         * have been one: then chance makes it look well as it made it look bad, and the evidence has to be all of what raised the alert.
         */
        private boolean isBack(List<LaneState> lanes) {
            boolean isSmall = lanes.stream()
                    .filter(lane -> lane.lane() == Lane.WORSE)
                    .anyMatch(lane -> effects.since(calibration, lane.episode())
                            .filter(effect -> !effects.isWorse(calibration, Lane.WORSE, effect, lane.episode()))
                            .isPresent());
            if (!isSmall
                    && effects.recent(calibration)
                            .filter(effect -> effects.isAsItWas(calibration, effect))
                            .isPresent()) {
                return true;
            }
            return lanes.stream()
                    .filter(lane -> lane.lane() == Lane.BACK)
                    .filter(lane -> lane.score() >= (isSmall ? 1 : BACK_IN_THRESHOLDS) * threshold)
                    .filter(lane -> lane.episode().windows() * 6 >= settings.resolveWindows() * 5L)
                    .anyMatch(lane -> effects.since(calibration, lane.episode())
                            .filter(effect -> effects.isCalm(calibration, effect))
                            .isPresent());
        }

        private Optional<LaneState> crossed(List<LaneState> lanes, Lane lane) {
            return lanes.stream()
                    .filter(state -> state.lane() == lane && state.score() >= threshold)
                    .findFirst();
        }

        private Reading reading(List<LaneState> lanes, Optional<LaneState> shown, Verdict verdict, boolean crossed) {
            Optional<Effect> effect =
                    shown.isPresent() ? effects.since(calibration, shown.get().episode()) : effects.recent(calibration);
            Optional<LaneState> weighed = shown.or(() -> leading(metric, lanes));
            return new Reading(
                    calibration,
                    new MetricVerdict(metric, verdict, effect, Optional.of(evidence(calibration, weighed, threshold))),
                    lanes,
                    weighed,
                    crossed);
        }

        /** The worse lane with the highest score. */
        private static Optional<LaneState> leading(JudgedMetric metric, List<LaneState> lanes) {
            return lanes.stream()
                    .filter(lane -> lane.metric() == metric && lane.lane().asksForWorse())
                    .max(java.util.Comparator.comparingDouble(LaneState::score)
                            .thenComparing(lane -> lane.lane() == Lane.WORSE));
        }

        private static Evidence evidence(Calibration calibration, Optional<LaneState> lane, double threshold) {
            double noiseFactor = WindowEvidence.noiseFactor(
                    calibration, lane.map(LaneState::lane).orElse(Lane.WORSE));
            return new Evidence(
                    lane.map(LaneState::score).orElse(0.0),
                    threshold,
                    noiseFactor,
                    lane.isPresent() ? OptionalLong.of(lane.get().changePointEpochMillis()) : OptionalLong.empty(),
                    lane.map(state -> state.episode().windows()).orElse(0L),
                    lane.map(state -> state.episode().samples()).orElse(0L));
        }
    }
}
