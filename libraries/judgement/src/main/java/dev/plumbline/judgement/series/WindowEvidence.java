package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Calibration.ShareTest;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState.Episode;
import dev.plumbline.contract.verdict.LaneState.RateSum;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.statistics.LogRateShift;
import dev.plumbline.judgement.statistics.QuantileShift;
import dev.plumbline.judgement.statistics.QuantileShift.Side;
import dev.plumbline.judgement.statistics.Share;
import java.util.List;
import java.util.Optional;

/** What one window says to one lane of one metric. */
final class WindowEvidence {

    /**
     * As evidence a rate is never taken for less than a quarter of its baseline: the logarithm of 0 would be the only thing
     * that an episode remembers. What people read is {@link Episode#rate}, which knows no such bound.
     */
    static final double LOWEST_OF_BASELINE = 0.25;

    private WindowEvidence() {}

    /** The window as an episode of its own. */
    static Episode episode(Calibration calibration, WindowRecord window) {
        WindowSummary summary = window.delta();
        JudgedMetric metric = calibration.metric();
        long completed = summary.requests().completed();
        long outputTokens = summary.tokens().output();
        return switch (calibration) {
            case Calibration.Quantile quantile -> {
                Histogram latencies = Measure.latencies(metric, summary);
                yield new Episode(
                        1,
                        latencies.count(),
                        latencies,
                        0,
                        0,
                        completed,
                        outputTokens,
                        metric.latency()
                                .map(latency -> summary.slowest().getOrDefault(latency, List.of()))
                                .orElse(List.of()));
            }
            case Calibration.Rate rate -> {
                Optional<RateSum> sum =
                        Measure.rateSum(metric, summary, window.id().lengthMillis() / 1e3);
                double lowest = rate.log().mean() + Math.log(LOWEST_OF_BASELINE);
                double log = sum.map(value -> Math.max(lowest, Math.log(value.counted() / value.over())))
                        .orElse(0.0);
                yield new Episode(
                        1,
                        sum.isPresent() ? 1 : 0,
                        Histogram.empty(),
                        log,
                        0,
                        completed,
                        outputTokens,
                        List.of(),
                        sum.or(() -> Optional.of(new RateSum(0, 0))));
            }
            case Calibration.ErrorShare errors ->
                new Episode(
                        1,
                        Measure.ended(summary),
                        Histogram.empty(),
                        0,
                        summary.requests().failedTotal(),
                        completed,
                        outputTokens,
                        List.of());
            case Calibration.Unusable unusable -> Episode.empty();
        };
    }

    /** The discounted evidence; empty when the metric has no such lane. */
    static Optional<Double> of(Calibration calibration, Lane lane, Episode window, JudgementSettings settings) {
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                test(quantile.tests(), lane).map(test -> {
                    Side side = lane == Lane.BETTER ? Side.UP_TO : Side.ABOVE;
                    long hits = QuantileShift.hits(
                            window.latencies(), test.edgeIndex().orElseThrow(), side);
                    return discounted(test, hits, window.samples());
                });
            case Calibration.ErrorShare errors ->
                test(errors.tests(), lane).map(test -> discounted(test, window.errors(), window.samples()));
            case Calibration.Rate rate -> {
                boolean lookingUp = (rate.metric().direction() == Direction.HIGHER_IS_WORSE) == (lane != Lane.BETTER);
                double up = window.logSum() - rate.log().mean();
                yield Optional.of(
                        window.samples() == 0
                                ? 0.0
                                : LogRateShift.evidence(
                                        lookingUp ? up : -up,
                                        settings.factor(lane),
                                        rate.log().longRunVariance()));
            }
            case Calibration.Unusable unusable -> Optional.empty();
        };
    }

    /** 0 to 1; 1 for rates, whose variance is of long-run scale already; 0 where there is no such lane. */
    static double noiseFactor(Calibration calibration, Lane lane) {
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                test(quantile.tests(), lane).map(ShareTest::noiseFactor).orElse(0.0);
            case Calibration.ErrorShare errors ->
                test(errors.tests(), lane).map(ShareTest::noiseFactor).orElse(0.0);
            case Calibration.Rate rate -> 1;
            case Calibration.Unusable unusable -> 0;
        };
    }

    static Optional<ShareTest> test(List<ShareTest> tests, Lane lane) {
        return tests.stream().filter(test -> test.lane() == lane).findFirst();
    }

    private static double discounted(ShareTest test, long hits, long requests) {
        return test.noiseFactor() * new Share(test.baselineShare(), test.changedShare()).evidence(hits, requests);
    }
}
