package dev.plumbline.judgement.cause;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.Companion;
import dev.plumbline.contract.verdict.Companion.Memory;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.verdict.Means.Stretch;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.series.WindowJudge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Judges windows as another judge does, remembers what went on around each series, and says of a change where it comes from.
 *
 * <p>Before is what was so while the series learned or was calm, up to {@value #CALM_WINDOWS} windows; a series that was never calm
 * borrows it from the variant of its group that was so for longest. Since is what was so in the stretches that begin at the change
 * point or behind it. A window that is being looked at waits in a few stretches first, so that a change that is not noticed yet does
 * not become part of what was before it. A canary that is worse than what serves beside it is explained by what goes on around that.
 *
 * <p>Immutable; any thread.
 */
public final class ExplainedJudge implements WindowJudge {

    /** Windows of a stretch. */
    private static final long STRETCH_WINDOWS = 6;

    /** Stretches that are kept apart. */
    private static final int RECENT_STRETCHES = 3;

    /** Calm windows that are remembered. */
    private static final long CALM_WINDOWS = 360;

    /** Fewer windows before a change say nothing of how it was. */
    private static final long FEWEST_CALM_WINDOWS = 5;

    private final WindowJudge judge;

    public ExplainedJudge(WindowJudge judge) {
        this.judge = judge;
    }

    @Override
    public Judged judge(GroupState before, WindowRecord window, SourcePosition at) {
        return switch (judge.judge(before, window, at)) {
            case Judged.LeftOut out -> out;
            case Judged.Taken taken when taken.verdict().state() == SeriesState.ENDED -> taken;
            case Judged.Taken taken -> explained(before, taken, window);
        };
    }

    private static Judged.Taken explained(GroupState before, Judged.Taken taken, WindowRecord window) {
        VerdictRecord verdict = taken.verdict();
        String variant = window.id().series().variant();
        Optional<Memory> was = Optional.ofNullable(before.variants().get(variant))
                .filter(unused -> !before.learnsAnew(verdict))
                .flatMap(SeriesSnapshot::companion)
                .flatMap(Companion::memory);
        Memory memory = plus(was.orElse(new Memory(Optional.empty(), List.of())), window, isCalm(verdict));
        Companion companion =
                verdict.snapshot().companion().orElse(Companion.none()).with(memory);
        List<AlertRecord> alerts = taken.alerts().stream()
                .map(alert -> alert.series().variant().equals(variant)
                        ? because(alert, companion, memory, taken.state())
                        : alert)
                .toList();
        Optional<Explanation> why = open(verdict)
                .flatMap(incident ->
                        baseline(incident.members(), incident.sinceEpochMillis(), memory, taken.state(), variant))
                .or(() -> verdict.canary().flatMap(finding -> canary(finding, memory, taken.state())));
        VerdictRecord told = verdict.with(companion, verdict.canary(), why);
        return new Judged.Taken(taken.state().with(variant, told.snapshot()), told, alerts, taken.learned());
    }

    private static boolean isCalm(VerdictRecord verdict) {
        return verdict.state() == SeriesState.LEARNING || verdict.state() == SeriesState.OK;
    }

    private static Optional<OpenIncident> open(VerdictRecord verdict) {
        return verdict.snapshot().incident();
    }

    private static Memory plus(Memory memory, WindowRecord window, boolean isCalm) {
        if (!window.hasLoadThroughout() || window.coverage() < WindowRecord.MINIMUM_COVERAGE) {
            return memory;
        }
        Stretch newest = new Stretch(
                window.id().startEpochMillis(),
                1,
                Facts.of(window.delta(), window.id().lengthMillis() / 1e3));
        List<Stretch> recent = new ArrayList<>(memory.recent());
        if (!recent.isEmpty() && recent.getLast().windows() < STRETCH_WINDOWS) {
            recent.add(recent.removeLast().plus(newest));
        } else {
            recent.add(newest);
        }
        Optional<Stretch> before = memory.before();
        if (recent.size() > RECENT_STRETCHES) {
            Stretch oldest = recent.removeFirst();
            if (isCalm && before.filter(calm -> calm.windows() >= CALM_WINDOWS).isEmpty()) {
                before = Optional.of(before.map(calm -> calm.plus(oldest)).orElse(oldest));
            }
        }
        return new Memory(before, recent);
    }

    private static AlertRecord because(AlertRecord alert, Companion companion, Memory memory, GroupState state) {
        if (alert.transition() != Transition.FIRED && alert.transition() != Transition.EXTENDED) {
            return alert;
        }
        if (alert.evidence().leak().isPresent() && alert.evidence().moved().isEmpty()) {
            // Memory alone grows: nothing that is split has changed.
            return alert;
        }
        List<JudgedMetric> moved =
                alert.evidence().moved().stream().map(MetricVerdict::metric).toList();
        Optional<String> stable = companion
                .canary()
                .filter(progress ->
                        progress.alertId().filter(alert.alertId()::equals).isPresent())
                .map(CanaryProgress::stable);
        Optional<Explanation> why = stable.isPresent()
                ? beside(moved, stable.get(), memory, state)
                : baseline(
                        moved,
                        alert.sinceEpochMillis(),
                        memory,
                        state,
                        alert.series().variant());
        return why.map(alert::because).orElse(alert);
    }

    private static Optional<Explanation> baseline(
            List<JudgedMetric> moved, long sinceEpochMillis, Memory memory, GroupState state, String variant) {
        return calm(memory, state, variant)
                .flatMap(before ->
                        since(memory, sinceEpochMillis).map(since -> Why.of(moved, before.means(), since.means())));
    }

    private static Optional<Stretch> calm(Memory own, GroupState state, String variant) {
        return own.before()
                .filter(before -> before.windows() >= FEWEST_CALM_WINDOWS)
                .or(() -> state.variants().entrySet().stream()
                        .filter(other -> !other.getKey().equals(variant))
                        .flatMap(other -> other.getValue().companion().stream())
                        .flatMap(companion -> companion.memory().flatMap(Memory::before).stream())
                        .filter(before -> before.windows() >= FEWEST_CALM_WINDOWS)
                        .max(Comparator.comparingLong(Stretch::windows)));
    }

    /** The stretches behind a change point; the newest one where it lies within that. */
    private static Optional<Stretch> since(Memory memory, long sinceEpochMillis) {
        return memory.recent().stream()
                .filter(stretch -> stretch.startEpochMillis() >= sinceEpochMillis)
                .reduce(Stretch::plus)
                .or(() -> memory.recent().isEmpty()
                        ? Optional.empty()
                        : Optional.of(memory.recent().getLast()));
    }

    private static Optional<Explanation> canary(CanaryFinding finding, Memory memory, GroupState state) {
        List<JudgedMetric> worse = finding.metrics().stream()
                .filter(CanaryFinding.Metric::worse)
                .map(CanaryFinding.Metric::metric)
                .toList();
        return finding.stable()
                .filter(unused -> !worse.isEmpty())
                .flatMap(stable -> beside(worse, stable, memory, state));
    }

    private static Optional<Explanation> beside(
            List<JudgedMetric> moved, String stable, Memory memory, GroupState state) {
        Optional<Means> there = Optional.ofNullable(state.variants().get(stable))
                .flatMap(SeriesSnapshot::companion)
                .flatMap(Companion::memory)
                .flatMap(ExplainedJudge::all);
        return there.flatMap(before -> all(memory).map(now -> Why.of(moved, before, now)));
    }

    private static Optional<Means> all(Memory memory) {
        return memory.recent().stream().reduce(Stretch::plus).map(Stretch::means);
    }
}
