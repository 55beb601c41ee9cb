package dev.plumbline.detector.exposition;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Provenance;
import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.LearningProgress;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.detector.watch.SeriesView;
import dev.plumbline.detector.watch.WatchLimits;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A series as {@code GET /api/state} tells it.
 *
 * @param series who
 * @param key the record key of its verdicts
 * @param state as of now; LEARNING until a window was judged
 * @param learning progress of the baseline, while it is learned
 * @param baseline what it is held against
 * @param metrics each judged or observed metric with verdict, effect and evidence
 * @param incident the open alert
 * @param canary what is said of a canary beside what serves in the same seconds
 * @param leak what grows steadily
 * @param why where the change comes from, while an alert is open
 * @param decided what people decided about its baseline, its alert and itself, as of the last window
 * @param lastWindowEndEpochMillis end of the last window that was taken up
 * @param endedEpochMillis when its last producer said goodbye
 * @param coverage of that window
 * @param requests counted of the series since this start
 */
record SeriesReport(
        Series series,
        String key,
        SeriesState state,
        Optional<LearningProgress> learning,
        Optional<Baseline> baseline,
        List<MetricVerdict> metrics,
        Optional<OpenIncident> incident,
        Optional<CanaryFinding> canary,
        Optional<LeakFinding> leak,
        Optional<Explanation> why,
        Optional<Decided> decided,
        OptionalLong lastWindowEndEpochMillis,
        OptionalLong endedEpochMillis,
        Optional<Double> coverage,
        RequestCounts requests) {

    /** The baseline without its distributions. */
    record Baseline(
            String baselineId,
            BaselineRecord.Kind kind,
            BaselineRecord.Learned learned,
            BaselineRecord.Grade grade,
            List<String> gradeReasons,
            Optional<Provenance> provenance) {}

    static SeriesReport of(SeriesView view, long nowEpochMillis, WatchLimits limits) {
        Optional<VerdictRecord> verdict = view.verdict();
        return new SeriesReport(
                view.series(),
                view.series().lane(),
                view.state(nowEpochMillis, limits).orElse(SeriesState.LEARNING),
                verdict.flatMap(VerdictRecord::learning),
                view.baseline()
                        .map(baseline -> new Baseline(
                                baseline.baselineId(),
                                baseline.kind(),
                                baseline.learned(),
                                baseline.grade(),
                                baseline.gradeReasons(),
                                baseline.provenance())),
                verdict.map(VerdictRecord::metrics).orElse(List.of()),
                verdict.flatMap(known -> known.snapshot().incident()),
                verdict.flatMap(VerdictRecord::canary),
                verdict.flatMap(VerdictRecord::leak),
                verdict.flatMap(VerdictRecord::why),
                verdict.flatMap(VerdictRecord::decided),
                verdict.isPresent() ? OptionalLong.of(verdict.get().window().endEpochMillis()) : OptionalLong.empty(),
                verdict.map(known -> known.snapshot().endedEpochMillis()).orElse(OptionalLong.empty()),
                verdict.map(VerdictRecord::coverage),
                view.totals().requests());
    }
}
