package dev.plumbline.contract.verdict;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.verdict.BaselineRecord.LogMean;
import dev.plumbline.contract.verdict.Verdict.Reason;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/** What judging a metric needs to know of its baseline. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Calibration.Quantile.class, name = "quantile"),
    @JsonSubTypes.Type(value = Calibration.Rate.class, name = "rate"),
    @JsonSubTypes.Type(value = Calibration.ErrorShare.class, name = "errorShare"),
    @JsonSubTypes.Type(value = Calibration.Unusable.class, name = "unusable")
})
public sealed interface Calibration {

    JudgedMetric metric();

    /**
     * A quantile of a latency, by the share of requests beyond an edge.
     *
     * @param valueNanos the quantile of the baseline
     * @param samples requests in the baseline that have the metric
     * @param designEffect how many times the variance of counts exceeds that of independent requests, 1 or more
     */
    record Quantile(JudgedMetric metric, long valueNanos, long samples, double designEffect, List<ShareTest> tests)
            implements Calibration {
        public Quantile {
            Objects.requireNonNull(metric, "metric");
            tests = List.copyOf(tests);
            if (valueNanos < 0 || samples < 1 || !(designEffect >= 1)) {
                throw new IllegalArgumentException(
                        valueNanos + " ns of " + samples + " samples, design effect " + designEffect);
            }
        }
    }

    /** A rate per window, on a logarithmic scale. */
    record Rate(JudgedMetric metric, LogMean log) implements Calibration {
        public Rate {
            Objects.requireNonNull(metric, "metric");
            Objects.requireNonNull(log, "log");
        }
    }

    /** The share of failed requests. */
    record ErrorShare(JudgedMetric metric, long errors, long ended, List<ShareTest> tests) implements Calibration {
        public ErrorShare {
            Objects.requireNonNull(metric, "metric");
            tests = List.copyOf(tests);
            if (errors < 0 || ended < errors) {
                throw new IllegalArgumentException(errors + " errors of " + ended);
            }
        }
    }

    /** Cannot be judged against this baseline, and why. */
    record Unusable(JudgedMetric metric, Reason reason, String detail) implements Calibration {
        public Unusable {
            Objects.requireNonNull(metric, "metric");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /**
     * A test of one share against another: how much more likely is a count if the share is {@code changedShare} than if
     * it is {@code baselineShare}?
     *
     * @param edgeIndex bucket edge that is counted beyond; empty for errors. Worse lanes count above, the better lane
     *     at or below
     * @param noiseFactor 0 (exclusive) to 1: by how much evidence is discounted for correlated noise
     * @param burstWindows no burst shorter than so many windows raises an alert, because the baseline had some that were nearly
     *     as long; empty where none is known, and what is set holds
     */
    record ShareTest(
            Lane lane,
            OptionalInt edgeIndex,
            double baselineShare,
            double changedShare,
            double noiseFactor,
            OptionalInt burstWindows) {

        /** A test of a baseline of which no burst is known. */
        public ShareTest(
                Lane lane, OptionalInt edgeIndex, double baselineShare, double changedShare, double noiseFactor) {
            this(lane, edgeIndex, baselineShare, changedShare, noiseFactor, OptionalInt.empty());
        }

        public ShareTest {
            Objects.requireNonNull(burstWindows, "burstWindows");
            Objects.requireNonNull(lane, "lane");
            Objects.requireNonNull(edgeIndex, "edgeIndex");
            if (!(baselineShare > 0 && baselineShare < changedShare && changedShare < 1)) {
                throw new IllegalArgumentException("shares " + baselineShare + " and " + changedShare);
            }
            if (!(noiseFactor > 0 && noiseFactor <= 1)) {
                throw new IllegalArgumentException("noise factor " + noiseFactor + " is outside 0..1");
            }
        }
    }
}
