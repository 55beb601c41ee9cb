package dev.plumbline.contract.verdict;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.SlowRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
     * @param logSum sum of the logarithms of a rate, each at least that of a quarter of the baseline's: what evidence is made
     *     of, and no number for people; 0 for other metrics
     * @param errors failed requests, for the error rate; 0 for other metrics
     * @param completed completed requests, whatever the metric
     * @param outputTokens their output tokens
     * @param slowest completed requests that were slowest in this metric
     * @param rate what a rate of the whole stretch is made of; empty for other metrics, and for a stretch that a version
     *     began which did not keep it
     * @param trend how a share developed within the stretch; empty for rates, and for a stretch that a version began which did
     *     not keep it
     */
    public record Episode(
            long windows,
            long samples,
            Histogram latencies,
            double logSum,
            long errors,
            long completed,
            long outputTokens,
            List<SlowRequest> slowest,
            Optional<RateSum> rate,
            Optional<Trend> trend) {

        private static final Episode EMPTY = new Episode(0, 0, Histogram.empty(), 0, 0, 0, 0, List.of());

        public Episode {
            Objects.requireNonNull(latencies, "latencies");
            slowest = List.copyOf(slowest);
            Objects.requireNonNull(rate, "rate");
            Objects.requireNonNull(trend, "trend");
            if (windows < 0 || samples < 0 || errors < 0 || completed < 0) {
                throw new IllegalArgumentException("negative count in an episode");
            }
            if (!Double.isFinite(logSum)) {
                throw new IllegalArgumentException("logSum " + logSum + " is not finite");
            }
        }

        /** A stretch of which it is not told how it developed. */
        public Episode(
                long windows,
                long samples,
                Histogram latencies,
                double logSum,
                long errors,
                long completed,
                long outputTokens,
                List<SlowRequest> slowest,
                Optional<RateSum> rate) {
            this(windows, samples, latencies, logSum, errors, completed, outputTokens, slowest, rate, Optional.empty());
        }

        /** A stretch of a metric that is no rate. */
        public Episode(
                long windows,
                long samples,
                Histogram latencies,
                double logSum,
                long errors,
                long completed,
                long outputTokens,
                List<SlowRequest> slowest) {
            this(windows, samples, latencies, logSum, errors, completed, outputTokens, slowest, Optional.empty());
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
                    SlowRequest.slowest(slowest, other.slowest),
                    windows == 0
                            ? other.rate
                            : other.windows == 0 ? rate : rate.flatMap(sum -> other.rate.map(sum::plus)),
                    windows == 0
                            ? other.trend
                            : other.windows == 0
                                    ? trend
                                    : trend.flatMap(first -> other.trend.map(second -> first.then(windows, second))));
        }
    }

    /**
     * A rate over several windows, as anybody would count it: one sum over another, whatever the windows in between did.
     *
     * @param counted output tokens that streamed, or requests that completed
     * @param over seconds, or requests that fell due; 0 where no window had the rate
     */
    public record RateSum(double counted, double over) {

        public RateSum {
            if (!(counted >= 0 && over >= 0 && Double.isFinite(counted) && Double.isFinite(over))) {
                throw new IllegalArgumentException("a rate of " + counted + " over " + over);
            }
        }

        /** Of both stretches. */
        public RateSum plus(RateSum other) {
            return new RateSum(counted + other.counted, over + other.over);
        }
    }

    /**
     * What a straight line through the shares of hits of the windows of a stretch is fitted from; windows are numbered from 0.
     *
     * @param samples requests
     * @param hits those beyond an edge
     * @param positions sum of the requests' window numbers
     * @param squares sum of the squares of them
     * @param hitPositions sum of the window numbers of the hits
     */
    public record Trend(double samples, double hits, double positions, double squares, double hitPositions) {

        public Trend {
            if (!(samples >= 0 && hits >= 0 && hits <= samples && Double.isFinite(squares))) {
                throw new IllegalArgumentException("a trend of " + hits + " hits of " + samples);
            }
        }

        /** Of one window. */
        public static Trend ofWindow(long hits, long samples) {
            return new Trend(samples, hits, 0, 0, 0);
        }

        /** Of this stretch, which has so many windows, and the one behind it. */
        Trend then(long windows, Trend next) {
            double w = windows;
            return new Trend(
                    samples + next.samples,
                    hits + next.hits,
                    positions + next.positions + w * next.samples,
                    squares + next.squares + 2 * w * next.positions + w * w * next.samples,
                    hitPositions + next.hitPositions + w * next.hits);
        }
    }
}
