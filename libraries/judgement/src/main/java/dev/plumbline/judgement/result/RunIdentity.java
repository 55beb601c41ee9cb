package dev.plumbline.judgement.result;

import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.Map;
import java.util.Objects;

/**
 * Which run it is.
 *
 * @param runId unique, sorts by time, fit for a file name: {@code 20261125T201503Z-k3f9}
 * @param series whom the measurements belong to
 * @param url what was driven, as it was given
 * @param startEpochMillis start of the measured load, after the warm-up
 * @param endEpochMillis when the measured load ended, whether anything was due by then or not; requests that had fallen due may have
 *     ended later. Where the producer could not tell, when the last measured request had ended
 * @param windowMillis length of the windows that were judged
 */
public record RunIdentity(
        String runId, Series series, String url, long startEpochMillis, long endEpochMillis, long windowMillis) {

    public RunIdentity {
        Objects.requireNonNull(runId, "runId");
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(url, "url");
        if (endEpochMillis < startEpochMillis || windowMillis < 1_000) {
            throw new IllegalArgumentException(
                    "run from " + startEpochMillis + " to " + endEpochMillis + ", windows of " + windowMillis + " ms");
        }
    }

    /**
     * This with the arrivals that a plan names, where the load was recorded before arrivals were part of it.
     *
     * @param plan settings by flag name without dashes
     */
    public RunIdentity withArrivalsOf(Map<String, String> plan) {
        ComparisonGroup group = series.group();
        if (!(group.loadPoint() instanceof LoadPoint.OpenLoop open)
                || open.arrivals().isPresent()
                || !plan.containsKey("arrival-pattern")) {
            return this;
        }
        String pattern = plan.get("arrival-pattern");
        String shape = plan.getOrDefault("burstiness", "1");
        Arrivals arrivals = plan.containsKey("burstiness") || pattern.equals("gamma")
                ? Arrivals.parse("gamma" + shape)
                : Arrivals.parse(pattern);
        LoadPoint load = new LoadPoint.OpenLoop(open.requestsPerSecond(), arrivals);
        return new RunIdentity(
                runId,
                new Series(
                        new ComparisonGroup(group.target(), group.model(), group.scenario(), load, group.tenant()),
                        series.variant(),
                        series.conditions()),
                url,
                startEpochMillis,
                endEpochMillis,
                windowMillis);
    }

    /** Length of the measured load, in seconds. */
    public double durationSeconds() {
        return (endEpochMillis - startEpochMillis) / 1e3;
    }
}
