package dev.plumbline.judgement.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.distribution.Buckets;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.judgement.statistics.QuantileShift.Side;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsTest {

    @Test
    void upperBoundOfTheErrorShareIsThatOfClopperAndPearson() {
        // Tables: 0 of 100 -> 2.951 %, 5 of 100 -> 10.225 % (one-sided 95 %).
        assertThat(ErrorShare.upper95(0, 100)).isCloseTo(0.02951, within(1e-5));
        assertThat(ErrorShare.upper95(5, 100)).isCloseTo(0.10225, within(1e-4));
        assertThat(ErrorShare.upper95(3, 3)).isEqualTo(1);
        assertThat(ErrorShare.upper95(0, 0)).isEqualTo(1);
        // Two-sided 95 % of 10 of 100: 4.90 % .. 17.62 %.
        assertThat(ErrorShare.low(10, 100)).isCloseTo(0.0490, within(1e-4));
        assertThat(ErrorShare.high(10, 100)).isCloseTo(0.1762, within(1e-4));
    }

    @Test
    void anErrorTestLooksForTwiceAsManyOrHalfAPointMore() {
        assertThat(ErrorShare.worse(0.001).changed()).isCloseTo(0.006, within(1e-12));
        assertThat(ErrorShare.worse(0.02).changed()).isCloseTo(0.04, within(1e-12));
        assertThat(ErrorShare.grosslyWorse(0.3).changed()).isLessThan(1);
    }

    @Test
    void fewBatchesAreRaisedToTheirUpper75PercentBound() {
        // chi-square quantile .25 with 11 degrees of freedom is 7.584, with 3 it is 1.2125.
        assertThat(LongRunVariance.inflation(12)).isCloseTo(11 / 7.584, within(1e-3));
        assertThat(LongRunVariance.inflation(4)).isCloseTo(3 / 1.2125, within(1e-3));
    }

    @Test
    void longRunVarianceOfIndependentWindowsIsAboutTheirVariance() {
        Random random = new Random(7);
        double[] windows =
                random.doubles(3_000).map(ignored -> random.nextGaussian()).toArray();
        assertThat(LongRunVariance.of(windows).longRunVariance()).isBetween(1.0, 1.6);
    }

    @Test
    void longRunVarianceSeesCorrelation() {
        Random random = new Random(8);
        double[] windows = new double[3_000];
        for (int i = 1; i < windows.length; i++) {
            windows[i] = 0.8 * windows[i - 1] + 0.6 * random.nextGaussian();
        }
        // Var = 1, long-run variance = (1 + .8) / (1 - .8) = 9; batches of 15 see most of it.
        assertThat(LongRunVariance.of(windows).longRunVariance()).isBetween(4.5, 12.0);
    }

    @Test
    void oneWindowHasNoVarianceAndNoneIsRefused() {
        assertThat(LongRunVariance.of(new double[] {5}).longRunVariance()).isZero();
        assertThatThrownBy(() -> LongRunVariance.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noiseFactorIsOneForAnExactLikelihoodRatioAndSmallForNoise() {
        Random random = new Random(9);
        Share share = new Share(0.5, 0.7);
        double[] exact = random.ints(1_200, 0, 1)
                .mapToDouble(ignored -> {
                    int hits = 0;
                    for (int i = 0; i < 40; i++) {
                        hits += random.nextDouble() < 0.5 ? 1 : 0;
                    }
                    return share.evidence(hits, 40);
                })
                .toArray();
        assertThat(noiseFactor(share, exact)).isBetween(0.6, 1.0);
        double[] noisy = new double[1_200];
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = exact[i] + ((i / 30) % 2 == 0 ? 20 : -20);
        }
        assertThat(noiseFactor(share, noisy)).isBetween(0.0, 0.1);
        assertThat(NoiseFactor.of(1, 2)).isLessThanOrEqualTo(0);
        assertThat(NoiseFactor.of(-1, 0)).isEqualTo(1);
        assertThat(NoiseFactor.of(0, 0)).isZero();
    }

    private static double noiseFactor(Share share, double[] evidence) {
        return NoiseFactor.of(share.expected(40), LongRunVariance.of(evidence).longRunVariance());
    }

    @Test
    void manyRequestsUnderOneLoadAreNoMoreWitnessesThanTheLoadAllows() {
        // 20 requests with D = 3 share a load that is 2 / 20 of their own variance each: 200 have D = 21.
        assertThat(NoiseFactor.designEffect(3, 20, 200)).isCloseTo(21, within(1e-9));
        assertThat(NoiseFactor.of(0.3, 3, 20, 20)).isCloseTo(0.3, within(1e-9));
        assertThat(NoiseFactor.of(0.3, 3, 20, 200)).isCloseTo(0.3 * 3 / 21, within(1e-9));
        assertThat(NoiseFactor.of(0.9, 3, 20, 1)).isEqualTo(1);
        assertThat(NoiseFactor.of(0.7, 1, 20, 2_000)).isCloseTo(0.7, within(1e-9));
    }

    @Test
    void theStretchThatDiffersIsFoundAndDoesNotHideInItsOwnVariance() {
        Random random = new Random(12);
        double[] quiet = random.doubles(36).map(value -> value / 10).toArray();
        assertThat(InnerShift.of(quiet).distance()).isLessThan(3.5);
        double[] trouble = quiet.clone();
        for (int i = 10; i < 22; i++) {
            trouble[i] += 1;
        }
        InnerShift found = InnerShift.of(trouble);
        assertThat(found.from()).isEqualTo(10);
        assertThat(found.until()).isEqualTo(22);
        assertThat(found.difference()).isCloseTo(1, within(0.1));
        assertThat(found.distance()).isGreaterThan(10);
        double[] climb = quiet.clone();
        for (int i = 0; i < 36; i++) {
            climb[i] += i / 36.0;
        }
        assertThat(InnerShift.climb(climb).distance()).isGreaterThan(10);
        assertThat(InnerShift.climb(climb).difference()).isCloseTo(1, within(0.1));
        assertThat(InnerShift.climb(quiet).distance()).isLessThan(3.5);
        assertThat(InnerShift.of(new double[] {1, 9}).distance()).isZero();
        assertThat(InnerShift.of(new double[36]).distance()).isZero();
    }

    @Test
    void aTightDistributionIsAskedForATwiceAsHeavyTail() {
        assertThat(QuantileShift.of(logNormal(0.15, 40_000), 0.95, QuantileShift.Side.ABOVE, 1.15)
                        .orElseThrow()
                        .heavierTail()
                        .orElseThrow()
                        .changed())
                .isBetween(0.09, 0.11);
        assertThat(QuantileShift.of(logNormal(0.6, 40_000), 0.95, QuantileShift.Side.ABOVE, 1.15)
                        .orElseThrow()
                        .heavierTail())
                .isEmpty();
    }

    private static Histogram logNormal(double sigma, int values) {
        Random random = new Random(4);
        return Histogram.of(random.doubles(values)
                .mapToLong(ignored -> Math.round(1e8 * Math.exp(sigma * random.nextGaussian())))
                .toArray());
    }

    @Test
    void noBurstShorterThanKWindowsReachesTheThreshold() {
        double threshold = Cusum.threshold(60_480, 6);
        assertThat(threshold).isCloseTo(12.80, within(0.01));
        double score = 0;
        for (int i = 0; i < 14; i++) {
            score = Cusum.next(score, 1e9, threshold, 15);
        }
        assertThat(score).isLessThan(threshold);
        assertThat(Cusum.next(score, 1e9, threshold, 15)).isCloseTo(threshold, within(1e-9));
        assertThat(Cusum.next(score, -1e9, threshold, 15)).isZero();
    }

    @Test
    void edgeAndSharesAreReadOffTheBaseline() {
        Histogram baseline = lognormal(new Random(10), 100_000, 6e6, 0.6);
        QuantileShift p95 = QuantileShift.of(baseline, 0.95, Side.ABOVE, 1.15).orElseThrow();
        // z = 1.645 - ln 1.15 / .6 = 1.412 -> 7.9 % above.
        assertThat(p95.share().baseline()).isCloseTo(0.05, within(0.002));
        assertThat(p95.share().changed()).isCloseTo(0.079, within(0.004));
        assertThat(Buckets.upperBoundNanos(p95.edgeIndex())).isCloseTo(6e6 * Math.exp(1.645 * 0.6), within(6e6 * 0.05));
        QuantileShift better = QuantileShift.of(baseline, 0.5, Side.UP_TO, 1.15).orElseThrow();
        assertThat(better.share().baseline()).isCloseTo(0.5, within(0.01));
        assertThat(better.share().changed()).isCloseTo(0.592, within(0.015));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.95})
    void aTightDistributionDoesNotLetOneOrdinaryRequestBlindTheTest(double quantile) {
        Histogram baseline = lognormal(new Random(11), 1_000, 6e6, 0.001);
        QuantileShift shift =
                QuantileShift.of(baseline, quantile, Side.ABOVE, 1.15).orElseThrow();
        Histogram slow = lognormal(new Random(12), 15, 7.2e6, 0.001);
        assertThat(shift.evidence(slow.plus(Histogram.of(6_000_000)))).isPositive();
        assertThat(shift.evidence(lognormal(new Random(13), 16, 6e6, 0.001))).isNegative();
    }

    @Test
    void allValuesInOneBucketStillGiveATest() {
        Histogram baseline = lognormal(new Random(14), 500, 6e6, 0);
        QuantileShift shift = QuantileShift.of(baseline, 0.5, Side.ABOVE, 1.15).orElseThrow();
        assertThat(shift.share().baseline()).isEqualTo(0.25);
        assertThat(shift.evidence(baseline)).isNegative();
        assertThat(shift.evidence(Histogram.of(7_000_000, 7_000_000))).isPositive();
        assertThat(shift.evidence(Histogram.empty())).isZero();
    }

    @Test
    void anEdgeInAGapBetweenTwoModesIsNotBlind() {
        HistogramAccumulator modes = new HistogramAccumulator();
        for (int i = 0; i < 500; i++) {
            modes.record(1_000_000 + i);
            modes.record(50_000_000 + i);
        }
        QuantileShift shift =
                QuantileShift.of(modes.toHistogram(), 0.5, Side.ABOVE, 1.15).orElseThrow();
        assertThat(shift.share().changed()).isGreaterThan(shift.share().baseline() * 1.05);
    }

    @Test
    void nothingGivesNoTest() {
        assertThat(QuantileShift.of(Histogram.empty(), 0.5, Side.ABOVE, 1.15)).isEmpty();
        assertThat(QuantileShift.of(Histogram.of(0, 0, 10), 0.5, Side.ABOVE, 1.15))
                .isEmpty();
    }

    @Test
    void intervalOfAQuantileHoldsTheTruthAboutAsOftenAsItSays() {
        Random random = new Random(15);
        int hits = 0;
        for (int i = 0; i < 400; i++) {
            QuantileEstimate estimate = QuantileEstimate.of(
                            lognormal(random, 400, 6e6, 0.3), 0.5, 1, QuantileEstimate.Z_95)
                    .orElseThrow();
            hits += estimate.lowNanos() <= 6e6 * 1.0055 && estimate.highNanos() >= 6e6 / 1.0055 ? 1 : 0;
        }
        assertThat(hits).isBetween(372, 399);
    }

    @Test
    void aRatioCarriesBothUncertainties() {
        QuantileEstimate was = new QuantileEstimate(100, 90, 110);
        QuantileEstimate is = new QuantileEstimate(120, 120, 120);
        Ratio ratio = is.ratioTo(was).orElseThrow();
        assertThat(ratio.value()).isCloseTo(1.2, within(1e-9));
        assertThat(ratio.low()).isCloseTo(120.0 / 110, within(1e-9));
        assertThat(ratio.high()).isCloseTo(120.0 / 90, within(1e-9));
        assertThat(is.ratioTo(new QuantileEstimate(0, 0, 0))).isEmpty();
    }

    @Test
    void rateEvidenceIsNeutralHalfWayToTheChange() {
        assertThat(LogRateShift.evidence(Math.log(1.15) / 2, 1.15, 0.01)).isCloseTo(0, within(1e-12));
        assertThat(LogRateShift.evidence(Math.log(1.15), 1.15, 0.01)).isPositive();
        assertThat(LogRateShift.evidence(0, 1.15, 0)).isNegative().isFinite();
    }

    private static Histogram lognormal(Random random, int count, double median, double sigma) {
        HistogramAccumulator values = new HistogramAccumulator();
        for (int i = 0; i < count; i++) {
            values.record(Math.round(median * Math.exp(sigma * random.nextGaussian())));
        }
        return values.toHistogram();
    }
}
