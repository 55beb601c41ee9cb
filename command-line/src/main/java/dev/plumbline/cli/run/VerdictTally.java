package dev.plumbline.cli.run;

import dev.plumbline.cli.wording.VerdictText;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.Verdict.Reason;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import java.util.List;
import java.util.Optional;

/**
 * What the detector's verdicts on the windows of a run say beside its alerts, which tell of changes only: how many windows it
 * judged, how many it did not, and whether an incident is open. One thread.
 */
final class VerdictTally {

    private long windows;
    private long judgedWindows;
    private long learnedWindows;
    private long lastEndEpochMillis;
    private Optional<OpenIncident> open = Optional.empty();
    private Optional<VerdictRecord> newest = Optional.empty();

    /** A window of the run, or a correction; in any order with the verdicts. One that has not load throughout has nothing to judge. */
    void add(WindowRecord window) {
        windows += window.revision() == 0 && window.hasLoadThroughout() ? 1 : 0;
    }

    void add(VerdictRecord verdict) {
        long endEpochMillis = verdict.window().endEpochMillis();
        // A goodbye that came after the last window is told by a second verdict on it.
        boolean isSecond = endEpochMillis == lastEndEpochMillis;
        if (endEpochMillis >= lastEndEpochMillis) {
            lastEndEpochMillis = endEpochMillis;
            open = verdict.snapshot().incident();
            newest = Optional.of(verdict);
        }
        if (isSecond) {
            return;
        }
        if (isLearned(verdict)) {
            learnedWindows++;
        } else if (isJudged(verdict)) {
            judgedWindows++;
        }
    }

    /** Whether the baseline was learned from it, or the series warmed up. */
    private static boolean isLearned(VerdictRecord verdict) {
        return verdict.baselineId().isEmpty() ? !isOfEach(verdict, Reason.NO_DATA) : isOfEach(verdict, Reason.LEARNING);
    }

    private static boolean isOfEach(VerdictRecord verdict, Reason reason) {
        return !verdict.metrics().isEmpty() && verdict.metrics().stream().allMatch(metric -> isFor(metric, reason));
    }

    /**
     * Whether every gating metric was judged. What was not judged is silent, too: a window that no healthy producer vouches for,
     * or one of other work, is no part of a pass.
     */
    private static boolean isJudged(VerdictRecord verdict) {
        List<MetricVerdict> gating = verdict.metrics().stream()
                .filter(metric -> metric.metric().role() == Role.GATING)
                .filter(metric -> !isAbsent(metric))
                .toList();
        return verdict.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && !gating.isEmpty()
                && gating.stream().allMatch(VerdictTally::isJudged);
    }

    /** What the baseline does not have either: there is no time per token where nothing streams. */
    private static boolean isAbsent(MetricVerdict metric) {
        return isFor(metric, Reason.NO_DATA) && metric.evidence().isEmpty();
    }

    private static boolean isFor(MetricVerdict metric, Reason reason) {
        return metric.verdict() instanceof Verdict.Inconclusive inconclusive && inconclusive.reason() == reason;
    }

    private static boolean isJudged(MetricVerdict metric) {
        return switch (metric.verdict()) {
            case Verdict.Steady steady -> true;
            case Verdict.Regressed regressed -> true;
            case Verdict.Improved improved -> true;
            case Verdict.Inconclusive inconclusive ->
                switch (inconclusive.reason()) {
                    case DRIFT_BELOW_THRESHOLD, EVIDENCE_GATHERING -> true;
                    case LEARNING,
                            LOW_COVERAGE,
                            NO_DATA,
                            TOO_FEW_SAMPLES,
                            UNSUITABLE_BASELINE,
                            OUTPUT_LENGTH_CHANGED,
                            OFFERED_LOAD_CHANGED -> false;
                };
        };
    }

    /** What the newest window was held against, and who chose it; empty while nothing is. */
    Optional<String> baseline() {
        return newest.flatMap(verdict -> verdict.baselineId()
                .map(id -> id
                        + verdict.decided()
                                .flatMap(Decided::baseline)
                                .map(VerdictText::by)
                                .orElse("")));
    }

    /** Who acknowledged the alert that is open, or muted the series, as of the newest window. */
    Optional<String> handled() {
        return newest.flatMap(VerdictRecord::decided).flatMap(VerdictText::handled);
    }

    /** Windows in which every gating metric was judged. */
    long judgedWindows() {
        return judgedWindows;
    }

    /** Windows that came and were neither judged nor learned from: their verdict says why, or is missing. */
    long unjudgedWindows() {
        return Math.max(0, windows - judgedWindows - learnedWindows);
    }

    /** End of the newest window that was judged; 0 before the first. */
    long lastEndEpochMillis() {
        return lastEndEpochMillis;
    }

    /** The incident that was open at the newest window, whether it began in this run or before. */
    Optional<OpenIncident> openIncident() {
        return open;
    }
}
