package dev.plumbline.contract.verdict;

import dev.plumbline.contract.window.WindowId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One window of one series, judged. It is also the detector's snapshot: together with the baseline of
 * {@code baselineId}, {@code snapshot} is all that judging the next window needs.
 *
 * @param source where the window record lay; windows of this series at or before it are in {@code snapshot}
 * @param baselineId what it was held against; empty while learning
 * @param learning how far the baseline is; empty once there is one
 * @param coverage share of the load that healthy producers offered, 0 to 1
 * @param metrics every judged and observed metric, in the order of {@link JudgedMetric}
 * @param canary what is said of a canary beside what serves in the same seconds; empty for others
 * @param why where the change comes from, while an alert is open
 * @param decided what people decided that bears on it; empty where they decided nothing
 */
public record VerdictRecord(
        WindowId window,
        SourcePosition source,
        SeriesState state,
        Optional<String> baselineId,
        Optional<LearningProgress> learning,
        double coverage,
        List<MetricVerdict> metrics,
        SeriesSnapshot snapshot,
        Optional<CanaryFinding> canary,
        Optional<Explanation> why,
        Optional<Decided> decided) {

    public VerdictRecord {
        Objects.requireNonNull(window, "window");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(baselineId, "baselineId");
        Objects.requireNonNull(learning, "learning");
        metrics = List.copyOf(metrics);
        Objects.requireNonNull(snapshot, "snapshot");
        Objects.requireNonNull(canary, "canary");
        Objects.requireNonNull(why, "why");
        Objects.requireNonNull(decided, "decided");
        if (state == SeriesState.STALE) {
            throw new IllegalArgumentException("a window came: the series is not stale");
        }
        if (!(coverage >= 0 && coverage <= 1)) {
            throw new IllegalArgumentException("coverage " + coverage + " is outside 0..1");
        }
    }

    /** A verdict on a series that is no canary, with nothing to explain, and about which nobody decided anything. */
    public VerdictRecord(
            WindowId window,
            SourcePosition source,
            SeriesState state,
            Optional<String> baselineId,
            Optional<LearningProgress> learning,
            double coverage,
            List<MetricVerdict> metrics,
            SeriesSnapshot snapshot) {
        this(
                window,
                source,
                state,
                baselineId,
                learning,
                coverage,
                metrics,
                snapshot,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same with what people decided. */
    public VerdictRecord with(Decided decisions) {
        return new VerdictRecord(
                window,
                source,
                state,
                baselineId,
                learning,
                coverage,
                metrics,
                snapshot,
                canary,
                why,
                decisions.equals(Decided.nothing()) ? Optional.empty() : Optional.of(decisions));
    }

    /** The same with what is remembered beside the evidence, and what is said of it. */
    public VerdictRecord with(Companion beside, Optional<CanaryFinding> ofCanary, Optional<Explanation> because) {
        return new VerdictRecord(
                window,
                source,
                state,
                baselineId,
                learning,
                coverage,
                metrics,
                snapshot.with(beside),
                ofCanary,
                because,
                decided);
    }

    /** What of the series grows steadily; empty where nothing is known to. */
    public Optional<LeakFinding> leak() {
        return snapshot.companion().flatMap(Companion::leaks).flatMap(LeakProgress::finding);
    }

    /** The same in another state. */
    public VerdictRecord in(SeriesState other) {
        return new VerdictRecord(
                window, source, other, baselineId, learning, coverage, metrics, snapshot, canary, why, decided);
    }
}
