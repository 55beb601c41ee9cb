package dev.plumbline.judgement.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.statistics.QuantileEstimate;
import dev.plumbline.judgement.statistics.QuantileInterval;
import dev.plumbline.judgement.statistics.RatioOfSums;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** A metric of one run, on the logarithmic scale on which runs are compared. */
sealed interface Reading {

    /**
     * @param value in nanoseconds, per second or as a share; above 0
     * @param logVariance variance of ln value by the noise inside the run
     */
    record Known(double value, double logVariance) implements Reading {
        double log() {
            return Math.log(value);
        }
    }

    /** It has no number that could be compared. */
    record Missing(String why) implements Reading {}

    /** The run has nothing of the metric at all. */
    record Absent() implements Reading {}

    /** Reads a metric; the error rate has no logarithm and is {@link Absent}. */
    static Reading of(JudgedMetric metric, JudgedWindows windows) {
        return switch (metric) {
            case OUTPUT_TOKEN_RATE ->
                ofRatio(
                        windows.outputTokensPerSecond(),
                        (windows.isIdle() ? 0 : windows.wholeCount()) + " whole windows with load");
            case ACHIEVED_RATIO -> ofRatio(windows.achievedRatio(), windows.withLoadCount() + " windows with load");
            case ERROR_RATE -> new Absent();
            case TTFT_P50, TTFT_P95, TPOT_P50, TPOT_P95, E2E_P50, E2E_P95 ->
                ofQuantile(
                        windows,
                        metric.latency().orElseThrow(),
                        metric.quantile().orElseThrow());
        };
    }

    private static Reading ofQuantile(JudgedWindows windows, LatencyMetric metric, double quantile) {
        return ofQuantile(
                windows.merged().latency(metric), quantile, () -> windows.designEffect(metric, quantile), "requests");
    }

    /**
     * A quantile of a distribution.
     *
     * @param designEffectOf asked for where there is a value
     * @param what the values are, in the plural
     */
    static Reading ofQuantile(Histogram values, double quantile, DoubleSupplier designEffectOf, String what) {
        if (values.isEmpty()) {
            return new Absent();
        }
        double designEffect = designEffectOf.getAsDouble();
        QuantileInterval interval =
                QuantileInterval.of(values, quantile, designEffect).orElseThrow();
        if (interval.lowNanos().isEmpty() || interval.highNanos().isEmpty()) {
            return new Missing(values.count() + " " + what + ", about "
                    + QuantileInterval.neededValues(quantile, designEffect) + " are needed");
        }
        if (interval.lowNanos().getAsLong() <= 0) {
            return new Missing("durations of 0 cannot be compared");
        }
        double sigma = Math.log((double) interval.highNanos().getAsLong()
                        / interval.lowNanos().getAsLong())
                / (2 * QuantileEstimate.Z_95);
        return new Known(interval.nanos(), sigma * sigma);
    }

    private static Reading ofRatio(Optional<RatioOfSums> ratio, String has) {
        if (ratio.isEmpty()) {
            return new Missing(has + ", " + RatioOfSums.FEWEST_WINDOWS + " are needed");
        }
        double value = ratio.get().value();
        return value > 0 ? new Known(value, ratio.get().variance() / (value * value)) : new Missing("it is 0");
    }
}
