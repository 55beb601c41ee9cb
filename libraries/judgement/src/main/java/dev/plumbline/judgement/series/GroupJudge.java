package dev.plumbline.judgement.series;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Provenance;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Continuity;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Judges the windows of a comparison group, in the order of their partition: {@code (state, window) -> (state, verdict,
 * alerts, baseline)}.
 *
 * <p>A baseline that a person chose ({@link Decisions}) is held against at once, and comes before what was learned. When a series
 * is held against another baseline than before, its evidence starts over, and an incident that was open is closed: it was of the
 * other one.
 *
 * <p>The first variant that is seen and may teach teaches the group its baseline; the others wait and are then held against the
 * same. A canary may not: it is what is asked about.
 * A series that shifts while it is learned is not frozen: its oldest block of windows makes room for the newest until the
 * span is fit, and the verdicts say why it takes so long.
 *
 * <p>Where the series that taught it has been better than its baseline for as long as a baseline takes, the baseline is stale: it is
 * dropped as if somebody had reset it, a verdict says so, and the group learns anew.
 *
 * <p>A window with a goodbye ends its series ({@link Closing}). A group that has all the variants it may have forgets the
 * one that has been silent for longest for a new one, so that builds that follow each other are all judged.
 *
 * <p>Immutable; any thread.
 */
public final class GroupJudge implements WindowJudge {

    private static final String FORGOTTEN = "the series was forgotten while it was open";

    private static final String NO_TEACHER = "a canary teaches no baseline: it waits for what it is to be held against";

    private final JudgementSettings settings;
    private final SeriesJudge seriesJudge;
    private final Predicate<String> teaches;

    /** One in which every variant may teach. */
    public GroupJudge(JudgementSettings settings) {
        this(settings, variant -> true);
    }

    /** @param teaches whether a variant may teach its group a baseline: a canary is what is in question, and must not */
    public GroupJudge(JudgementSettings settings, Predicate<String> teaches) {
        this.settings = settings;
        this.seriesJudge = new SeriesJudge(settings);
        this.teaches = teaches;
    }

    /**
     * @param window a window of this group
     * @param at where it lay
     */
    @Override
    public Judged judge(GroupState before, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        if (window.revision() > 0) {
            return correction(before, window, at);
        }
        SeriesSnapshot snapshot = before.variants().getOrDefault(series.variant(), SeriesSnapshot.ofNewSeries());
        if (window.id().startEpochMillis() < snapshot.continuity().lastEndEpochMillis()) {
            return new Judged.LeftOut(before, Judged.Why.REPEATED);
        }
        GroupState state = before;
        List<AlertRecord> closed = List.of();
        if (before.isFull() && !before.variants().containsKey(series.variant())) {
            Optional<String> oldest = before.longestSilent(window.id());
            if (oldest.isEmpty()) {
                return new Judged.LeftOut(before, Judged.Why.TOO_MANY_VARIANTS);
            }
            state = before.without(oldest.get());
            closed = forgotten(before, series.group(), oldest.get(), window.id().endEpochMillis());
        }
        Judged.Taken taken = take(state, snapshot, window, at).after(closed);
        return window.endedEpochMillis().isPresent()
                ? Closing.lastWindow(taken, window.endedEpochMillis().getAsLong())
                : taken;
    }

    /**
     * Forgets the variants of a group of which no window came for long. Who then has no variant can be forgotten as a whole.
     *
     * @param untilEpochMillis those whose last window ended before this
     * @param atEpochMillis end of the window because of which it is done
     */
    public static Forgotten forget(
            GroupState before, ComparisonGroup group, long untilEpochMillis, long atEpochMillis) {
        GroupState state = before;
        List<AlertRecord> closed = new ArrayList<>();
        for (Map.Entry<String, SeriesSnapshot> variant : new TreeMap<>(before.variants()).entrySet()) {
            if (variant.getValue().continuity().lastEndEpochMillis() < untilEpochMillis) {
                state = state.without(variant.getKey());
                closed.addAll(forgotten(before, group, variant.getKey(), atEpochMillis));
            }
        }
        return new Forgotten(state, closed);
    }

