package dev.plumbline.judgement.series;

import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Reasons;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says which deploy an alert may come from: of the markers that speak of its series the one nearest to its change point.
 *
 * <p>A marker counts from {@link #LONGEST_BEFORE} before the change point to {@link #WINDOWS_AFTER} windows after it. After,
 * because a change point is an estimate and lies too early rather than too late: it is the start of a window, and chance
 * lifts a score above zero now and then before anything has changed. Of two that are equally near the earlier one counts,
 * then the one with the lesser id, so that the answer does not depend on the order of the markers.
 */
public final class Deploys {

    /** A deploy longer ago than this is not named. */
    public static final Duration LONGEST_BEFORE = Duration.ofMinutes(30);

    /** A deploy may lie this many windows after the estimated change point, as many as metrics of one cause lie apart. */
    public static final long WINDOWS_AFTER = Incidents.SAME_CAUSE_WINDOWS;

    private static final Pattern NAMED =
            Pattern.compile("; ((?:with|\\d+ (?:s|min) after) deploy .*)$", Pattern.DOTALL);

    private Deploys() {}

    /** The alert, with the deploy named in its reasons and its summary; as it was where there is none. */
    public static AlertRecord named(AlertRecord alert, Collection<DeployMarker> markers, long windowLengthMillis) {
        return nearest(alert, markers, windowLengthMillis)
                .map(marker -> with(alert, marker))
                .orElse(alert);
    }

    /** The deploy that an alert names, as its summary says it: {@code 40 s after deploy v2}; empty where it names none. */
    public static Optional<String> namedIn(AlertRecord alert) {
        Matcher words = NAMED.matcher(alert.summary());
        return alert.evidence().deployEpochMillis().isPresent() && words.find()
                ? Optional.of(words.group(1))
                : Optional.empty();
    }

    private static Optional<DeployMarker> nearest(
            AlertRecord alert, Collection<DeployMarker> markers, long windowLengthMillis) {
        long since = alert.sinceEpochMillis();
        return markers.stream()
                .filter(marker -> marker.scope().covers(alert.series()))
                .filter(marker -> marker.atEpochMillis() >= since - LONGEST_BEFORE.toMillis())
                .filter(marker -> marker.atEpochMillis() <= since + WINDOWS_AFTER * windowLengthMillis)
                .min(Comparator.comparingLong((DeployMarker marker) -> Math.abs(marker.atEpochMillis() - since))
                        .thenComparingLong(DeployMarker::atEpochMillis)
                        .thenComparing(DeployMarker::id));
    }

    private static AlertRecord with(AlertRecord alert, DeployMarker marker) {
        Reasons evidence = alert.evidence();
        return new AlertRecord(
                alert.alertId(),
                alert.series(),
                alert.transition(),
                alert.atEpochMillis(),
                alert.sinceEpochMillis(),
                new Reasons(
                        evidence.baselineId(),
                        evidence.moved(),
                        evidence.slowest(),
                        OptionalLong.of(marker.atEpochMillis()),
                        evidence.why(),
                        evidence.leak()),
                alert.summary() + "; " + AlertLine.deploy(marker, alert.sinceEpochMillis()));
    }
}
