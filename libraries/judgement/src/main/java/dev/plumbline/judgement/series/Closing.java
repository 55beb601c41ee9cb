package dev.plumbline.judgement.series;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.Companion;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The end of a series: by a goodbye, or because it is forgotten. Its incident cannot resolve any more, since nobody measures
 * whether it is back, and must not stay open for ever; so it is closed by a transition that says why. Evidence so far is
 * dropped: whoever comes next under this name is judged by what they do.
 */
public final class Closing {

    private static final Verdict GONE = new Verdict.Inconclusive(Reason.NO_DATA, "the series ended");

    private Closing() {}

    /** A window that was judged, and was the last. */
    static Judged.Taken lastWindow(Judged.Taken judged, long endedEpochMillis) {
        VerdictRecord verdict = judged.verdict();
        SeriesSnapshot snapshot = verdict.snapshot();
        List<AlertRecord> alerts = new ArrayList<>(judged.alerts());
        incident(
                        verdict.window().series(),
                        snapshot,
                        verdict.baselineId(),
                        verdict.metrics(),
                        verdict.window().endEpochMillis(),
                        "the series ended while it was open")
                .ifPresent(alerts::add);
        VerdictRecord ended = new VerdictRecord(
                verdict.window(),
                verdict.source(),
                SeriesState.ENDED,
                verdict.baselineId(),
                verdict.learning(),
                verdict.coverage(),
                verdict.metrics(),
                snapshot.ended(endedEpochMillis),
                verdict.canary(),
                verdict.why(),
                verdict.decided());
        return new Judged.Taken(
                judged.state().with(verdict.window().series().variant(), ended.snapshot()),
                ended,
                alerts,
                judged.learned());
    }

    /** Nothing can be said of the metrics of a series that is gone. */
    static List<MetricVerdict> nothingToSay(List<JudgedMetric> metrics) {
        return metrics.stream()
                .map(metric -> new MetricVerdict(metric, GONE, Optional.empty(), Optional.empty()))
                .toList();
    }

    /**
     * The transition that closes the incident of a series; empty when none is open.
     *
     * @param metrics the last that was said of its metrics
     * @param why in a few words
     */
    static Optional<AlertRecord> incident(
            Series series,
            SeriesSnapshot snapshot,
            Optional<String> baselineId,
            List<MetricVerdict> metrics,
            long atEpochMillis,
            String why) {
        return snapshot.incident()
                .map(incident -> closed(series, incident, baselineId.orElse(""), metrics, atEpochMillis, why));
    }

    /**
     * The transition that closes the alert of a canary beside what served in the same seconds; empty when none is open.
     *
     * @param why in a few words
     */
    public static Optional<AlertRecord> canary(Series series, SeriesSnapshot snapshot, long atEpochMillis, String why) {
        return snapshot.companion()
                .flatMap(Companion::canary)
                .flatMap(progress -> progress.alertId()
                        .map(alertId -> new AlertRecord(
                                alertId,
                                series,
                                AlertRecord.Transition.ENDED,
                                atEpochMillis,
                                progress.sinceEpochMillis(),
                                new AlertRecord.Reasons(progress.stable(), List.of(), List.of(), OptionalLong.empty()),
                                why + ": " + AlertLine.name(series) + " against " + progress.stable())));
    }

    /**
     * The transition that closes the alert about what grew; empty when none is open.
     *
     * @param why in a few words
     */
    public static Optional<AlertRecord> leak(Series series, SeriesSnapshot snapshot, long atEpochMillis, String why) {
        return snapshot.companion()
                .flatMap(Companion::leaks)
                .flatMap(progress -> progress.alert()
                        .map(open -> new AlertRecord(
                                open.alertId(),
                                series,
                                AlertRecord.Transition.ENDED,
                                atEpochMillis,
                                open.sinceEpochMillis(),
                                new AlertRecord.Reasons(
                                        progress.baselineId(), List.of(), List.of(), OptionalLong.empty()),
                                why + ": what grew of " + AlertLine.name(series))));
    }

    private static AlertRecord closed(
            Series series,
            OpenIncident incident,
            String baselineId,
            List<MetricVerdict> metrics,
            long atEpochMillis,
            String why) {
        List<MetricVerdict> members = metrics.stream()
                .filter(metric -> incident.members().contains(metric.metric()))
                .toList();
        return new AlertRecord(
                incident.alertId(),
                series,
                AlertRecord.Transition.ENDED,
                atEpochMillis,
                incident.sinceEpochMillis(),
                new AlertRecord.Reasons(baselineId, members, List.of(), OptionalLong.empty()),
                why + ": " + AlertLine.of(series, members, incident.sinceEpochMillis()));
    }
}