    /**
     * What is left of a group.
     *
     * @param alerts transitions, one for each incident that was open
     */
    public record Forgotten(GroupState state, List<AlertRecord> alerts) {
        public Forgotten {
            alerts = List.copyOf(alerts);
        }
    }

    private static List<AlertRecord> forgotten(
            GroupState state, ComparisonGroup group, String variant, long atEpochMillis) {
        SeriesSnapshot snapshot = state.variants().getOrDefault(variant, SeriesSnapshot.ofNewSeries());
        List<JudgedMetric> members =
                snapshot.incident().map(OpenIncident::members).orElse(List.of());
        Series series = new Series(group, variant);
        return Stream.of(
                        Closing.incident(
                                series,
                                snapshot,
                                Optional.ofNullable(state.under().get(variant)),
                                Closing.nothingToSay(members),
                                atEpochMillis,
                                FORGOTTEN),
                        Closing.canary(series, snapshot, atEpochMillis, FORGOTTEN),
                        Closing.leak(series, snapshot, atEpochMillis, FORGOTTEN))
                .flatMap(Optional::stream)
                .toList();
    }

    /** A correction moves no evidence, but it may bring the goodbye that came after the last window. */
    private static Judged correction(GroupState before, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        SeriesSnapshot snapshot = before.variants().getOrDefault(series.variant(), SeriesSnapshot.ofNewSeries());
        long lastEnd = snapshot.continuity().lastEndEpochMillis();
        boolean ends = window.endedEpochMillis().isPresent()
                && snapshot.endedEpochMillis().isEmpty()
                && lastEnd > 0
                && window.id().endEpochMillis() >= lastEnd;
        if (!ends) {
            return new Judged.LeftOut(before, Judged.Why.CORRECTION);
        }
        VerdictRecord verdict = new VerdictRecord(
                window.id(),
                at,
                SeriesState.ENDED,
                Optional.ofNullable(before.under().get(series.variant())),
                Optional.empty(),
                window.coverage(),
                Closing.nothingToSay(Measure.judgedUnder(series.group().loadPoint())),
                snapshot);
        return Closing.lastWindow(
                new Judged.Taken(before, verdict, List.of(), Optional.empty()),
                window.endedEpochMillis().getAsLong());
    }

    private Judged.Taken take(GroupState known, SeriesSnapshot last, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        String variant = series.variant();
        OptionalLong better = betterForLong(known, last, window, at);
        GroupState before = better.isPresent()
                ? known.withLearned(Optional.empty(), Learning.nothing())
                : afterReset(known, window);
        Optional<BaselineRecord> chosen = before.decisions().chosenFor(window.id());
        Optional<BaselineRecord> baseline =
                chosen.or(() -> before.baseline().filter(learned -> isAfter(learned, window, at)));
        Optional<String> rested = Optional.ofNullable(before.under().get(variant));
        boolean isOther = rested.isPresent()
                && !rested.equals(baseline.map(BaselineRecord::baselineId))
                && !isReadAgain(before, window, at);
        List<AlertRecord> closed = isOther
                ? Closing.incident(
                                series,
                                last,
                                rested,
                                Closing.nothingToSay(last.incident()
                                        .map(OpenIncident::members)
                                        .orElse(List.of())),
                                window.id().endEpochMillis(),
                                whyOther(before, baseline, window))
                        .stream()
                        .toList()
                : List.of();
        SeriesSnapshot snapshot = isOther ? withoutEvidence(last) : sinceItBeganAgain(last, window);
        if (baseline.isEmpty()) {
            Optional<String> stale = better.stream()
                    .mapToObj(windows -> "better for " + windows + " windows than " + rested.orElse("its baseline")
                            + ", which is stale: it learns anew")
                    .findFirst();
            return learn(before.restingOn(variant, Optional.empty()), snapshot, window, at, stale)
                    .after(closed);
        }
        SeriesJudge.Outcome outcome = seriesJudge.judge(baseline.get(), snapshot, window, at);
        VerdictRecord verdict =
                outcome.verdict().with(new Decided(baseline.get().decision(), Optional.empty(), Optional.empty()));
        // What was half learned is older than what is judged from now on.
        GroupState after = (chosen.isPresent() ? before.withLearned(before.baseline(), Learning.nothing()) : before)
                .with(variant, verdict.snapshot())
                .restingOn(variant, baseline.map(BaselineRecord::baselineId));
        return new Judged.Taken(after, verdict, outcome.alerts(), Optional.empty()).after(closed);
    }

