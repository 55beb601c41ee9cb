package dev.plumbline.judgement.series;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Continuity;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.series.GroupState.LearnedWindow;
import dev.plumbline.judgement.series.GroupState.Learning;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Judges the windows of a comparison group, in the order of their partition: {@code (state, window) -> (state, verdict,
 * alerts, baseline)}.
 *
 * <p>The first variant that is seen teaches the group its baseline; the others wait and are then held against the same.
 * A series that shifts while it is learned is not frozen: its oldest window makes room for the newest until the span is
 * fit, and the verdicts say why it takes so long.
 *
 * <p>Immutable; any thread.
 */
public final class GroupJudge {

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
            return new Judged.LeftOut(before, Judged.Why.CORRECTION);
        }
        if (!before.variants().containsKey(series.variant())
                && before.variants().size() >= GroupState.MAX_VARIANTS) {
            return new Judged.LeftOut(before, Judged.Why.TOO_MANY_VARIANTS);
        }
        SeriesSnapshot snapshot = before.variants().getOrDefault(series.variant(), SeriesSnapshot.ofNewSeries());
        if (window.id().startEpochMillis() < snapshot.continuity().lastEndEpochMillis()) {
            return new Judged.LeftOut(before, Judged.Why.REPEATED);
        }
        Optional<BaselineRecord> baseline = before.baseline().filter(known -> isAfter(known, window, at));
        if (baseline.isPresent()) {
            SeriesJudge.Outcome outcome = seriesJudge.judge(baseline.get(), snapshot, window, at);
            return new Judged.Taken(
                    with(before, series, outcome.verdict().snapshot()),
                    outcome.verdict(),
                    outcome.alerts(),
                    Optional.empty());
        }
        return learn(before, snapshot, window, at);
    }

    /** By time, too: in a topic that was deleted and made again, offsets begin anew. */
    private static boolean isAfter(BaselineRecord baseline, WindowRecord window, SourcePosition at) {
        SourcePosition through = baseline.learned().through();
        return through.partition() != at.partition()
                || at.offset() > through.offset()
                || window.id().startEpochMillis() >= baseline.learned().untilEpochMillis();
    }

    private Judged learn(GroupState before, SeriesSnapshot snapshot, WindowRecord window, SourcePosition at) {
        Series series = window.id().series();
        SeriesPhase phase = SeriesPhase.after(snapshot.continuity(), window, settings);
        SeriesSnapshot after =
                new SeriesSnapshot(phase.continuity(), List.of(), List.of(), List.of(), Optional.empty());
        String teacher = before.learning().variant().orElse(series.variant());
        List<LearnedWindow> windows = before.learning().windows();
        Optional<BaselineLearner.Fit> fit = Optional.empty();
        Optional<String> unfit = Optional.empty();
        if (teacher.equals(series.variant()) && isValid(phase, window)) {
            windows = appended(windows, window);
            if (windows.size() >= settings.baselineWindows()) {
                BaselineLearner.Fit tried = BaselineLearner.fit(
                        windows.stream().map(LearnedWindow::summary).toList(),
                        window.id().lengthMillis() / 1e3,
                        Measure.judgedUnder(series.group().loadPoint()),
                        settings);
                if (tried.grade() == BaselineRecord.Grade.D) {
                    unfit = Optional.of(String.join("; ", tried.reasons()));
                } else {
                    fit = Optional.of(tried);
                }
            }
        }
        LearningProgress progress = new LearningProgress(windows.size(), settings.baselineWindows());
        List<LearnedWindow> held = windows;
        Optional<BaselineRecord> learned = fit.map(found -> baseline(found, held, window, at));
        Verdict verdict = unfit.<Verdict>map(why -> new Verdict.Inconclusive(Reason.UNSUITABLE_BASELINE, why))
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
        Learning learning = learned.isPresent()
                ? new Learning(Optional.of(teacher), List.of())
                : new Learning(Optional.of(teacher), windows);
        Map<String, SeriesSnapshot> variants = new HashMap<>(before.variants());
        variants.put(series.variant(), after);
        GroupState state = new GroupState(learned.or(before::baseline), learning, variants);
        return new Judged.Taken(state, record, List.of(), learned);
    }

    private static boolean isValid(SeriesPhase phase, WindowRecord window) {
        return phase.isWarm()
                && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && window.delta().requests().completed() > 0;
    }

    private static Verdict whyLearning(SeriesPhase phase, WindowRecord window, LearningProgress progress) {
        if (phase.continuity().silentWindows() > 0) {
            return new Verdict.Inconclusive(Reason.NO_DATA, "no load");
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

    private List<LearnedWindow> appended(List<LearnedWindow> windows, WindowRecord window) {
        List<LearnedWindow> longer = new ArrayList<>(windows);
        longer.add(new LearnedWindow(window.id().startEpochMillis(), Measure.judgedPart(window.delta())));
        return longer.size() <= settings.baselineWindows() ? longer : longer.subList(1, longer.size());
    }

    private static BaselineRecord baseline(
            BaselineLearner.Fit fit, List<LearnedWindow> windows, WindowRecord last, SourcePosition at) {
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
                        windows.getFirst().startEpochMillis(),
                        last.id().endEpochMillis(),
                        last.id().lengthMillis(),
                        windows.size()),
                fit.grade(),
                fit.reasons(),
                fit.merged(),
                fit.calibrations(),
                fit.work());
    }

    private static GroupState with(GroupState state, Series series, SeriesSnapshot snapshot) {
        Map<String, SeriesSnapshot> variants = new HashMap<>(state.variants());
        variants.put(series.variant(), snapshot);
        return new GroupState(state.baseline(), state.learning(), variants);
    }

    /**
     * Where a window stands in the life of its series.
     *
     * @param isWarm enough windows have passed since the series began, or began again
     */
    record SeriesPhase(Continuity continuity, boolean isWarm) {

        /** Windows without load after which a series counts as begun again. */
        private static final long SILENCE_WINDOWS = 6;

        /** Windows without data after which the state says so. */
        private static final long NO_DATA_WINDOWS = 2;

        static SeriesPhase after(Continuity before, WindowRecord window, JudgementSettings settings) {
            boolean silent =
                    Measure.isSilent(window.delta()) && window.excluded().offered() == 0;
            long length = window.id().lengthMillis();
            long gap = before.lastEndEpochMillis() == 0
                    ? 0
                    : (window.id().startEpochMillis() - before.lastEndEpochMillis()) / length;
            boolean again = before.silentWindows() + gap >= SILENCE_WINDOWS;
            long sinceStart = silent ? before.windowsSinceStart() : (again ? 0 : before.windowsSinceStart()) + 1;
            Continuity after = new Continuity(
                    window.id().endEpochMillis(),
                    sinceStart,
                    silent ? before.silentWindows() + gap + 1 : 0,
                    Measure.isUnanswered(window.delta()) ? before.unansweredWindows() + 1 : 0);
            return new SeriesPhase(after, sinceStart > settings.skipWindows());
        }

        boolean isSilent() {
            return continuity.silentWindows() > 0;
        }

        boolean hasNoData() {
            return continuity.silentWindows() >= NO_DATA_WINDOWS || continuity.unansweredWindows() >= NO_DATA_WINDOWS;
        }
    }
}
