package dev.plumbline.judgement.leak;

import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Companion;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.LeakFinding.Growth;
import dev.plumbline.contract.verdict.LeakFinding.Quantity;
import dev.plumbline.contract.verdict.LeakProgress;
import dev.plumbline.contract.verdict.LeakProgress.OpenLeak;
import dev.plumbline.contract.verdict.LeakProgress.Track;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.verdict.Means.Stretch;
import dev.plumbline.contract.verdict.Means.Sum;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.series.AlertLine;
import dev.plumbline.judgement.series.Closing;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.WindowJudge;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Judges windows as another judge does, and watches besides whether something of a series grows: by the straight line through a number
 * for each block of as many windows as an alert is resolved over, five minutes by default, for the last three hours. What it remembers
 * stands in the companion of the series' snapshot.
 *
 * <p>What grows is told in the verdict, makes an {@code OK} or {@code PENDING} series {@code LEAKING}, and is an alert of its own, unless
 * one of the series is open: that one tells the climb. It is resolved when nothing has grown for three blocks. Immutable; any thread.
 */
public final class LeakJudge implements WindowJudge {

    /** Blocks without growth after which the alert is resolved. */
    private static final int CALM_BLOCKS = 3;

    private static final String MEMORY_GAUGE = "gpu_memory_used_ratio";

    private final WindowJudge judge;
    private final JudgementSettings settings;

    /** @param judge of windows by themselves */
    public LeakJudge(WindowJudge judge, JudgementSettings settings) {
        this.judge = judge;
        this.settings = settings;
    }

    @Override
    public Judged judge(GroupState before, WindowRecord window, SourcePosition at) {
        return switch (judge.judge(before, window, at)) {
            case Judged.LeftOut out -> out;
            case Judged.Taken taken -> watched(before, taken, window);
        };
    }

    private Judged.Taken watched(GroupState before, Judged.Taken taken, WindowRecord window) {
        Series series = window.id().series();
        VerdictRecord verdict = taken.verdict();
        SeriesSnapshot was = before.variants().getOrDefault(series.variant(), SeriesSnapshot.ofNewSeries());
        Optional<LeakProgress> known = was.companion().flatMap(Companion::leaks);
        long end = window.id().endEpochMillis();
        if (verdict.state() == SeriesState.ENDED) {
            return taken.plus(Closing.leak(series, was, end, "the series ended while it was open").stream()
                    .toList());
        }
        Optional<BaselineRecord> baseline = verdict.baselineId().flatMap(taken.state()::named);
        if (baseline.isEmpty()) {
            return known.isEmpty()
                    ? taken
                    : with(
                            taken,
                            verdict,
                            Optional.empty(),
                            Closing.leak(series, was, end, "its baseline is gone").stream()
                                    .toList());
        }
        boolean goesOn = known.filter(progress ->
                                progress.baselineId().equals(baseline.get().baselineId()))
                        .isPresent()
                && (verdict.snapshot().continuity().windowsSinceStart() > 1
                        || was.continuity().windowsSinceStart() <= 1);
        Optional<AlertRecord> closed = goesOn
                ? Optional.empty()
                : Closing.leak(series, was, end, "the series is watched anew since it was open");
        long blockMillis = settings.resolveWindows() * window.id().lengthMillis();
        long block = Math.floorDiv(window.id().startEpochMillis(), blockMillis) * blockMillis;
        LeakProgress progress = known.filter(unused -> goesOn)
                .orElseGet(() -> new LeakProgress(
                        baseline.get().baselineId(),
                        block,
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty()));
        List<AlertRecord> alerts = new ArrayList<>(closed.stream().toList());
        if (progress.filling()
                .filter(filling -> filling.startEpochMillis() < block)
                .isPresent()) {
            progress = judged(series, closed(progress, blockMillis), baseline.get(), blockMillis, verdict, alerts);
        }
        if (counts(window, verdict)) {
            progress = filled(progress, block, window.delta(), baseline.get());
        }
        return with(taken, verdict, Optional.of(progress), alerts);
    }