    /** Whether a window is from before the baseline that was learned, and no other holds for it. */
    private static boolean isReadAgain(GroupState state, WindowRecord window, SourcePosition at) {
        return state.decisions().chosenFor(window.id()).isEmpty()
                && state.baseline()
                        .filter(learned -> !isAfter(learned, window, at))
                        .isPresent();
    }

    /** What was learned before it was reset counts for no window that begins afterwards. */
    private static GroupState afterReset(GroupState state, WindowRecord window) {
        return state.decisions()
                .resetBefore(window.id())
                .map(reset -> {
                    Optional<BaselineRecord> since = state.baseline()
                            .filter(learned -> learned.learned().fromEpochMillis() >= reset.atEpochMillis());
                    List<LearnedBlock> blocks = state.learning().blocks();
                    boolean isOld = !blocks.isEmpty() && blocks.getFirst().startEpochMillis() < reset.atEpochMillis();
                    return since.equals(state.baseline()) && !isOld
                            ? state
                            : state.withLearned(since, isOld ? Learning.nothing() : state.learning());
                })
                .orElse(state);
    }

    private static String whyOther(GroupState state, Optional<BaselineRecord> baseline, WindowRecord window) {
        if (baseline.isPresent()) {
            return "it is held against " + baseline.get().baselineId() + " from now on"
                    + baseline.get().decision().map(GroupJudge::told).orElse("");
        }
        return "its baseline is gone"
                + state.decisions()
                        .resetBefore(window.id())
                        .map(reset -> ", reset" + told(reset))
                        .orElse("");
    }

    private static String told(Decision decision) {
        return " by " + decision.who() + " (" + decision.why() + ")";
    }

