package dev.plumbline.producer.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FireTimesTest {

    @Test
    void aConstantRateHitsEverySecondExactlyForADay() {
        FireTimes times = FireTimes.constant(3);
        for (long n = 0; n < 3 * 86_400; n++) {
            long due = times.nextDueNanos();
            if (n % 3 == 0) {
                assertThat(due).as("request %d", n).isEqualTo(n / 3 * 1_000_000_000L);
            }
        }
    }

    @Test
    void aSlowRateIsExact() {
        FireTimes times = FireTimes.constant(0.25);
        assertThat(new long[] {times.nextDueNanos(), times.nextDueNanos(), times.nextDueNanos()})
                .containsExactly(0, 4_000_000_000L, 8_000_000_000L);
    }

    @Test
    void aPoissonProcessHasDispersionOne() {
        long seed = 4711;
        double perSecond = 200;
        FireTimes times = FireTimes.poisson(perSecond, seed);
        int seconds = 2_000;
        long[] perSlot = new long[seconds];
        long before = -1;
        for (long due = times.nextDueNanos(); due < seconds * 1_000_000_000L; due = times.nextDueNanos()) {
            assertThat(due).as("seed %d", seed).isGreaterThanOrEqualTo(before);
            before = due;
            perSlot[(int) (due / 1_000_000_000L)]++;
        }
        double mean = Arrays.stream(perSlot).average().orElseThrow();
        double variance = Arrays.stream(perSlot)
                        .mapToDouble(count -> (count - mean) * (count - mean))
                        .sum()
                / (seconds - 1);
        // Standard errors: mean 0.3, index of dispersion sqrt(2 / 1999) = 0.03; four of each.
        assertThat(mean).as("seed %d", seed).isCloseTo(perSecond, within(1.3));
        assertThat(variance / mean).as("seed %d", seed).isCloseTo(1.0, within(0.13));
    }

    /** Mean and variance of the gaps, within five standard errors of 200,000 of them; shape 1 is Poisson. */
    @ParameterizedTest
    @ValueSource(doubles = {0.25, 1, 4})
    void gammaGapsHaveTheirMeanAndTheirBurstiness(double shape) {
        FireTimes times = FireTimes.gamma(100, shape, 11);
        int count = 200_000;
        double meanSeconds = 0.01;
        double sum = 0;
        double squares = 0;
        long before = 0;
        for (int i = 0; i < count; i++) {
            long due = times.nextDueNanos();
            assertThat(due).isGreaterThanOrEqualTo(before);
            double gap = (due - before) / 1e9 / meanSeconds;
            sum += gap;
            squares += gap * gap;
            before = due;
        }
        double mean = sum / count;
        double variance = squares / count - mean * mean;
        assertThat(mean).isCloseTo(1, within(5 * Math.sqrt(1 / shape / count)));
        // The variance of the sample variance of a gamma of mean 1 is (2 + 6 / shape) / shape² / n.
        assertThat(variance).isCloseTo(1 / shape, within(5 * Math.sqrt((2 + 6 / shape) / (shape * shape) / count)));
    }

    /** The whole distribution, of 200,000 gaps: a distance of 0.006 is allowed. */
    @Test
    void poissonGapsAreExponentialAndKnowNothingOfEachOther() {
        double[] gaps = gaps(FireTimes.poisson(100, 4_712), 200_000, 100);

        assertThat(KolmogorovSmirnov.distance(DoubleStream.of(gaps), gap -> -Math.expm1(-gap)))
                .isLessThan(KolmogorovSmirnov.allowed(gaps.length));
        // The product of two independent gaps is 1 on the average, with a standard deviation of sqrt(3); five standard
        // errors.
        assertThat(IntStream.range(0, gaps.length / 2)
                        .mapToDouble(i -> gaps[2 * i] * gaps[2 * i + 1])
                        .average()
                        .orElseThrow())
                .isCloseTo(1, within(5 * Math.sqrt(3.0 / (gaps.length / 2))));
    }

    /**
     * At so low a rate that due times in whole nanoseconds show every gap of the burst.
     *
     * @param gamma the gamma function at the shape
     */
    @ParameterizedTest
    @CsvSource({"0.25, 3.6256099082219083", "1, 1", "4, 6"})
    void gammaGapsAreGamma(double shape, double gamma) {
        double[] gaps = gaps(FireTimes.gamma(0.01, shape, 12), 200_000, 0.01);

        assertThat(KolmogorovSmirnov.distance(DoubleStream.of(gaps), gap -> gammaUpTo(gap * shape, shape, gamma)))
                .isLessThan(KolmogorovSmirnov.allowed(gaps.length));
    }

    /** At any moment as many as the rate says, or the next of them. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.999})
    void constantArrivalsAreSpreadEvenlyWhateverTheirPhase(double phase) {
        FireTimes times = FireTimes.constant(7, phase);
        double[] arrivals =
                DoubleStream.generate(times::nextDueNanos).limit(10_000).toArray();
        double spanNanos = arrivals.length / 7.0 * 1e9;

        assertThat(KolmogorovSmirnov.distance(DoubleStream.of(arrivals), at -> at / spanNanos))
                .isLessThanOrEqualTo(1.0 / arrivals.length + 1e-9);
    }

    /** In multiples of the mean gap. */
    private static double[] gaps(FireTimes times, int count, double perSecond) {
        double[] gaps = new double[count];
        long before = 0;
        for (int i = 0; i < count; i++) {
            long due = times.nextDueNanos();
            gaps[i] = (due - before) / 1e9 * perSecond;
            before = due;
        }
        return gaps;
    }

    /** The distribution function of a gamma variable of scale 1, by its series; every term is positive. */
    private static double gammaUpTo(double x, double shape, double gamma) {
        double term = 1 / shape;
        double sum = term;
        for (int n = 1; n < 1_000 && term > sum * 1e-15; n++) {
            term *= x / (shape + n);
            sum += term;
        }
        return Math.min(1, sum * Math.exp(-x + shape * Math.log(x)) / gamma);
    }

    @Test
    void equalSeedsGiveEqualSequencesAndOthersDoNot() {
        FireTimes one = FireTimes.poisson(10, 1);
        FireTimes same = FireTimes.poisson(10, 1);
        FireTimes other = FireTimes.poisson(10, 2);
        long first = one.nextDueNanos();
        assertThat(same.nextDueNanos()).isEqualTo(first);
        assertThat(other.nextDueNanos()).isNotEqualTo(first);
    }

    @Test
    void sharesTogetherAreTheWholeSequence() {
        FireTimes whole = FireTimes.poisson(50, 9);
        FireTimes first = FireTimes.share(FireTimes.poisson(50, 9), 0, 2);
        FireTimes second = FireTimes.share(FireTimes.poisson(50, 9), 1, 2);
        for (int i = 0; i < 100; i++) {
            assertThat(first.nextDueNanos()).isEqualTo(whole.nextDueNanos());
            assertThat(second.nextDueNanos()).isEqualTo(whole.nextDueNanos());
        }
    }

    @Test
    void refusesRatesOutsideItsRange() {
        for (double rate : new double[] {0, -1, Double.NaN, 2e6}) {
            assertThatThrownBy(() -> FireTimes.constant(rate)).hasMessageContaining("rate");
            assertThatThrownBy(() -> FireTimes.poisson(rate, 1)).hasMessageContaining("rate");
        }
    }

    @Test
    void rowsAreDueAtTheirTimesEachAtItsWalker() {
        long[] due = {0, 10, 20, 20, 50};
        FireTimes first = FireTimes.rows(due, 0, 2, 0);
        FireTimes second = FireTimes.rows(due, 1, 2, 0);
        assertThat(walked(first, 5)).containsExactly(0, 20, 50, FireTimes.NEVER, FireTimes.NEVER);
        assertThat(walked(second, 3)).containsExactly(10, 20, FireTimes.NEVER);
    }

    @Test
    void rowsOfAWarmUpComeFirstAndThenAllFromTheFirstOn() {
        long[] due = {0, 10, 20, 20, 50};
        assertThat(walked(FireTimes.rows(due, 0, 2, 15), 5)).containsExactly(0, 15, 35, 65, FireTimes.NEVER);
        assertThat(walked(FireTimes.rows(due, 1, 2, 15), 4)).containsExactly(10, 25, 35, FireTimes.NEVER);
        assertThat(walked(FireTimes.rows(due, 1, 2, 100), 5)).containsExactly(10, 20, 110, 120, FireTimes.NEVER);
        assertThat(walked(FireTimes.rows(due, 5, 6, 100), 1)).containsExactly(FireTimes.NEVER);
    }

    private static long[] walked(FireTimes times, int steps) {
        return java.util.stream.LongStream.generate(times::nextDueNanos)
                .limit(steps)
                .toArray();
    }
}
