package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.cause.Facts;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the judgement needs of an earlier run, read off once: its windows are not kept, so ten baselines of hours each cost a
 * run that is under way some kilobytes. Immutable.
 */
public final class RunBaseline {

    private final RunIdentity identity;
    private final Environment environment;
    private final WindowSummary merged;
    private final Map<JudgedMetric, Reading> readings;
    private final ErrorBursts.Counts errorCounts;
    private final Optional<RatioOfSums> outputTokensPerRequest;
    private final Optional<RatioOfSums> promptTokensPerRequest;
    private final Optional<RatioOfSums> offeredPerSecond;
    private final Means facts;
    private final Optional<RatioOfSums> cachedShare;
    private final List<RunBaseline> parts;

    private RunBaseline(RunResult run) {
        JudgedWindows windows = new JudgedWindows(run);
        this.identity = run.identity();
        this.environment = run.environment();
        this.merged = windows.merged();
        this.facts = windows.facts();
        this.readings = new EnumMap<>(JudgedMetric.class);
        for (JudgedMetric metric : JudgedMetric.values()) {
            readings.put(metric, Reading.of(metric, windows));
        }
        this.errorCounts = ErrorBursts.Counts.of(windows);
        this.outputTokensPerRequest = windows.outputTokensPerRequest();
        this.promptTokensPerRequest = windows.promptTokensPerRequest();
        this.offeredPerSecond = windows.perSecond(WindowSummary::offered);
        this.cachedShare = windows.cachedShare();
        this.parts = run.series().stream().map(run::part).map(RunBaseline::new).toList();
    }

    /** Of a run that has ended. */
    public static RunBaseline of(RunResult run) {
        return new RunBaseline(run);
    }

    private RunBaseline(BaselineRecord baseline, Series series, Environment environment) {
        BaselineRecord.Learned learned = baseline.learned();
        this.identity = new RunIdentity(
                baseline.baselineId(),
                series,
                baseline.group().target(),
                learned.fromEpochMillis(),
                learned.untilEpochMillis(),
                learned.windowLengthMillis());
        this.environment = environment;
        this.merged = baseline.merged();
        double windowSeconds = learned.windowLengthMillis() / 1e3;
        this.facts = Facts.of(merged, learned.windows() * windowSeconds);
        this.readings = new EnumMap<>(JudgedMetric.class);
        baseline.calibrations().forEach(calibration -> readings.put(calibration.metric(), reading(calibration)));
        long failed = merged.requests().failedTotal();
        long ended = merged.requests().completed() + failed;
        // Its windows are not kept, so its errors pass for independent ones.
        this.errorCounts = new ErrorBursts.Counts(failed, ended, ended == 0 ? 0 : (double) failed * failed / ended, 1);
        this.outputTokensPerRequest = ratio(baseline.work().outputLength(), 1);
        this.promptTokensPerRequest = Optional.empty();
        this.offeredPerSecond = ratio(baseline.work().offered(), windowSeconds);
        this.cachedShare = Optional.empty();
        this.parts = List.of();
    }

    private Reading reading(Calibration calibration) {
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                Reading.ofQuantile(
                        merged.latency(quantile.metric().latency().orElseThrow()),
                        quantile.metric().quantile().orElseThrow(),
                        quantile::designEffect,
                        "requests");
            case Calibration.Rate rate ->
                ratio(rate.log(), 1)
                        .<Reading>map(known ->
                                new Reading.Known(known.value(), known.variance() / (known.value() * known.value())))
                        .orElseGet(() -> new Reading.Missing("no window with it"));
            case Calibration.ErrorShare share -> new Reading.Absent();
            case Calibration.Unusable unusable -> new Reading.Missing("no reading of it: " + unusable.detail());
        };
    }

    private static Optional<RatioOfSums> ratio(BaselineRecord.LogMean log, double per) {
        if (log.windows() == 0) {
            return Optional.empty();
        }
        double value = Math.exp(log.mean()) / per;
        return Optional.of(new RatioOfSums(value, value * value * log.longRunVariance() / log.windows()));
    }

    /**
     * Of what a detector learned, or was given. Its windows are not kept: the noise is what was calibrated.
     *
     * @param series whose it is held to be, where group and conditions were looked at before
     * @param environment the same
     */
    public static RunBaseline of(BaselineRecord baseline, Series series, Environment environment) {
        return new RunBaseline(baseline, series, environment);
    }

    /** Which run it is. */
    public RunIdentity identity() {
        return identity;
    }

    /** Under which conditions it was. */
    public Environment environment() {
        return environment;
    }

    /** Each series that it measured apart, in order; itself where there is one. */
    public List<RunBaseline> parts() {
        return parts.isEmpty() ? List.of(this) : parts;
    }

    /** What it measured apart. */
    public RunSeries measured() {
        return parts.isEmpty()
                ? RunSeries.one(identity.series())
                : new RunSeries(
                        identity.series(),
                        parts.stream().map(part -> part.identity.series()).toList());
    }

    /**
     * What it has of the same comparison group as a series; that of the same variant where there are several, as beside a canary.
     * Empty where it did not measure that.
     */
    public Optional<RunBaseline> part(Series series) {
        List<RunBaseline> same = parts().stream()
                .filter(part -> part.identity.series().group().equals(series.group()))
                .toList();
        return same.stream()
                .filter(part -> part.identity.series().variant().equals(series.variant()))
                .findFirst()
                .or(() -> same.stream().findFirst());
    }

    /** Sum of its covered windows. */
    WindowSummary merged() {
        return merged;
    }

    /** What it says of where its numbers come from. */
    Means facts() {
        return facts;
    }

    Reading reading(JudgedMetric metric) {
        return readings.getOrDefault(metric, new Reading.Absent());
    }

    /** Requests that were sent and ended by themselves. */
    long ended() {
        return merged.requests().completed() + merged.requests().failedTotal();
    }

    long failed() {
        return merged.requests().failedTotal();
    }

    /** How its errors lie in its windows. */
    ErrorBursts.Counts errorCounts() {
        return errorCounts;
    }

    Optional<RatioOfSums> outputTokensPerRequest() {
        return outputTokensPerRequest;
    }

    Optional<RatioOfSums> promptTokensPerRequest() {
        return promptTokensPerRequest;
    }

    Optional<RatioOfSums> offeredPerSecond() {
        return offeredPerSecond;
    }

    Optional<RatioOfSums> cachedShare() {
        return cachedShare;
    }
}
