package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.KolmogorovSmirnov;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.workload.Salt;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several producers, each a process with a clock and a start of its own, that share one load. */
class LoadShareTest {

    private static final long MILLI = 1_000_000;
    private static final long BEGIN_EPOCH_MILLIS = 1_796_126_400_000L;

    private static LoadShares shares(String loadPoint, String share, int producer, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("plumbline.load.share", share);
        return new LoadShares(
                LoadPoint.parse(loadPoint),
                ProducerConfig.of(settings).load(),
                Salt.mixed(Salt.ofStart("producer-" + producer, 1_796_126_000_000L + producer), "arrivals"),
                2);
    }

    /** Wall-clock due times in nanoseconds since an epoch of the test, of all producers and their loops, in order. */
    private static long[] together(String loadPoint, int producers, int each, Map<String, String> more) {
        boolean isCommon = more.containsKey("plumbline.load.begin-at");
        LongStream all = LongStream.empty();
        for (int producer = 0; producer < producers; producer++) {
            // Processes that began at other times, and are ready at others; none of them at a round one.
            long zero = BEGIN_EPOCH_MILLIS - 100_000 - 777L * producer;
            Anchor anchor = Anchor.first(zero);
            long start = isCommon ? anchor.nanosAt(BEGIN_EPOCH_MILLIS) : 100_000 * MILLI + 123_456_789L * producer;
            LoadShares shares = shares(loadPoint, (producer + 1) + "/" + producers, producer, more);
            for (int loop = 0; loop < 2; loop++) {
                FireTimes times = ((LoadPlan.Open) shares.plan(loop, start, anchor)).fireTimes();
                long epochOfStart = (zero - BEGIN_EPOCH_MILLIS) * MILLI + start;
                all = LongStream.concat(
                        all,
                        LongStream.generate(() -> epochOfStart + times.nextDueNanos())
                                .limit(each));
            }
        }
        return all.sorted().toArray();
    }

    /** The middle, where all of them have begun and none is over. */
    private static long[] middle(long[] all) {
        return Arrays.copyOfRange(all, all.length / 10, all.length * 6 / 10);
    }

    @ParameterizedTest
    @CsvSource({"r30-poisson, 3", "r0.7-poisson, 5"})
    void theSumOfPoissonSharesIsThePoissonProcessOfTheWhole(String loadPoint, int producers) {
        long[] all = middle(together(loadPoint, producers, 5_000, Map.of()));
        double perSecond = ((LoadPoint.OpenLoop) LoadPoint.parse(loadPoint)).requestsPerSecond();
        double[] gaps = IntStream.range(1, all.length)
                .mapToDouble(i -> (all[i] - all[i - 1]) / 1e9 * perSecond)
                .toArray();
        assertThat(KolmogorovSmirnov.distance(Arrays.stream(gaps), gap -> -Math.expm1(-gap)))
                .isLessThan(KolmogorovSmirnov.allowed(gaps.length));
        // Counts in spans of five expected requests: dispersion 1, standard error sqrt(2 / n), four of them.
        int[] counts = new int[(int) ((all[all.length - 1] - all[0]) / 1e9 * perSecond / 5)];
        for (long at : all) {
            int slot = (int) ((at - all[0]) / 1e9 * perSecond / 5);
            if (slot < counts.length) {
                counts[slot]++;
            }
        }
        double mean = IntStream.of(counts).average().orElseThrow();
        double variance = IntStream.of(counts)
                .mapToDouble(count -> (count - mean) * (count - mean))
                .average()
                .orElseThrow();
        assertThat(variance / mean)
                .isBetween(1 - 4 * Math.sqrt(2.0 / counts.length), 1 + 4 * Math.sqrt(2.0 / counts.length));
    }

    @ParameterizedTest
    @CsvSource({"r30-constant, 3, 33333333", "r0.7-constant, 5, 1428571428", "r8-constant, 1, 125000000"})
    void theSumOfConstantSharesIsConstantWheneverEachOfThemBegins(String loadPoint, int producers, long gapNanos) {
        long[] all =
                middle(together(loadPoint, producers, 2_000, Map.of("plumbline.load.arrival-pattern", "CONSTANT")));
        for (int i = 1; i < all.length; i++) {
            assertThat(all[i] - all[i - 1]).as("gap %d", i).isBetween(gapNanos - 2, gapNanos + 3);
        }
    }

