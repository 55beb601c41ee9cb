package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.WindowSummary;
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
    private final Optional<RatioOfSums> offeredPerSecond;
    private final List<RunBaseline> parts;

    private RunBaseline(RunResult run) {
        JudgedWindows windows = new JudgedWindows(run);
        this.identity = run.identity();
        this.environment = run.environment();
        this.merged = windows.merged();
        this.readings = new EnumMap<>(JudgedMetric.class);
        for (JudgedMetric metric : JudgedMetric.values()) {
            readings.put(metric, Reading.of(metric, windows));
        }
        this.errorCounts = ErrorBursts.Counts.of(windows);
        this.outputTokensPerRequest = windows.outputTokensPerRequest();
        this.offeredPerSecond = windows.perSecond(WindowSummary::offered);
        this.parts = run.series().stream().map(run::part).map(RunBaseline::new).toList();
    }

    /** Of a run that has ended. */
    public static RunBaseline of(RunResult run) {
        return new RunBaseline(run);
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

    Optional<RatioOfSums> offeredPerSecond() {
        return offeredPerSecond;
    }
}
