package dev.plumbline.judgement.series;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.Calibration;
import dev.plumbline.contract.verdict.Calibration.ShareTest;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.JudgedMetric.Direction;
import dev.plumbline.contract.verdict.Lane;
import dev.plumbline.contract.verdict.LaneState.Episode;
import dev.plumbline.contract.verdict.LaneState.RateSum;
import dev.plumbline.contract.verdict.LaneState.Trend;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.statistics.LogRateShift;
import dev.plumbline.judgement.statistics.NoiseFactor;
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

    /**
     * What is back is told from a third of the change that raised the alert, that is, from half of what counts: told from all of it
     * a lasting change of 5 % would be back, and a regression again, several times a day.
     */
    private static final double BACK_FROM = 1 / 3.0;

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
                                .orElse(List.of()),
                        Optional.empty(),
                        test(quantile.tests(), Lane.WORSE)
                                .map(test -> Trend.ofWindow(
                                        latencies.countAbove(test.edgeIndex().orElseThrow()), latencies.count())));
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

    /**
     * The discounted evidence; empty when the metric has no such lane.
     *
     * @param usual windows of the baseline, in which its requests lay
     */
    static Optional<Double> of(
            Calibration calibration, Lane lane, Episode window, long usual, JudgementSettings settings) {
        return switch (calibration) {
            case Calibration.Quantile quantile ->
                asked(quantile.tests(), lane).map(test -> {
                    Side side = lane == Lane.BETTER ? Side.UP_TO : Side.ABOVE;
                    long hits = QuantileShift.hits(
                            window.latencies(), test.edgeIndex().orElseThrow(), side);
                    double noiseFactor = NoiseFactor.of(
                            test.noiseFactor(),
                            quantile.designEffect(),
                            (double) quantile.samples() / usual,
                            window.samples());
                    return noiseFactor * evidence(test, lane, hits, window.samples());
                });
            case Calibration.ErrorShare errors ->
                asked(errors.tests(), lane)
                        .map(test -> test.noiseFactor() * evidence(test, lane, window.errors(), window.samples()));
            case Calibration.Rate rate -> {
                if (lane == Lane.HEAVIER_TAIL) {
                    yield Optional.empty();
                }
                boolean lookingUp = (rate.metric().direction() == Direction.HIGHER_IS_WORSE) == (lane != Lane.BETTER);
                double up = window.logSum() - rate.log().mean();
                double variance = rate.log().longRunVariance();
                // As the shares of latencies, a baseline that is not well known is held to be at its worse end.
                double unknown = Math.max(
                        0,
                        1.645 * Math.sqrt(variance / rate.log().windows())
                                - Math.log1p(settings.thresholdEffect() * BaselineLearner.UNCERTAINTY_LET_PASS));
                double distance = (lookingUp ? up : -up) - unknown;
                if (window.samples() == 0) {
                    yield Optional.of(0.0);
                }
                yield Optional.of(
                        lane == Lane.BACK
                                ? -LogRateShift.evidence(distance, 1 + settings.thresholdEffect() / 2, variance)
                                : LogRateShift.evidence(distance, settings.factor(lane), variance));
            }
            case Calibration.Unusable unusable -> Optional.empty();
        };
    }

    private static Optional<ShareTest> asked(List<ShareTest> tests, Lane lane) {
        return lane == Lane.BACK
                ? test(tests, Lane.WORSE).or(() -> tests.stream().findFirst())
                : test(tests, lane);
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

    private static double evidence(ShareTest test, Lane lane, long hits, long requests) {
        Share share = new Share(test.baselineShare(), test.changedShare());
        return lane == Lane.BACK ? -share.part(BACK_FROM).evidence(hits, requests) : share.evidence(hits, requests);
    }
}
