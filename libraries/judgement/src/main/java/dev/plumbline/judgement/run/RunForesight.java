package dev.plumbline.judgement.run;

import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.JudgedMetric.Role;
import dev.plumbline.judgement.statistics.ErrorShare;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * How long a run has to be for its comparison to be able to end as a pass, asked before it begins. It supposes that the run is
 * like its baselines in everything but its length: that nothing changed, and that its noise is theirs. Medians, the rate and
 * errors are asked; a tail that is not worse does not gate.
 */
public sealed interface RunForesight {

    /**
     * From this length on four of five such runs pass in the metric that takes longest.
     *
     * @param seconds positive
     * @param decides that metric
     */
    record From(double seconds, JudgedMetric decides) implements RunForesight {}

    /** No length is enough, or none can be told; one clause says why. */
    record Never(String why) implements RunForesight {}

    /** More baselines than these are not taken. */
    int MOST_BASELINES = 10;

    /** The error rate's search ends here. */
    long MOST_REQUESTS = 1L << 30;

    /**
     * @param baselines at least one, of one comparison group
     * @param windowMillis length of the windows of the run
     */
    static RunForesight of(List<RunBaseline> baselines, long windowMillis, JudgementSettings settings) {
        double seconds = baselines.stream()
                .mapToDouble(run -> run.identity().durationSeconds())
                .average()
                .orElse(0);
        if (!(seconds > 0)) {
            return new Never("nothing is known of how long the baseline was");
        }
        Set<JudgedMetric> others = RunComparison.notUnder(
                baselines.get(0).identity().series().group().loadPoint());
        RunForesight longest = new From(RatioOfSums.FEWEST_WINDOWS * windowMillis / 1e3, JudgedMetric.TTFT_P50);
        for (JudgedMetric metric : JudgedMetric.values()) {
            if (!others.contains(metric) && metric.role() == Role.GATING && !RunComparison.isTail(metric)) {
                longest = longer(longest, of(metric, baselines, seconds, windowMillis, settings));
            }
        }
        return longest;
    }

    private static RunForesight longer(RunForesight one, RunForesight two) {
        if (one instanceof From first && two instanceof From second) {
            return first.seconds() >= second.seconds() ? one : two;
        }
        return one instanceof Never ? one : two;
    }

    private static RunForesight of(
            JudgedMetric metric,
            List<RunBaseline> baselines,
            double seconds,
            long windowMillis,
            JudgementSettings settings) {
        if (metric == JudgedMetric.ERROR_RATE) {
            return errors(baselines, seconds);
        }
        List<Reading> readings =
                baselines.stream().map(run -> run.reading(metric)).toList();
        if (readings.stream().allMatch(Reading.Absent.class::isInstance)) {
            return new From(0, metric);
        }
        List<Reading.Known> known = readings.stream()
                .filter(Reading.Known.class::isInstance)
                .map(Reading.Known.class::cast)
                .toList();
        if (known.isEmpty()) {
            return new Never(metric.displayName() + ": the baseline has " + RunComparison.lacking(readings.get(0)));
        }
        OptionalDouble longer =
                RunContrast.longerToTell(metric.direction() == Direction.HIGHER_IS_WORSE, known, settings);
        if (longer.isEmpty()) {
            return new Never(metric.displayName() + ": such runs differ too much from one another"
                    + (baselines.size() < MOST_BASELINES ? ", and more green runs as baseline would tell more" : ""));
        }
        // The first and the last window are measured in part.
        double leastForRates = metric.latency().isPresent() ? 0 : (RatioOfSums.FEWEST_WINDOWS + 1) * windowMillis / 1e3;
        return new From(Math.max(leastForRates, longer.getAsDouble() * seconds), metric);
    }

    /** As many requests as it takes for the share of the baseline to be clearly below one that is worse. */
    private static RunForesight errors(List<RunBaseline> baselines, double seconds) {
        JudgedMetric metric = JudgedMetric.ERROR_RATE;
        long ended = baselines.stream().mapToLong(RunBaseline::ended).sum();
        long failed = baselines.stream().mapToLong(RunBaseline::failed).sum();
        if (ended == 0) {
            return new Never(metric.displayName() + ": no request of the baseline ended");
        }
        ErrorBursts bursts =
                ErrorBursts.of(baselines.stream().map(RunBaseline::errorCounts).toList());
        double allowed = ErrorShare.upper95(bursts.independent(failed), bursts.independent(ended));
        if (allowed > RunComparison.HIGHEST_ERROR_SHARE) {
            return new Never(metric.displayName() + ": too many requests of the baseline failed");
        }
        double pooled = ErrorShare.worse(allowed).changed();
        double worse = failed == 0 ? Math.max(pooled, RunComparison.letPassWithoutError(baselines, bursts)) : pooled;
        double share = (double) failed / ended;
        long low = 0;
        long high = MOST_REQUESTS;
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (ErrorShare.upper95(bursts.independent(Math.round(share * middle)), bursts.independent(middle))
                    < worse) {
                high = middle;
            } else {
                low = middle;
            }
        }
        double perSecond = ended / (seconds * baselines.size());
        return new From(high / perSecond, metric);
    }
}
