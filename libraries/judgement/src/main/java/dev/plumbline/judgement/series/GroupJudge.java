package dev.plumbline.judgement.series;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * Judges the windows of a comparison group, in the order of their partition: {@code (state, window) -> (state, verdict,
 * alerts, baseline)}.
 *
 * <p>The first variant that is seen teaches the group its baseline; the others wait and are then held against the same.
 * A series that shifts while it is learned is not frozen: its oldest block of windows makes room for the newest until the
 * span is fit, and the verdicts say why it takes so long.
 *
 * <p>Where the series that taught it stays better than its baseline for as long as a baseline takes, the baseline is stale. The
 * verdicts say so while its windows are learned anew ({@link VerdictRecord#learning} beside a baseline), the new baseline says what it
 * takes the place of, and evidence against the old one is dropped.
 *
 * <p>A window with a goodbye ends its series ({@link Closing}). A group that has all the variants it may have forgets the
 * one that has been silent for longest for a new one, so that builds that follow each other are all judged.
 *
 * <p>Immutable; any thread.
 */
public final class GroupJudge {

    /** Medians: a tail may be better for long by chance, and a rate with the load. */
    private static final Set<JudgedMetric> STALE_BY = EnumSet.of(JudgedMetric.TTFT_P50, JudgedMetric.TPOT_P50);

    private final JudgementSettings settings;
    private final SeriesJudge seriesJudge;

    public GroupJudge(JudgementSettings settings) {
        this.settings = settings;
        this.seriesJudge = new SeriesJudge(settings);
    }

    /**
     * @param window a window of this group
     * @param at where it lay
     */
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
        return Closing.incident(
                        new Series(group, variant),
                        snapshot,
                        state.baseline().map(BaselineRecord::baselineId),
                        Closing.nothingToSay(members),
                        atEpochMillis,
                        "the series was forgotten while it was open")
                .stream()
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
                before.baseline().map(BaselineRecord::baselineId),
                Optional.empty(),
                window.coverage(),
                Closing.nothingToSay(Measure.judgedUnder(series.group().loadPoint())),
                snapshot);
        return Closing.lastWindow(
                new Judged.Taken(before, verdict, List.of(), Optional.empty()),
                window.endedEpochMillis().getAsLong());
    }

    private Judged.Taken take(GroupState before, SeriesSnapshot snapshot, WindowRecord window, SourcePosition at) {
        Optional<BaselineRecord> baseline = before.baseline().filter(known -> isAfter(known, window, at));
        if (baseline.isEmpty()) {
            return learn(before, snapshot, window, at);
        }
        SeriesJudge.Outcome outcome = seriesJudge.judge(baseline.get(), snapshot, window, at);
        GroupState after =
                before.with(window.id().series().variant(), outcome.verdict().snapshot());
        Judged.Taken taken = new Judged.Taken(after, outcome.verdict(), outcome.alerts(), Optional.empty());
        return isStale(baseline.get(), outcome.verdict())
                ? learnAnew(baseline.get(), taken, window, at)
                : taken.state().learning().windows() == 0 || !isAsTaught(baseline.get(), outcome.verdict())
                        ? taken
                        : new Judged.Taken(
                                after.learning(Learning.nothing()), taken.verdict(), taken.alerts(), Optional.empty());
    }

    /**
     * Whether the series that taught the group is now better than what it taught: its baseline was learned in a bad time, or of an
     * older build, and a regression from here would be none against it.
     */
    private static boolean isStale(BaselineRecord baseline, VerdictRecord verdict) {
        return baseline.kind() == BaselineRecord.Kind.LEARNED
                && baseline.learned().from().equals(verdict.window().series())
                && verdict.snapshot().incident().isEmpty()
                && verdict.metrics().stream()
                        .anyMatch(metric -> STALE_BY.contains(metric.metric())
                                && metric.verdict() instanceof Verdict.Improved);
    }

    /** Whether the series that taught the group was judged, and is not better now. */
    private static boolean isAsTaught(BaselineRecord baseline, VerdictRecord verdict) {
        return baseline.learned().from().equals(verdict.window().series())
                && verdict.metrics().stream()
                        .filter(metric -> STALE_BY.contains(metric.metric()))
                        .anyMatch(metric -> !(metric.verdict() instanceof Verdict.Inconclusive));
    }

    /** While it stays better, its windows are learned; of as many as a baseline takes a new one is made, and takes over. */
    private Judged.Taken learnAnew(
            BaselineRecord old, Judged.Taken judged, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        Learning before = judged.state().learning();
        Learning learning = (before.windows() == 0 ? Learning.from(series.variant()) : before).plus(window, settings);
        VerdictRecord verdict = judged.verdict();
        Optional<BaselineRecord> learned = Optional.empty();
        if (learning.isComplete(settings)) {
            BaselineLearner.Fit fit = fit(learning, window);
            if (fit.grade() != BaselineRecord.Grade.D) {
                learned = Optional.of(baseline(fit.because(supersedes(old, verdict)), learning, window, at));
            }
        }
        GroupState state = judged.state();
        if (learned.isPresent()) {
            state = state.under(learned.get());
        } else {
            state = state.learning(learning);
        }
        VerdictRecord said = new VerdictRecord(
                verdict.window(),
                verdict.source(),
                verdict.state(),
                verdict.baselineId(),
                Optional.of(new LearningProgress(learning.windows(), settings.learnedWindows())),
                verdict.coverage(),
                verdict.metrics(),
                state.variants().getOrDefault(series.variant(), verdict.snapshot()));
        return new Judged.Taken(state, said, judged.alerts(), learned);
    }

    private static String supersedes(BaselineRecord old, VerdictRecord verdict) {
        String better = verdict.metrics().stream()
                .filter(metric -> metric.verdict() instanceof Verdict.Improved)
                .flatMap(metric -> metric.effect().stream()
                        .map(effect -> String.format(
                                Locale.ROOT,
                                "%s %+.0f %%",
                                metric.metric().displayName(),
                                (effect.ratio() - 1) * 100)))
                .collect(Collectors.joining(", "));
        return "takes the place of " + old.baselineId() + ", which was stale: " + better;
    }

    private BaselineLearner.Fit fit(Learning learning, WindowRecord window) {
        return BaselineLearner.fit(
                learning.blocks(),
                window.id().lengthMillis() / 1e3,
                Measure.judgedUnder(window.id().series().group().loadPoint()),
                settings);
    }

    /** By time, too: in a topic that was deleted and made again, offsets begin anew. */
    private static boolean isAfter(BaselineRecord baseline, WindowRecord window, SourcePosition at) {
        SourcePosition through = baseline.learned().through();
        return through.partition() != at.partition()
                || at.offset() > through.offset()
                || window.id().startEpochMillis() >= baseline.learned().untilEpochMillis();
    }

    private Judged.Taken learn(GroupState before, SeriesSnapshot snapshot, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        SeriesPhase phase = SeriesPhase.after(snapshot, window, settings);
        SeriesSnapshot after =
                new SeriesSnapshot(phase.continuity(), List.of(), List.of(), List.of(), Optional.empty());
        String teacher = before.learning().variant().orElse(series.variant());
        Learning learning = before.learning().variant().isPresent() ? before.learning() : Learning.from(teacher);
        Optional<BaselineLearner.Fit> fit = Optional.empty();
        Optional<String> unfit = Optional.empty();
        Optional<String> changing = ChangingLoad.reason(window.id());
        // A window from before the baseline, read once more, teaches no second one.
        if (changing.isEmpty()
                && before.baseline().isEmpty()
                && teacher.equals(series.variant())
                && isValid(phase, window)) {
            learning = learning.plus(window, settings);
            if (learning.isComplete(settings)) {
                BaselineLearner.Fit tried = fit(learning, window);
                if (tried.grade() == BaselineRecord.Grade.D) {
                    unfit = Optional.of(String.join("; ", tried.reasons()));
                } else {
                    fit = Optional.of(tried);
                }
            }
        }
        LearningProgress progress = new LearningProgress(learning.windows(), settings.learnedWindows());
        Learning held = learning;
        Optional<String> unsuitable = changing.isPresent() ? changing : unfit;
        Optional<BaselineRecord> learned = fit.map(found -> baseline(found, held, window, at));
        Verdict verdict = unsuitable
                .<Verdict>map(why -> new Verdict.Inconclusive(Reason.UNSUITABLE_BASELINE, why))
                .orElseGet(() -> whyLearning(phase, window, progress));
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
        GroupState state = new GroupState(
                        learned.or(before::baseline),
                        learned.isPresent() ? Learning.from(teacher) : learning,
                        before.variants())
                .with(series.variant(), after);
        return new Judged.Taken(state, record, List.of(), learned);
    }

    private static boolean isValid(SeriesPhase phase, WindowRecord window) {
        return phase.isWarm()
                && window.hasLoadThroughout()
                && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && window.delta().requests().completed() > 0;
    }

    private static Verdict whyLearning(SeriesPhase phase, WindowRecord window, LearningProgress progress) {
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
                Reason.LEARNING, progress.windows() + " of " + progress.needed() + " windows of the baseline");
    }

    private static BaselineRecord baseline(
            BaselineLearner.Fit fit, Learning learning, WindowRecord last, SourcePosition at) {
        Series series = last.id().series();
        CRC32C group = new CRC32C();
        group.update(series.group().key().getBytes(StandardCharsets.UTF_8));
        String id = String.format(
                "learned-%08x-%s",
                group.getValue(), Instant.ofEpochMilli(last.id().endEpochMillis()));
        return new BaselineRecord(
                id,
                series.group(),
                BaselineRecord.Kind.LEARNED,
                new BaselineRecord.Learned(
                        series,
                        at,
                        learning.blocks().getFirst().startEpochMillis(),
                        last.id().endEpochMillis(),
                        last.id().lengthMillis(),
                        fit.windows()),
                fit.grade(),
                fit.reasons(),
                fit.merged(),
                fit.calibrations(),
                fit.work());
    }

    /**
     * Where a window stands in the life of its series.
     *
     * @param isWarm enough windows have passed since the series began, or began again
     * @param hasNoData for some windows nothing came back, or the load was held up
     * @param beginsAgain with this window, after a silence or a goodbye
     */
    record SeriesPhase(Continuity continuity, boolean isWarm, boolean hasNoData, boolean beginsAgain) {

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
