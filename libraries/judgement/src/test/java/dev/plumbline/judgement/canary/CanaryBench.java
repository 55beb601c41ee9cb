package dev.plumbline.judgement.canary;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.CanaryFinding.State;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.series.GroupJudge;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.series.JudgementSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Feeds windows to a judge as the detector does, and remembers what was said. */
final class CanaryBench {

    static final JudgementSettings JUDGEMENT = new JudgementSettings(60, 2, 0.10, 60_480, 1, 15, 9, 30);
    static final CanarySettings CANARY = CanarySettings.defaults(0.10, 2);

    final PairedJudge judge;
    final List<AlertRecord> alerts = new ArrayList<>();
    final Map<String, VerdictRecord> verdicts = new HashMap<>();
    Optional<BaselineRecord> learned = Optional.empty();
    GroupState state = GroupState.ofNewGroup();
    private long offset;

    CanaryBench() {
        this(CANARY);
    }

    CanaryBench(CanarySettings settings) {
        judge = new PairedJudge(new GroupJudge(JUDGEMENT, variant -> !settings.isCanary(variant)), settings);
    }

    private CanaryBench(PairedJudge judge) {
        this.judge = judge;
    }

    /** Nothing but the pair: windows by themselves are taken as they come, so that hundreds of seeds take seconds. */
    static CanaryBench ofPairOnly() {
        return new CanaryBench(new PairedJudge(CanaryBench::untouched, CANARY));
    }

    private static Judged untouched(GroupState before, WindowRecord window, SourcePosition at) {
        String variant = window.id().series().variant();
        long windows = before.variants()
                .getOrDefault(variant, SeriesSnapshot.ofNewSeries())
                .continuity()
                .windowsSinceStart();
        SeriesSnapshot snapshot = new SeriesSnapshot(
                new SeriesSnapshot.Continuity(window.id().endEpochMillis(), windows + 1, 0, 0),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());
        return new Judged.Taken(
                before.with(variant, snapshot),
                new VerdictRecord(
                        window.id(), at, SeriesState.OK, Optional.empty(), Optional.empty(), 1, List.of(), snapshot),
                List.of(),
                Optional.empty());
    }

    Judged take(WindowRecord window) {
        Judged judged = judge.judge(state, window, new SourcePosition(0, offset++));
        state = judged.state();
        if (judged instanceof Judged.Taken taken) {
            alerts.addAll(taken.alerts());
            learned = taken.learned().or(() -> learned);
            verdicts.put(window.id().series().variant(), taken.verdict());
        }
        return judged;
    }

    /** Both windows of a step, stable's first. */
    void take(Map<String, WindowRecord> both) {
        take(both.get("stable"));
        take(both.get("canary"));
    }

    CanaryFinding finding() {
        return verdicts.get("canary").canary().orElseThrow();
    }

    /** Windows of each until the canary's state is another than undecided; so many at most. */
    int untilDecided(CanaryWorld world, int most) {
        for (int windows = 1; windows <= most; windows++) {
            take(world.step());
            if (finding().state() != State.UNDECIDED) {
                return windows;
            }
        }
        return Integer.MAX_VALUE;
    }

    /** The alerts of the pair. */
    List<AlertRecord> ofPair() {
        return alerts.stream()
                .filter(alert -> alert.alertId().startsWith("canary-"))
                .toList();
    }

    /** As after a restart: what was told, read back. */
    CanaryBench restarted() {
        return restarted(learned);
    }

    CanaryBench restarted(Optional<BaselineRecord> baseline) {
        CanaryBench again = new CanaryBench();
        again.learned = baseline;
        Map<String, SeriesSnapshot> variants = new HashMap<>();
        Map<String, String> under = new HashMap<>();
        verdicts.forEach((variant, verdict) -> {
            VerdictRecord read =
                    ((Decoded.Value<VerdictRecord>) Codec.VERDICTS.decode(Codec.VERDICTS.encode(verdict))).value();
            again.verdicts.put(variant, read);
            variants.put(variant, read.snapshot());
            read.baselineId().ifPresent(id -> under.put(variant, id));
        });
        again.state = GroupState.restored(baseline, variants, under);
        again.offset = offset;
        return again;
    }
}
