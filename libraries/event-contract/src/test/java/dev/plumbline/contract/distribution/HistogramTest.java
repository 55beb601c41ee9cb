package dev.plumbline.contract.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {

    @Test
    void emptyHasNoPercentileNoMeanNoExtremes() {
        Histogram empty = Histogram.empty();
        assertThat(empty.quantileNanos(0.5)).isEmpty();
        assertThat(empty.meanNanos()).isEmpty();
        assertThat(empty.minNanos()).isEmpty();
        assertThat(empty.maxNanos()).isEmpty();
        assertThat(Histogram.of()).isEqualTo(empty);
    }

    @Test
    void oneValueIsEveryPercentileExactly() {
        Histogram one = Histogram.of(123_456_789);
        for (double q : new double[] {0, 0.5, 0.99, 1}) {
            assertThat(one.quantileNanos(q)).hasValue(123_456_789);
        }
        assertThat(one.sumNanos()).isEqualTo(123_456_789);
    }

    @Test
    void bucketHoldsItsUpperBoundAndNotItsLowerOne() {
        // 0.5 s, 1 s and 2 s are powers of two, so their bounds are exact.
        assertThat(Buckets.indexOf(1_000_000_000L)).isZero();
        assertThat(Buckets.indexOf(1_000_000_001L)).isEqualTo(1);
        assertThat(Buckets.indexOf(2_000_000_000L)).isEqualTo(64);
        assertThat(Buckets.indexOf(500_000_000L)).isEqualTo(-64);
        assertThat(Buckets.upperBoundSeconds(64)).isEqualTo(2.0);
        for (int index = Buckets.LOWEST_INDEX; index <= Buckets.HIGHEST_INDEX; index++) {
            long inside = (long) Math.floor(Buckets.upperBoundNanos(index));
            if (inside > Buckets.upperBoundNanos(index - 1)) {
                assertThat(Buckets.indexOf(inside))
                        .as("largest whole nanosecond of bucket %d", index)
                        .isEqualTo(index);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void percentilesAreWithinOnePercentOfTheExactOnes(long seed) {
        Supplier<Random> random = () -> new Random(seed);
        long[][] shapes = {
            random.get().longs(10_000, 1_000, 3_600_000_000_000L).toArray(),
            random.get()
                    .doubles(10_000)
                    .mapToLong(u -> (long) Math.exp(8 + 18 * u))
                    .toArray(),
            lognormal(random.get(), 20_000, 50e6, 0.6),
            bimodal(random.get(), 5_000)
        };
        for (long[] values : shapes) {
            Histogram histogram = Histogram.of(values);
            long[] sorted = values.clone();
            Arrays.sort(sorted);
            for (double q : new double[] {0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1}) {
                long exact = sorted[(int) Math.max(0, Math.ceil(q * sorted.length) - 1)];
                double read = histogram.quantileNanos(q).orElseThrow();
                assertThat(Math.abs(read - exact) / exact)
                        .as("seed %d q %s exact %d", seed, q, exact)
                        .isLessThan(0.0055);
            }
            assertThat(histogram.sumNanos()).isEqualTo(Arrays.stream(values).sum());
            assertThat(histogram.minNanos()).hasValue(sorted[0]);
            assertThat(histogram.maxNanos()).hasValue(sorted[sorted.length - 1]);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void mergingPartsInAnyOrderEqualsRecordingEverything(long seed) {
        Random random = new Random(seed);
        long[] values = lognormal(random, 3_000, 5e6, 1.5);
        Histogram whole = Histogram.of(values);
        Histogram forward = Histogram.empty();
        Histogram backward = Histogram.empty();
        for (int from = 0; from < values.length; from += 100) {
            Histogram part = Histogram.of(Arrays.copyOfRange(values, from, from + 100));
            forward = forward.plus(part);
            backward = part.plus(backward);
        }
        assertThat(forward).as("seed %d", seed).isEqualTo(whole);
        assertThat(backward).isEqualTo(whole);
        assertThat(forward.hashCode()).isEqualTo(whole.hashCode());
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void ranksInOnePassAreThoseOneByOne(long seed) {
        Random random = new Random(seed);
        Histogram histogram =
                Histogram.of(lognormal(random, 200, 2e6, 4)).plus(Histogram.of(0, 999, 1_000, 7_200_000_000_000L));
        for (int i = 0; i < 500; i++) {
            long[] ranks = random.longs(3, -5, histogram.count() + 5).sorted().toArray();
            assertThat(histogram.atRanks(ranks[0], ranks[1], ranks[2]))
                    .as("seed %d, ranks %s", seed, Arrays.toString(ranks))
                    .containsExactly(
                            histogram.atRank(ranks[0]), histogram.atRank(ranks[1]), histogram.atRank(ranks[2]));
        }
        assertThatThrownBy(() -> histogram.atRanks(2, 1, 3)).hasMessageContaining("do not ascend");
        assertThatThrownBy(() -> Histogram.empty().atRanks(1, 1, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void valuesOutsideTheRangeAreCountedAndKeepTheirExtremes() {
        Histogram histogram = Histogram.of(0, 999, 1_000, 3_600_000_000_000L, 7_200_000_000_000L);
        assertThat(histogram.belowCount()).isEqualTo(2);
        assertThat(histogram.aboveCount()).isEqualTo(1);
        assertThat(histogram.count()).isEqualTo(5);
        assertThat(histogram.quantileNanos(0)).hasValue(0);
        assertThat(histogram.quantileNanos(1)).hasValue(7_200_000_000_000L);
    }

    @Test
    void countAboveAnEdgeCountsStrictlyHigherBuckets() {
        Histogram histogram = Histogram.of(1_000_000, 10_000_000, 100_000_000);
        int edge = Buckets.indexOf(10_000_000);
        assertThat(histogram.countAbove(edge)).isEqualTo(1);
        assertThat(histogram.countAbove(edge - 1)).isEqualTo(2);
        assertThat(histogram.countAbove(Buckets.LOWEST_INDEX - 1)).isEqualTo(3);
        assertThat(histogram.countAbove(Buckets.HIGHEST_INDEX)).isZero();
    }

    /** Six hundred requests whose spread is ordinary: dense counters would take 3,000 bytes. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void aFewHundredValuesTakeAFewHundredBytes(long seed) {
        Histogram histogram = Histogram.of(lognormal(new Random(seed), 600, 50e6, 0.6));
        assertThat(histogram.heapBytes()).as("seed %d", seed).isLessThan(700);
        assertThat(Histogram.empty().heapBytes()).isLessThan(100);
    }

    @Test
    void bucketsAreVisitedInOrderWithTheirCountsHoweverFarApartAndHoweverMany() {
        HistogramAccumulator accumulator = new HistogramAccumulator();
        Histogram part = Histogram.of(1_000, 1_000, 50_000_000, 3_600_000_000_000L);
        for (int i = 0; i < 40; i++) {
            accumulator.add(part);
            part = accumulator.toHistogram();
        }
        long times = part.count() / 4;
        List<String> visited = new ArrayList<>();
        part.forEachBucket((index, count) -> visited.add(index + ":" + count));
        assertThat(times).isGreaterThan(1L << 35);
        assertThat(visited)
                .containsExactly(
                        Buckets.LOWEST_INDEX + ":" + 2 * times,
                        Buckets.indexOf(50_000_000) + ":" + times,
                        Buckets.HIGHEST_INDEX + ":" + times);
        assertThat(Histogram.fromWire(part.toWire())).isEqualTo(part);
    }

    @Test
    void negativeDurationIsRefused() {
        assertThatThrownBy(() -> Histogram.of(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> Histogram.of(1).quantileNanos(1.01)).hasMessageContaining("1.01");
    }

    @Test
    void sumStopsAtItsLargestValueInsteadOfTurningNegative() {
        Histogram large = Histogram.of(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(large.sumNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(large.plus(large).sumNanos()).isEqualTo(Long.MAX_VALUE);
    }

    private static long[] lognormal(Random random, int count, double median, double sigma) {
        return random.doubles(count)
                .map(ignored -> median * Math.exp(sigma * random.nextGaussian()))
                .mapToLong(Math::round)
                .map(value -> Math.max(1_000, value))
                .toArray();
    }

    private static long[] bimodal(Random random, int count) {
        return random.ints(count, 0, 2)
                .mapToLong(mode -> Math.round((mode == 0 ? 5e6 : 900e6) * (1 + random.nextDouble() / 20)))
                .toArray();
    }
}