    /** Whether a window says how the service is under the load of the baseline. */
    private boolean counts(WindowRecord window, VerdictRecord verdict) {
        return window.hasLoadThroughout()
                && window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && verdict.snapshot().continuity().windowsSinceStart() > settings.skipWindows()
                && verdict.metrics().stream().noneMatch(LeakJudge::isOfOtherLoad);
    }

    private static boolean isOfOtherLoad(MetricVerdict metric) {
        return metric.verdict() instanceof Verdict.Inconclusive inconclusive
                && inconclusive.reason() == Reason.OFFERED_LOAD_CHANGED;
    }

    private static LeakProgress filled(
            LeakProgress progress, long block, WindowSummary window, BaselineRecord baseline) {
        Map<String, Sum> sums = new HashMap<>();
        Growths.median(baseline)
                .ifPresent(usual -> window.latency(LatencyMetric.TTFT)
                        .quantileNanos(0.5)
                        .ifPresent(now ->
                                sums.put(Quantity.TTFT.name(), new Sum((double) now / Math.max(1, usual), 1))));
        long failed = window.requests().failedTotal();
        long ended = window.requests().completed() + failed;
        if (ended > 0) {
            sums.put(Quantity.ERRORS.name(), new Sum(failed, ended));
        }
        window.circumstances().ifPresent(around -> {
            GaugeSum memory = around.gauges().get(MEMORY_GAUGE);
            if (memory != null) {
                sums.put(Quantity.GPU_MEMORY.name(), new Sum(memory.sumThousandths() / 1e3, memory.looks()));
            }
        });
        Stretch one = new Stretch(block, 1, new Means(sums));
        return new LeakProgress(
                progress.baselineId(),
                progress.firstEpochMillis(),
                Optional.of(progress.filling().map(filling -> filling.plus(one)).orElse(one)),
                progress.tracks(),
                progress.finding(),
                progress.alert());
    }

    /** With the block that was filling among the others, if half of its windows are in it. */
    private LeakProgress closed(LeakProgress progress, long blockMillis) {
        Stretch block = progress.filling().orElseThrow();
        List<Track> tracks = new ArrayList<>();
        if (2 * block.windows() < settings.resolveWindows()) {
            tracks.addAll(progress.tracks());
        } else {
            int number = Math.toIntExact((block.startEpochMillis() - progress.firstEpochMillis()) / blockMillis);
            for (Quantity quantity : Quantity.values()) {
                Optional<Track> known = progress.tracks().stream()
                        .filter(track -> track.quantity() == quantity)
                        .findFirst();
                OptionalLong value = tenThousandths(quantity, block.means());
                if (value.isPresent()) {
                    tracks.add(longer(
                            known.orElse(new Track(quantity, List.of(), List.of())),
                            number,
                            Math.toIntExact(value.getAsLong())));
                } else {
                    known.ifPresent(tracks::add);
                }
            }
        }
        return new LeakProgress(
                progress.baselineId(),
                progress.firstEpochMillis(),
                Optional.empty(),
                tracks,
                progress.finding(),
                progress.alert());
    }

    private static OptionalLong tenThousandths(Quantity quantity, Means means) {
        return means.of(quantity.name()).stream()
                .map(value -> quantity == Quantity.TTFT ? Math.log(Math.max(value, 1e-9)) : value)
                .mapToLong(value -> Math.round(value * 1e4))
                .mapToObj(OptionalLong::of)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /** Numbers that are too old for the span are left out, too: a series may have been away. */
    private static Track longer(Track track, int number, int value) {
        List<Integer> blocks = new ArrayList<>();
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < track.blocks().size(); i++) {
            if (track.blocks().get(i) > number - LeakProgress.MOST_BLOCKS) {
                blocks.add(track.blocks().get(i));
                values.add(track.tenThousandths().get(i));
            }
        }
        blocks.add(number);
        values.add(value);
        return new Track(track.quantity(), blocks, values);
    }

