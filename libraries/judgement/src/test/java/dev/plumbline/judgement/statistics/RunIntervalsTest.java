package dev.plumbline.judgement.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunIntervalsTest {

    private static Histogram values(long count) {
        return Histogram.of(
                LongStream.rangeClosed(1, count).map(value -> value * 1_000_000).toArray());
    }

    @ParameterizedTest
    @CsvSource({"0.5, 6", "0.9, 36", "0.95, 72", "0.99, 368", "0.999, 3688"})
    void anEndExistsFromTheFewestValuesOn(double quantile, long needed) {
        assertThat(QuantileInterval.neededValues(quantile, 1)).isEqualTo(needed);
        QuantileInterval enough =
                QuantileInterval.of(values(needed), quantile, 1).orElseThrow();
        assertThat(enough.lowNanos()).isPresent();
        assertThat(enough.highNanos()).isPresent();
        QuantileInterval few =
                QuantileInterval.of(values(needed - 1), quantile, 1).orElseThrow();
        assertThat(few.highNanos()).isEmpty();
    }

    @Test
    void ranksAreThoseOfTheTables() {
        // 100 values, median: the order statistics 40 and 61 (two-sided 95 %); a bucket is 1.1 % wide.
        QuantileInterval median = QuantileInterval.of(values(100), 0.5, 1).orElseThrow();
        assertThat(median.lowNanos().getAsLong()).isBetween(39_500_000L, 40_000_000L);
        assertThat(median.highNanos().getAsLong()).isBetween(61_000_000L, 61_700_000L);
        assertThat(median.nanos()).isCloseTo(50_000_000, within(300_000L));
    }

    @Test
    void aDesignEffectCountsAsFewerValues() {
        QuantileInterval half = QuantileInterval.of(values(200), 0.5, 2).orElseThrow();
        assertThat(half.lowNanos().getAsLong()).isBetween(79_000_000L, 80_000_000L);
        assertThat(QuantileInterval.neededValues(0.95, 2.5)).isEqualTo(180);
        assertThat(QuantileInterval.of(values(1), 0.5, 3).orElseThrow().lowNanos())
                .isEmpty();
        assertThat(QuantileInterval.of(Histogram.empty(), 0.5, 1)).isEmpty();
    }

    @Test
    void valuesOutsideTheBucketsHaveEndsToo() {
        HistogramAccumulator zeros = new HistogramAccumulator();
        for (int i = 0; i < 50; i++) {
            zeros.record(0);
            zeros.record(4_000_000_000_000L);
        }
        QuantileInterval interval =
                QuantileInterval.of(zeros.toHistogram(), 0.5, 1).orElseThrow();
        assertThat(interval.lowNanos()).hasValue(0);
        assertThat(interval.highNanos()).hasValue(4_000_000_000_000L);
    }

    @Test
    void correlatedWindowsHaveADesignEffectAndIndependentOnesDoNot() {
        assertThat(QuantileInterval.designEffect(windows(11, 60, 0), 0.5)).isBetween(1.0, 2.0);
        assertThat(QuantileInterval.designEffect(windows(11, 60, 0.1), 0.5)).isGreaterThan(4);
        assertThat(QuantileInterval.designEffect(windows(11, 2, 0), 0.5)).isEqualTo(2);
        assertThat(QuantileInterval.designEffect(List.of(values(5), values(5), Histogram.empty(), values(5)), 0.5))
                .isGreaterThanOrEqualTo(1);
        Histogram same = Histogram.of(5_000_000, 5_000_000);
        assertThat(QuantileInterval.designEffect(List.of(same, same, same), 0.95))
                .isEqualTo(1);
    }

    @Test
    void intervalsOfCorrelatedRunsHoldTheTruth() {
        int held = 0;
        for (int seed = 0; seed < 200; seed++) {
            List<Histogram> windows = windows(100 + seed, 30, 0.05);
            Histogram all = windows.stream().reduce(Histogram.empty(), Histogram::plus);
            QuantileInterval interval = QuantileInterval.of(all, 0.9, QuantileInterval.designEffect(windows, 0.9))
                    .orElseThrow();
            double truth = 6e6 * Math.exp(1.2816 * Math.hypot(0.3, 0.05));
            held += interval.lowNanos().getAsLong() <= truth
                            && interval.highNanos().getAsLong() >= truth
                    ? 1
                    : 0;
        }
        assertThat(held).isBetween(180, 200);
    }

    @Test
    void aRatioIsThatOfTheSumsAndItsVarianceThatOfWhatIsBeyond() {
        RatioOfSums even = RatioOfSums.of(new double[] {10, 20, 30}, new double[] {1, 2, 3});
        assertThat(even.value()).isEqualTo(10);
        // Nothing is beyond; half a percent a window is assumed.
        assertThat(even.variance()).isCloseTo(100 * 0.005 * 0.005 / 3, within(1e-12));
        RatioOfSums uneven = RatioOfSums.of(new double[] {9, 11, 10, 12, 8, 10}, new double[] {1, 1, 1, 1, 1, 1});
        assertThat(uneven.value()).isEqualTo(10);
        assertThat(uneven.low()).isBetween(8.0, 9.2);
        assertThat(uneven.high()).isBetween(10.8, 12.0);
        assertThatThrownBy(() -> RatioOfSums.of(new double[] {1, 1}, new double[] {1, 1}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RatioOfSums.of(new double[] {1, 1, 1}, new double[] {0, 0, 0}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Fewer than 24 windows do not show that neighbours resemble each other: docs/detection.md says how far that misleads. */
    @ParameterizedTest
    @CsvSource({"12, 0, 280", "60, 0.5, 270", "12, 0.5, 230"})
    void intervalsOfARateHoldTheTruth(int windows, double correlation, int atLeast) {
        Random random = new Random(21);
        int held = 0;
        for (int run = 0; run < 300; run++) {
            double[] tokens = new double[windows];
            double[] seconds = new double[windows];
            double load = 0;
            for (int i = 0; i < windows; i++) {
                load = correlation * load + 0.05 * random.nextGaussian();
                seconds[i] = i % 2 == 0 ? 10 : 20;
                tokens[i] = seconds[i] * 500 * (1 + load);
            }
            RatioOfSums rate = RatioOfSums.of(tokens, seconds);
            held += rate.low() <= 500 && rate.high() >= 500 ? 1 : 0;
        }
        assertThat(held).isBetween(atLeast, 300);
    }

    /** Log-normal latencies with a load that neighbouring windows share. */
    private static List<Histogram> windows(long seed, int count, double loadSigma) {
        Random random = new Random(seed);
        List<Histogram> windows = new ArrayList<>();
        double load = loadSigma * random.nextGaussian();
        for (int i = 0; i < count; i++) {
            load = 0.6 * load + 0.8 * loadSigma * random.nextGaussian();
            HistogramAccumulator window = new HistogramAccumulator();
            for (int j = 0; j < 60; j++) {
                window.record(Math.round(6e6 * Math.exp(load + 0.3 * random.nextGaussian())));
            }
            windows.add(window.toHistogram());
        }
        return windows;
    }
}
