package dev.plumbline.contract.verdict;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.SlowRequest;
import java.util.List;
import java.util.Objects;

/**
 * The evidence of one lane of one metric.
 *
 * @param score accumulated evidence, natural-log units, 0 or more
 * @param changePointEpochMillis start of the episode
 */
public record LaneState(JudgedMetric metric, Lane lane, double score, long changePointEpochMillis, Episode episode) {

    public LaneState {
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(lane, "lane");
        Objects.requireNonNull(episode, "episode");
        if (!(score >= 0 && Double.isFinite(score))) {
            throw new IllegalArgumentException("score " + score + " is not 0 or more");
        }
    }

    /**
     * What was seen since the change point.
     *
     * @param samples requests that have this metric; for rates the windows that had one
     * @param latencies of a latency metric; empty for rates
     * @param logSum sum of the logarithms of a rate, 0 for other metrics
     * @param errors failed requests, for the error rate; 0 for other metrics
     * @param completed completed requests, whatever the metric
     * @param outputTokens their output tokens
     * @param slowest completed requests that were slowest in this metric
     */
    public record Episode(
            long windows,
            long samples,
            Histogram latencies,
            double logSum,
            long errors,
            long completed,
            long outputTokens,
            List<SlowRequest> slowest) {

        private static final Episode EMPTY = new Episode(0, 0, Histogram.empty(), 0, 0, 0, 0, List.of());

        public Episode {
            Objects.requireNonNull(latencies, "latencies");
            slowest = List.copyOf(slowest);
            if (windows < 0 || samples < 0 || errors < 0 || completed < 0) {
                throw new IllegalArgumentException("negative count in an episode");
            }
            if (!Double.isFinite(logSum)) {
                throw new IllegalArgumentException("logSum " + logSum + " is not finite");
            }
        }

        /** Nothing seen yet. */
        public static Episode empty() {
            return EMPTY;
        }

        /** Both stretches. */
        public Episode plus(Episode other) {
            return new Episode(
                    windows + other.windows,
                    samples + other.samples,
                    latencies.plus(other.latencies),
                    logSum + other.logSum,
                    errors + other.errors,
                    completed + other.completed,
                    outputTokens + other.outputTokens,
                    SlowRequest.slowest(slowest, other.slowest));
        }
    }
}
