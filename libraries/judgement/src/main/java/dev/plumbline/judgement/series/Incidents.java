package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.judgement.series.SeriesJudge.Reading;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One incident per cause. The first gating metric to cross opens it; with it are listed those whose change points lie
 * within three windows and whose effect is large enough already, marked by a verdict of their own. While an incident is
 * open, whatever else crosses joins it. It is resolved when for six windows running every member that can be judged is back, by the
 * mirror image of what raised it: evidence enough, over the resolve span at least, and an effect under half of the threshold.
 */
final class Incidents {

    static final long SAME_CAUSE_WINDOWS = 3;
    private static final long CALM_WINDOWS = 6;

    private final BaselineRecord baseline;
    private final Effects effects;
    private final double threshold;
    private final WindowId window;

    /** What became of the incident. */
    record Step(Optional<OpenIncident> incident, List<AlertRecord> alerts, boolean resolved) {}

    Incidents(BaselineRecord baseline, Effects effects, double threshold, WindowId window) {
        this.baseline = baseline;
        this.effects = effects;
        this.threshold = threshold;
        this.window = window;
    }

    Step after(Optional<OpenIncident> open, List<Reading> readings) {
        List<Reading> crossed = readings.stream()
                .filter(Reading::crossed)
                .filter(reading -> reading.calibration().metric().role() == Role.GATING)
                .toList();
        if (open.isEmpty()) {
            return crossed.isEmpty() ? new Step(open, List.of(), false) : fire(crossed, readings);
        }
        OpenIncident incident = open.get();
        List<JudgedMetric> joining = crossed.stream()
                .map(reading -> reading.calibration().metric())
                .filter(metric -> !incident.members().contains(metric))
                .toList();
        if (!joining.isEmpty()) {
            List<JudgedMetric> members = new ArrayList<>(incident.members());
            members.addAll(joining);
            OpenIncident longer = new OpenIncident(incident.alertId(), incident.sinceEpochMillis(), members, 0);
            AlertRecord alert = alert(Transition.EXTENDED, longer, membersOf(members, readings), "");
            return new Step(Optional.of(longer), List.of(alert), false);
        }
        return calmOrNot(incident, readings);
    }

    private Step fire(List<Reading> crossed, List<Reading> readings) {
        long since = crossed.stream()
                .mapToLong(reading -> reading.leading().orElseThrow().changePointEpochMillis())
                .min()
                .orElseThrow();
        List<Reading> moved = new ArrayList<>(crossed);
        for (Reading reading : readings) {
            if (!reading.crossed() && reading.calibration().metric().role() == Role.GATING) {
                gathering(reading, since).ifPresent(moved::add);
            }
        }
        List<JudgedMetric> members =
                moved.stream().map(reading -> reading.calibration().metric()).toList();
        OpenIncident incident = new OpenIncident(alertId(since), since, members, 0);
        return new Step(Optional.of(incident), List.of(alert(Transition.FIRED, incident, moved, "")), false);
    }

    /** A metric that moves along but has not crossed. */
    private Optional<Reading> gathering(Reading reading, long since) {
        return reading.lanes().stream()
                .filter(lane -> lane.lane().asksForWorse() && lane.score() > 0)
                .filter(lane ->
                        Math.abs(lane.changePointEpochMillis() - since) <= SAME_CAUSE_WINDOWS * window.lengthMillis())
                .max(Comparator.comparingDouble(LaneState::score))
                .flatMap(lane -> effects.since(reading.calibration(), lane.episode())
                        .filter(effect -> effects.isWorse(reading.calibration(), Lane.WORSE, effect, lane.episode()))
                        .map(effect -> gathering(reading, lane, effect)));
    }

    private Reading gathering(Reading reading, LaneState lane, Effect effect) {
        Evidence evidence = new Evidence(
                lane.score(),
                threshold,
                WindowEvidence.noiseFactor(reading.calibration(), lane.lane()),
                OptionalLong.of(lane.changePointEpochMillis()),
                lane.episode().windows(),
                lane.episode().samples());
        MetricVerdict verdict = new MetricVerdict(
                lane.metric(),
                new Verdict.Inconclusive(Reason.EVIDENCE_GATHERING, "it moved along, its evidence is not enough yet"),
                Optional.of(effect),
                Optional.of(evidence));
        return new Reading(reading.calibration(), verdict, reading.lanes(), Optional.of(lane), false);
    }

    private Step calmOrNot(OpenIncident incident, List<Reading> readings) {
        List<Reading> members = membersOf(incident.members(), readings);
        List<Reading> judged =
                members.stream().filter(reading -> !reading.isVoid()).toList();
        // What is void says nothing: it keeps no alert open, and resolves none by itself.
        boolean calm = judged.stream().allMatch(Reading::isBack);
        OpenIncident next = new OpenIncident(
                incident.alertId(),
                incident.sinceEpochMillis(),
                incident.members(),
                calm ? incident.calmWindows() + 1 : 0);
        if (next.calmWindows() < CALM_WINDOWS) {
            return new Step(Optional.of(next), List.of(), false);
        }
        if (judged.isEmpty()) {
            AlertRecord ended = alert(
                    Transition.ENDED, incident, members, "other work is done, nothing can tell whether it is back: ");
            return new Step(Optional.empty(), List.of(ended), true);
        }
        List<Reading> back = members.stream()
                .map(reading -> reading.isVoid()
                        ? reading
                        : new Reading(
                                reading.calibration(),
                                new MetricVerdict(
                                        reading.calibration().metric(),
                                        new Verdict.Steady(),
                                        effects.recent(reading.calibration()),
                                        reading.verdict().evidence()),
                                reading.lanes(),
                                reading.leading(),
                                false))
                .toList();
        return new Step(Optional.empty(), List.of(alert(Transition.RESOLVED, incident, back, "resolved: ")), true);
    }

    private static List<Reading> membersOf(List<JudgedMetric> members, List<Reading> readings) {
        return readings.stream()
                .filter(reading -> members.contains(reading.calibration().metric()))
                .toList();
    }

    private AlertRecord alert(Transition transition, OpenIncident incident, List<Reading> moved, String prefix) {
        List<Reading> ranked = moved.stream()
                .sorted(Comparator.comparingDouble((Reading reading) -> -size(reading.verdict()))
                        .thenComparing(reading -> reading.calibration().metric()))
                .toList();
        List<SlowRequest> slowest = ranked.stream()
                .filter(reading -> reading.calibration().metric().latency().isPresent())
                .findFirst()
                .flatMap(Reading::leading)
                .map(lane -> lane.episode().slowest())
                .orElse(List.of());
        List<MetricVerdict> verdicts = ranked.stream().map(Reading::verdict).toList();
        return new AlertRecord(
                incident.alertId(),
                window.series(),
                transition,
                window.endEpochMillis(),
                incident.sinceEpochMillis(),
                new AlertRecord.Reasons(baseline.baselineId(), verdicts, slowest, OptionalLong.empty()),
                prefix + AlertLine.of(window.series(), verdicts, incident.sinceEpochMillis()) + climb(ranked));
    }

    /** The fastest climb, in words. */
    private static String climb(List<Reading> moved) {
        return moved.stream().flatMapToDouble(reading -> reading.climbAnHour().stream()).max().stream()
                .mapToObj(anHour -> String.format(Locale.ROOT, "; climbing, by %.0f %% an hour", anHour * 100))
                .findFirst()
                .orElse("");
    }

    private static double size(MetricVerdict verdict) {
        return verdict.effect().map(effect -> Math.abs(effect.ratio() - 1)).orElse(0.0);
    }

    private String alertId(long since) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((window.series().key() + '#' + since).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
