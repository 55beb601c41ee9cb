package dev.plumbline.contract.verdict;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.SlowRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A transition of an alert. One incident per cause: metrics of a series that moved together are one alert with a list.
 *
 * @param alertId the same for all transitions of one incident
 * @param transition what happened to it
 * @param atEpochMillis end of the window that brought the transition; of a series that is forgotten, a window of another
 * @param sinceEpochMillis the change point: when the first of its metrics began to move
 * @param evidence what it rests on
 * @param summary one line for people
 */
public record AlertRecord(
        String alertId,
        Series series,
        Transition transition,
        long atEpochMillis,
        long sinceEpochMillis,
        Reasons evidence,
        String summary) {

    /** What happened to an alert. */
    public enum Transition {
        FIRED,
        /** More metrics joined the incident. */
        EXTENDED,
        /** Every metric is back near its baseline. */
        RESOLVED,
        /** Closed and not resolved: the series ended, or was forgotten, while it was open. */
        ENDED
    }

    public AlertRecord {
        Objects.requireNonNull(alertId, "alertId");
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(transition, "transition");
        Objects.requireNonNull(evidence, "evidence");
        Objects.requireNonNull(summary, "summary");
    }

    /** The same, which says in its line, too, where the change comes from. */
    public AlertRecord because(Explanation why) {
        return new AlertRecord(
                alertId,
                series,
                transition,
                atEpochMillis,
                sinceEpochMillis,
                new Reasons(
                        evidence.baselineId(),
                        evidence.moved(),
                        evidence.slowest(),
                        evidence.deployEpochMillis(),
                        Optional.of(why),
                        evidence.leak()),
                summary + "; " + why.sentence());
    }

    /**
     * Why.
     *
     * @param baselineId the baseline that it was held against
     * @param moved the metrics that moved, largest effect first, each with effect, interval, evidence and threshold
     * @param slowest requests to look at, slowest first
     * @param deployEpochMillis the deploy marker nearest to the change point, from 30 minutes before it to three windows
     *     after it (it is an estimate, and often early); empty where there is none
     * @param why where the change comes from; empty where nothing was asked, as of one that is over
     * @param leak what grows, of an alert about a leak
     */
    public record Reasons(
            String baselineId,
            List<MetricVerdict> moved,
            List<SlowRequest> slowest,
            OptionalLong deployEpochMillis,
            Optional<Explanation> why,
            Optional<LeakFinding> leak) {
        public Reasons {
            Objects.requireNonNull(baselineId, "baselineId");
            moved = List.copyOf(moved);
            slowest = List.copyOf(slowest);
            Objects.requireNonNull(deployEpochMillis, "deployEpochMillis");
            Objects.requireNonNull(why, "why");
            Objects.requireNonNull(leak, "leak");
        }

        /** Without an explanation. */
        public Reasons(
                String baselineId,
                List<MetricVerdict> moved,
                List<SlowRequest> slowest,
                OptionalLong deployEpochMillis) {
            this(baselineId, moved, slowest, deployEpochMillis, Optional.empty(), Optional.empty());
        }
    }
}