    private LeakProgress judged(
            Series series,
            LeakProgress progress,
            BaselineRecord baseline,
            long blockMillis,
            VerdictRecord verdict,
            List<AlertRecord> alerts) {
        long at = verdict.window().endEpochMillis();
        Optional<LeakFinding> finding = new Growths(
                        baseline, settings.thresholdEffect(), progress.firstEpochMillis(), blockMillis)
                .of(progress.tracks());
        Optional<OpenLeak> open = progress.alert();
        if (finding.isPresent()) {
            List<Growth> growths = finding.get().growths();
            long since =
                    growths.stream().mapToLong(Growth::sinceEpochMillis).min().orElseThrow();
            if (open.isPresent()) {
                open = Optional.of(new OpenLeak(open.get().alertId(), open.get().sinceEpochMillis(), at));
            } else if (verdict.snapshot().openAlert().isEmpty()) {
                OpenLeak leak = new OpenLeak(alertId(series, since), since, at);
                open = Optional.of(leak);
                alerts.add(fired(series, leak, at, finding.get(), verdict));
            }
        } else if (open.isPresent() && at - open.get().grewEpochMillis() >= CALM_BLOCKS * blockMillis) {
            OpenLeak leak = open.get();
            open = Optional.empty();
            alerts.add(new AlertRecord(
                    leak.alertId(),
                    series,
                    Transition.RESOLVED,
                    at,
                    leak.sinceEpochMillis(),
                    new AlertRecord.Reasons(baseline.baselineId(), List.of(), List.of(), OptionalLong.empty()),
                    "resolved: " + AlertLine.name(series) + ": nothing grows any more"));
        }
        return new LeakProgress(
                progress.baselineId(), progress.firstEpochMillis(), Optional.empty(), progress.tracks(), finding, open);
    }

    private static AlertRecord fired(
            Series series, OpenLeak leak, long atEpochMillis, LeakFinding finding, VerdictRecord verdict) {
        List<JudgedMetric> named = finding.growths().stream()
                .flatMap(growth -> metric(growth.quantity()).stream())
                .toList();
        List<MetricVerdict> moved = verdict.metrics().stream()
                .filter(metric -> named.contains(metric.metric()))
                .toList();
        return new AlertRecord(
                leak.alertId(),
                series,
                Transition.FIRED,
                atEpochMillis,
                leak.sinceEpochMillis(),
                new AlertRecord.Reasons(
                        verdict.baselineId().orElseThrow(),
                        moved,
                        List.of(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Optional.of(finding)),
                AlertLine.name(series) + ": " + finding.sentence());
    }

    private static Optional<JudgedMetric> metric(Quantity quantity) {
        return switch (quantity) {
            case TTFT -> Optional.of(JudgedMetric.TTFT_P50);
            case ERRORS -> Optional.of(JudgedMetric.ERROR_RATE);
            case GPU_MEMORY, OTHER -> Optional.empty();
        };
    }

    private static Judged.Taken with(
            Judged.Taken taken, VerdictRecord verdict, Optional<LeakProgress> progress, List<AlertRecord> alerts) {
        Companion companion =
                verdict.snapshot().companion().orElse(Companion.none()).leaking(progress);
        boolean isLeaking = progress.filter(
                        known -> known.alert().isPresent() || known.finding().isPresent())
                .isPresent();
        VerdictRecord told = verdict.with(companion, verdict.canary(), verdict.why());
        VerdictRecord said = isLeaking && (told.state() == SeriesState.OK || told.state() == SeriesState.PENDING)
                ? told.in(SeriesState.LEAKING)
                : told;
        return new Judged.Taken(
                        taken.state().with(said.window().series().variant(), said.snapshot()),
                        said,
                        taken.alerts(),
                        taken.learned())
                .plus(alerts);
    }

    private static String alertId(Series series, long sinceEpochMillis) {
        CRC32C lane = new CRC32C();
        lane.update(series.lane().getBytes(StandardCharsets.UTF_8));
        return String.format("leak-%08x-%d", lane.getValue(), sinceEpochMillis / 1_000);
    }
}
