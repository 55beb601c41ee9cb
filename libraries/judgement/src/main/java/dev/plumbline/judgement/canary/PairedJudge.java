package dev.plumbline.judgement.canary;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.CanaryFinding.State;
import dev.plumbline.contract.verdict.CanaryProgress;
import dev.plumbline.contract.verdict.Companion;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.PairSide;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.Continuity;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.series.AlertLine;
import dev.plumbline.judgement.series.Closing;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.series.WindowJudge;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Judges windows as another judge does, and a canary besides beside what serves in the same seconds. What it has to remember stands
 * in the companions of the two snapshots.
 *
 * <p>A canary is also held against the learned baseline, as any series: what alerts there may be a busy hour, which stable's series
 * then says, too. Immutable; any thread.
 */
public final class PairedJudge implements WindowJudge {

    private final WindowJudge judge;
    private final CanarySettings settings;

    /** @param judge of windows by themselves */
    public PairedJudge(WindowJudge judge, CanarySettings settings) {
        this.judge = judge;
        this.settings = settings;
    }

    @Override
    public Judged judge(GroupState before, WindowRecord window, SourcePosition at) {
        return switch (judge.judge(before, window, at)) {
            case Judged.LeftOut out -> out;
            case Judged.Taken taken -> paired(before, taken, window);
        };
    }

    private Judged.Taken paired(GroupState before, Judged.Taken taken, WindowRecord window) {
        Series series = window.id().series();
        SeriesSnapshot was = before.variants().getOrDefault(series.variant(), SeriesSnapshot.ofNewSeries());
        VerdictRecord verdict = taken.verdict();
        boolean isAnew = before.learnsAnew(verdict);
        Companion companion = was.companion().filter(unused -> !isAnew).orElse(Companion.none());
        if (verdict.state() == SeriesState.ENDED) {
            return with(
                    taken,
                    verdict,
                    Closing.canary(
                            series, was, verdict.window().endEpochMillis(), "the canary ended while it was open"));
        }
        boolean isCanary = settings.isCanary(series.variant());
        boolean hasCanary = taken.state().variants().keySet().stream().anyMatch(settings::isCanary);
        if (!hasCanary) {
            return was.companion().isEmpty()
                    ? taken
                    : with(
                            taken,
                            verdict.with(
                                    companion.with(Optional.empty(), Optional.empty()),
                                    Optional.empty(),
                                    verdict.why()),
                            Optional.empty());
        }
        long blockMillis = settings.blockMillis(window.id().lengthMillis());
        PairSide side = new Blocks(blockMillis)
                .plus(
                        companion.side().orElse(PairSide.none()),
                        window,
                        counts(window, verdict.snapshot().continuity()));
        if (!isCanary) {
            return with(
                    taken,
                    verdict.with(companion.with(Optional.of(side), Optional.empty()), Optional.empty(), verdict.why()),
                    Optional.empty());
        }
        return canary(taken, was, companion, side, blockMillis);
    }

    private Judged.Taken canary(
            Judged.Taken taken, SeriesSnapshot was, Companion companion, PairSide side, long blockMillis) {
        VerdictRecord verdict = taken.verdict();
        long at = verdict.window().endEpochMillis();
        Series series = verdict.window().series();
        CanaryJudge says = new CanaryJudge(settings, verdict.window().lengthMillis());
        Optional<String> stable = PairSums.stable(
                settings,
                taken.state().variants().keySet(),
                taken.state().baseline().map(baseline -> baseline.learned().from()));
        Optional<CanaryProgress> goesOn = companion
                .canary()
                .filter(progress -> stable.filter(progress.stable()::equals).isPresent())
                .filter(progress -> verdict.snapshot().continuity().windowsSinceStart() > 1
                        || was.continuity().windowsSinceStart() <= 1);
        Optional<AlertRecord> alert = goesOn.isPresent()
                ? Optional.empty()
                : Closing.canary(series, was, at, "the pair began anew while it was open");
        if (stable.isEmpty()) {
            return with(
                    taken,
                    verdict.with(
                            companion.with(Optional.of(side), Optional.empty()),
                            Optional.of(says.alone(at)),
                            verdict.why()),
                    alert);
        }
        SeriesSnapshot beside = taken.state().variants().getOrDefault(stable.get(), SeriesSnapshot.ofNewSeries());
        long begin = verdict.window().startEpochMillis();
        CanaryProgress progress = PairSums.plus(
                goesOn.orElseGet(() -> PairSums.begin(stable.get(), begin - begin % blockMillis)),
                side,
                beside.companion().flatMap(Companion::side).orElse(PairSide.none()),
                beside.continuity().lastEndEpochMillis(),
                blockMillis,
                verdict.window().lengthMillis());
        CanaryFinding finding = says.judge(progress);
        Optional<String> alertId = progress.alertId();
        if (finding.state() == State.REGRESSED && alertId.isEmpty()) {
            String id = alertId(series, progress.sinceEpochMillis());
            alertId = Optional.of(id);
            alert = Optional.of(fired(id, series, at, finding));
        }
        CanaryProgress told = PairSums.said(progress, lasting(progress.state(), finding.state()), alertId);
        VerdictRecord said =
                verdict.with(companion.with(Optional.of(side), Optional.of(told)), Optional.of(finding), verdict.why());
        return with(taken, told.alertId().isPresent() ? said.in(SeriesState.FIRING) : said, alert);
    }

    /** What was decided is remembered while the two cannot be compared. */
    private static State lasting(State before, State now) {
        return now == State.CANNOT_TELL && before == State.PASSED ? before : now;
    }

    private boolean counts(WindowRecord window, Continuity continuity) {
        return window.hasLoadThroughout()
                && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && continuity.windowsSinceStart() > settings.skipWindows();
    }

    private static Judged.Taken with(Judged.Taken taken, VerdictRecord verdict, Optional<AlertRecord> alert) {
        List<AlertRecord> alerts = new ArrayList<>(taken.alerts());
        alert.ifPresent(alerts::add);
        return new Judged.Taken(
                taken.state().with(verdict.window().series().variant(), verdict.snapshot()),
                verdict,
                alerts,
                taken.learned());
    }

    private static AlertRecord fired(String alertId, Series series, long atEpochMillis, CanaryFinding finding) {
        List<MetricVerdict> moved = finding.metrics().stream()
                .filter(CanaryFinding.Metric::worse)
                .map(metric ->
                        new MetricVerdict(metric.metric(), new Verdict.Regressed(), metric.effect(), Optional.empty()))
                .toList();
        return new AlertRecord(
                alertId,
                series,
                Transition.FIRED,
                atEpochMillis,
                finding.sinceEpochMillis(),
                new AlertRecord.Reasons(finding.stable().orElseThrow(), moved, List.of(), OptionalLong.empty()),
                AlertLine.of(series, moved, finding.sinceEpochMillis()) + "; against "
                        + finding.stable().orElseThrow() + " in the same seconds: stop the roll-out");
    }

    private static String alertId(Series series, long sinceEpochMillis) {
        CRC32C lane = new CRC32C();
        lane.update(series.lane().getBytes(StandardCharsets.UTF_8));
        return String.format("canary-%08x-%d", lane.getValue(), sinceEpochMillis / 1_000);
    }
}