    private static SeriesSnapshot withoutEvidence(SeriesSnapshot snapshot) {
        return new SeriesSnapshot(
                snapshot.continuity(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                snapshot.endedEpochMillis(),
                snapshot.companion());
    }

    /**
     * What a series that begins again after a silence keeps: the evidence of an incident that is open. Half a case from before the
     * silence is none: together with the first windows of something new it would be an alert since long ago.
     */
    private SeriesSnapshot sinceItBeganAgain(SeriesSnapshot snapshot, WindowRecord window) {
        if (!SeriesPhase.after(snapshot, window, settings).isAgain()) {
            return snapshot;
        }
        return snapshot.incident()
                .map(open -> new SeriesSnapshot(
                        snapshot.continuity(),
                        snapshot.lanes().stream()
                                .filter(lane -> open.members().contains(lane.metric()))
                                .toList(),
                        snapshot.recent(),
                        snapshot.work(),
                        snapshot.incident(),
                        snapshot.endedEpochMillis(),
                        snapshot.companion()))
                .orElseGet(() -> withoutEvidence(snapshot));
    }

    /** By time, too: in a topic that was deleted and made again, offsets begin anew. One of stored runs is before every window. */
    private static boolean isAfter(BaselineRecord baseline, WindowRecord window, SourcePosition at) {
        return baseline.learned()
                .through()
                .map(through -> through.partition() != at.partition()
                        || at.offset() > through.offset()
                        || window.id().startEpochMillis() >= baseline.learned().untilEpochMillis())
                .orElse(true);
    }

    /**
     * Since how many windows the series that taught the group has been better than what it taught; empty unless that is long enough
     * for the baseline to be stale. One that a person chose is never dropped, nor one under which an alert is open.
     */
    private OptionalLong betterForLong(
            GroupState state, SeriesSnapshot last, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        boolean isOpen = state.variants().values().stream()
                .anyMatch(variant -> variant.incident().isPresent());
        if (isOpen || state.decisions().chosenFor(window.id()).isPresent()) {
            return OptionalLong.empty();
        }
        return state.baseline()
                .filter(learned -> learned.learned().from().equals(series) && isAfter(learned, window, at))
                .filter(learned -> learned.baselineId().equals(state.under().get(series.variant())))
                .map(learned -> seriesJudge.betterForLong(
                        learned, sinceItBeganAgain(last, window), window.id().lengthMillis() / 1e3))
                .orElse(OptionalLong.empty());
    }

    /** @param stale why it learns anew, with the first window of that */
    private Judged.Taken learn(
            GroupState before,
            SeriesSnapshot snapshot,
            WindowRecord window,
            SourcePosition at,
            Optional<String> stale) {
        Series series = window.id().series();
        SeriesPhase phase = SeriesPhase.after(snapshot, window, settings);
        SeriesSnapshot after =
                new SeriesSnapshot(phase.continuity(), List.of(), List.of(), List.of(), Optional.empty());
        boolean mayTeach = teaches.test(series.variant());
        Learning learning =
                !mayTeach || before.learning().variant().filter(teaches).isPresent()
                        ? before.learning()
                        : Learning.from(series.variant());
        String teacher = learning.variant().orElse(series.variant());
        Optional<BaselineLearner.Fit> fit = Optional.empty();
        Optional<String> unfit = Optional.empty();
        Optional<String> changing = ChangingLoad.reason(window.id());
        // A window from before the baseline, read once more, teaches no second one.
        if (changing.isEmpty()
                && before.baseline().isEmpty()
                && mayTeach
                && teacher.equals(series.variant())
                && isValid(phase, window)) {
            learning = learning.plus(window, settings);
            if (learning.isComplete(settings)) {
                BaselineLearner.Fit tried = BaselineMaker.fit(learning.blocks(), window, settings);
                unfit = BaselineMaker.whyUnfit(tried.grade(), tried.reasons(), tried.merged());
                fit = unfit.isEmpty() ? Optional.of(tried) : Optional.empty();
            }
        }
        LearningProgress progress = new LearningProgress(learning.windows(), settings.learnedWindows());
        Learning held = learning;
        Optional<String> unsuitable =
                changing.isPresent() ? changing : mayTeach || held.windows() > 0 ? unfit : Optional.of(NO_TEACHER);
        Optional<BaselineRecord> learned = fit.map(found -> baseline(
                found,
                held,
                window,
                at,
                before.decisions()
                        .resetBefore(window.id())
                        .map(reset -> new Provenance(List.of(), Optional.of(reset), Optional.empty()))));
        Verdict verdict = unsuitable
                .<Verdict>map(why -> new Verdict.Inconclusive(Reason.UNSUITABLE_BASELINE, why))
                .or(() -> stale.map(why -> new Verdict.Inconclusive(Reason.LEARNING, why)))
                .orElseGet(() -> whyLearning(phase, window, progress, before.decisions()));
        List<MetricVerdict> verdicts = new ArrayList<>();
        for (JudgedMetric metric : Measure.judgedUnder(series.group().loadPoint())) {
            verdicts.add(new MetricVerdict(metric, verdict, Optional.empty(), Optional.empty()));
        }
        VerdictRecord record = new VerdictRecord(
                window.id(),
                at,
                phase.hasNoData() ? SeriesState.NO_DATA : SeriesState.LEARNING,
                Optional.empty(),
                Optional.of(progress),
                window.coverage(),
                verdicts,
                after);
        GroupState state = before.withLearned(
                        learned.or(before::baseline), learned.isPresent() ? Learning.from(teacher) : learning)
                .with(series.variant(), after);
        return new Judged.Taken(state, record, List.of(), learned);
    }

    private static boolean isValid(SeriesPhase phase, WindowRecord window) {
        return phase.isWarm()
                && window.hasLoadThroughout()
                && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && window.delta().requests().completed() > 0;
    }

    private static Verdict whyLearning(
            SeriesPhase phase, WindowRecord window, LearningProgress progress, Decisions decisions) {
        Optional<Verdict> nothing = SeriesJudge.nothingToJudge(window);
        if (nothing.isPresent()) {
            return nothing.get();
        }
        if (!phase.isWarm()) {
            return new Verdict.Inconclusive(Reason.LEARNING, "warming up");
        }
        if (window.coverage() < WindowRecord.MINIMUM_COVERAGE) {
            return SeriesJudge.lowCoverage(window);
        }
        return new Verdict.Inconclusive(
                Reason.LEARNING,
                progress.windows() + " of " + progress.needed() + " windows of the baseline"
                        + decisions.whyNot(window.id()));
    }

    private static BaselineRecord baseline(
            BaselineLearner.Fit fit,
            Learning learning,
            WindowRecord last,
            SourcePosition at,
            Optional<Provenance> provenance) {
        return BaselineMaker.record(
                fit,
                BaselineRecord.Kind.LEARNED,
                last.id().series(),
                new BaselineMaker.Span(
                        learning.blocks().getFirst().startEpochMillis(),
                        last.id().endEpochMillis(),
                        last.id().lengthMillis(),
                        fit.windows()),
                Optional.of(at),
                provenance);
    }

    /**
     * Where a window stands in the life of its series.
     *
     * @param isWarm enough windows have passed since the series began, or began again
     * @param hasNoData for some windows nothing came back, or the load was held up
     * @param isAgain the series begins again with it, after a silence or a goodbye
     */
    record SeriesPhase(Continuity continuity, boolean isWarm, boolean hasNoData, boolean isAgain) {

        /** Windows without load after which a series counts as begun again. */
        static final long SILENCE_WINDOWS = 6;

        /** Windows without data after which the state says so. */
        private static final long NO_DATA_WINDOWS = 2;

        static SeriesPhase after(SeriesSnapshot snapshot, WindowRecord window, JudgementSettings settings) {
            Continuity before = snapshot.continuity();
            // Behind the end of a load there is none, whoever ends there.
            boolean silent = window.hasNoLoad() || window.liesAfterLoad();
            // A closed loop always has something due, unless something holds it up; an open loop has a schedule.
            boolean heldUp =
                    window.hasNoLoad() && window.id().series().group().loadPoint() instanceof LoadPoint.ClosedLoop;
            long length = window.id().lengthMillis();
            long gap = before.lastEndEpochMillis() == 0
                    ? 0
                    : (window.id().startEpochMillis() - before.lastEndEpochMillis()) / length;
            boolean again = snapshot.endedEpochMillis().isPresent() || before.silentWindows() + gap >= SILENCE_WINDOWS;
            long sinceStart = silent ? before.windowsSinceStart() : (again ? 0 : before.windowsSinceStart()) + 1;
            Continuity after = new Continuity(
                    window.id().endEpochMillis(),
                    sinceStart,
                    silent ? before.silentWindows() + gap + (heldUp ? 1 : 0) : 0,
                    unanswered(before, window));
            return new SeriesPhase(
                    after,
                    sinceStart > settings.skipWindows(),
                    (heldUp && after.silentWindows() >= NO_DATA_WINDOWS)
                            || after.unansweredWindows() >= NO_DATA_WINDOWS,
                    again && !silent);
        }

        /** In a part of a window an answer may be too much to ask for; one that came is one. */
        private static long unanswered(Continuity before, WindowRecord window) {
            if (!window.hasNoLoad() && !Measure.isUnanswered(window.delta())) {
                return 0;
            }
            return before.unansweredWindows() + (window.hasLoadThroughout() ? 1 : 0);
        }
    }
}