    /** With a common begin it is the very sequence that one producer would walk alone, whatever its arrivals and shape. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "r30-gamma0.25",
                "r30-poisson",
                "r30-constant",
                "s-square10-50x20s-poisson",
                "s-ramp10-100x60s-constant",
                "s-burst10-50x2s-30s-gamma4"
            })
    void withACommonBeginTheSharesAreOneSequence(String loadPoint) {
        Map<String, String> begin =
                Map.of("plumbline.load.begin-at", "2026-12-01T12:00:00Z", "plumbline.load.warmup-duration", "7s");
        long[] shared = together(loadPoint, 3, 1_000, begin);
        // One of two walks as the other does; a third knows the same begin and no other number.
        long[] otherwise = together(loadPoint, 2, 1_500, begin);
        assertThat(Arrays.copyOf(shared, 2_900)).isEqualTo(Arrays.copyOf(otherwise, 2_900));
        assertThat(shared).isSorted().hasSize(6_000);
    }

    /** A second producer of the same part goes on in the sequence of all, where the first one stopped. */
    @ParameterizedTest
    @ValueSource(strings = {"r30-gamma0.25", "r30-constant", "s-square10-50x20s-poisson", "s-ramp10-100x60s-constant"})
    void whoGoesOnWithAPartSendsWhatIsLeftOfIt(String loadPoint) {
        Map<String, String> begin =
                Map.of("plumbline.load.begin-at", "2026-12-01T12:00:00Z", "plumbline.load.warmup-duration", "7s");
        long goneNanos = 90_300 * MILLI;
        Anchor anchor = Anchor.first(BEGIN_EPOCH_MILLIS - 100_000);
        long start = anchor.nanosAt(BEGIN_EPOCH_MILLIS);
        for (int loop = 0; loop < 2; loop++) {
            FireTimes first =
                    ((LoadPlan.Open) shares(loadPoint, "2/3", 1, begin).plan(loop, start, anchor)).fireTimes();
            FireTimes second = ((LoadPlan.Open) shares(
                                    loadPoint,
                                    "2/3",
                                    9,
                                    Map.of(
                                            "plumbline.load.begin-at",
                                            "2026-12-01T12:00:00Z",
                                            "plumbline.load.goes-on.since",
                                            "2026-12-01T12:00:07Z"))
                            .plan(loop, start + goneNanos, anchor))
                    .fireTimes();
            long[] left = LongStream.generate(first::nextDueNanos)
                    .dropWhile(due -> due < goneNanos)
                    .limit(500)
                    .toArray();
            assertThat(LongStream.generate(second::nextDueNanos)
                            .limit(500)
                            .map(due -> due + goneNanos)
                            .toArray())
                    .isEqualTo(left);
        }
    }

    @Test
    void slotsAreDividedAndNoneIsLost() {
        for (int slots : new int[] {3, 10, 17}) {
            int sum = 0;
            for (int producer = 0; producer < 3; producer++) {
                LoadShares shares = shares("c" + slots, (producer + 1) + "/3", producer, Map.of());
                for (int loop = 0; loop < 2; loop++) {
                    sum += ((LoadPlan.Closed) shares.plan(loop)).slots();
                }
            }
            assertThat(sum).isEqualTo(slots);
        }
    }

    @Test
    void requestsAndTheCapAreDividedAndOrdinalsAreOfAll() {
        long count = 0;
        int cap = 0;
        for (int producer = 1; producer <= 3; producer++) {
            LoadShares shares = shares(
                    "r20-poisson",
                    producer + "/3",
                    producer,
                    Map.of("plumbline.load.request-count", "100", "plumbline.load.max-in-flight", "11"));
            count += shares.course(0).requestCount().getAsLong();
            cap += ((LoadPlan.Open) shares.plan(0)).maxInFlight() + ((LoadPlan.Open) shares.plan(1)).maxInFlight();
        }
        assertThat(count).isEqualTo(100);
        assertThat(cap).isEqualTo(11);
        assertThat(IntStream.range(0, 9)
                        .mapToLong(i -> new LoadShare(i % 3 + 1, 3).ordinalOfAll(i / 3))
                        .toArray())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3/2", "0/2", "2", "a/b", "1/1001", "-1/2"})
    void whatIsNoShareIsRefused(String text) {
        assertThatThrownBy(() -> LoadShare.parse(text)).hasMessageContaining("share");
    }
}
