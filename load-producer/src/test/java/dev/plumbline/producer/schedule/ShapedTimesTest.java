package dev.plumbline.producer.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.series.LoadShape;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Due times of rates that change, held against the rate that was asked for by what they must be under it. */
class ShapedTimesTest {

    private static final double SECOND = 1e9;

    private static RateCurve curve(String shape) {
        return RateCurve.of(LoadShape.parse(shape));
    }

    /** Whoever goes on in the middle goes on along the same curve. */
    @ParameterizedTest
    @CsvSource({
        "ramp:10..100/60s",
        "exp:64..1/60s",
        "'steps:10,20,0,40@9s'",
        "'square:10,50@20s'",
        "'burst:10,50x2s/30s'",
        "overload:20x1.5/60s@30s",
        "adjustable:20"
    })
    void whatIsLeftOfACurveIsTheCurveFromThere(String shape) {
        RateCurve curve = curve(shape);
        assertThat(curve.from(0)).isSameAs(curve);
        for (long gone = 1_700_000_000L; gone < 200 * SECOND; gone += 7_300_000_000L) {
            RateCurve left = curve.from(gone);
            for (long at = 0; at < 90 * SECOND; at += 1_100_000_000L) {
                assertThat(left.perSecondAt(at))
                        .as("%d + %d", gone, at)
                        .isCloseTo(curve.perSecondAt(gone + at), within(1e-6));
                assertThat(left.countAt(at)).isCloseTo(curve.countAt(gone + at) - curve.countAt(gone), within(1e-4));
            }
        }
    }

    /** By summing up in steps of a millisecond, which knows nothing of closed forms. */
    @ParameterizedTest
    @CsvSource({
        "ramp:10..100/60s",
        "ramp:100..10/60s",
        "ramp:0..50/7s",
        "exp:1..64/60s",
        "exp:64..1/60s",
        "'steps:10,20,0,40@9s'",
        "'square:10,50@20s'",
        "'square:0,50@1500ms'",
        "'burst:10,50x2s/30s'",
        "overload:20x1.5/60s@30s",
        "adjustable:20"
    })
    void aCurveAddsUpToItsRatesAndItsInverseIsItsInverse(String shape) {
        RateCurve curve = curve(shape);
        RateCurve delayed = curve.after(5_000_000_000L);
        double sum = 0;
        for (int millis = 0; millis < 200_000; millis++) {
            double at = millis * 1e6;
            if (millis % 997 == 0) {
                assertThat(curve.countAt(at)).as("at %s ms", millis).isCloseTo(sum, within(1e-3 + sum * 1e-4));
                assertThat(delayed.countAt(at + 5 * SECOND))
                        .isCloseTo(5 * curve.perSecondAt(0) + curve.countAt(at), within(1e-6 + sum * 1e-12));
            }
            sum += (curve.perSecondAt(millis * 1_000_000L) + curve.perSecondAt(millis * 1_000_000L + 999_999))
                    / 2
                    / 1_000;
        }
        for (double count = 0.25; count < sum; count += 7.3) {
            assertThat(curve.countAt(curve.nanosAt(count))).isCloseTo(count, within(1e-6));
        }
    }

    /** What is expected between two of them is exponential, whatever the rate does meanwhile: time change. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ramp:10..1000/60s",
                "exp:1..4096/30s",
                "steps:100,0,400,50@9s",
                "square:0,300@3s",
                "burst:20,500x2s/10s",
                "overload:200x3/20s@20s"
            })
    void poissonArrivalsOfAShapeAreAPoissonProcessOfItsRate(String shape) {
        RateCurve curve = curve(shape);
        long seed = 4_713;
        double[] gaps = expectedGaps(FireTimes.poisson(curve, seed), curve, 20_000);

        assertThat(KolmogorovSmirnov.distance(DoubleStream.of(gaps), gap -> -Math.expm1(-gap)))
                .as("seed %d", seed)
                .isLessThan(KolmogorovSmirnov.allowed(gaps.length));
        // Independent of each other: the mean product of neighbours is 1 with a standard error of sqrt(3 / n); five of
        // them.
        assertThat(IntStream.range(0, gaps.length / 2)
                        .mapToDouble(i -> gaps[2 * i] * gaps[2 * i + 1])
                        .average()
                        .orElseThrow())
                .isCloseTo(1, within(5 * Math.sqrt(3.0 / (gaps.length / 2))));
    }

    /** The test above would not pass for another shape: it can fail. */
    @Test
    void arrivalsOfAnotherShapeAreTold() {
        RateCurve asked = curve("ramp:10..100/60s");
        double[] gaps = expectedGaps(FireTimes.poisson(curve("ramp:20..60/60s"), 1), asked, 20_000);

        assertThat(KolmogorovSmirnov.distance(DoubleStream.of(gaps), gap -> -Math.expm1(-gap)))
                .isGreaterThan(KolmogorovSmirnov.allowed(gaps.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ramp:10..100/60s", "exp:1..64/60s", "square:10,50@20s", "burst:10,50x2s/30s"})
    void constantArrivalsOfAShapeAreDueWhenWholeRequestsWereExpected(String shape) {
        RateCurve curve = curve(shape);
        FireTimes times = FireTimes.constant(curve, 0);
        for (int n = 0; n < 5_000; n++) {
            long due = times.nextDueNanos();
            // Half a nanosecond of rounding, at the highest rate of these.
            assertThat(curve.countAt(due)).as("request %d", n).isCloseTo(n, within(1e-6));
        }
    }

    @Test
    void whereNothingIsAskedForNothingIsDue() {
        FireTimes times = FireTimes.constant(curve("square:0,10@20s"), 0);
        for (int n = 0; n < 1_000; n++) {
            double seconds = times.nextDueNanos() / SECOND;
            assertThat(seconds % 40).as("request %d", n).isBetween(20.0, 40.0);
            assertThat(seconds).isCloseTo(n / 200 * 40 + 20 + n % 200 / 10.0, within(1e-8));
        }
    }

    /** Burstiness is that of the gaps in expected requests. */
    @Test
    void gammaArrivalsOfAShapeHaveGapsOfMeanOneAndTheirVariance() {
        RateCurve curve = curve("square:10,50@2s");
        double[] gaps = expectedGaps(FireTimes.gamma(curve, 0.25, 11), curve, 100_000);
        double mean = DoubleStream.of(gaps).average().orElseThrow();
        double variance = DoubleStream.of(gaps)
                .map(gap -> (gap - mean) * (gap - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(1, within(0.04));
        assertThat(variance).isCloseTo(4, within(0.3));
    }

    private static double[] expectedGaps(FireTimes times, RateCurve curve, int count) {
        double[] gaps = new double[count];
        double before = 0;
        for (int i = 0; i < count; i++) {
            double now = curve.countAt(times.nextDueNanos());
            gaps[i] = now - before;
            before = now;
        }
        return gaps;
    }

    /** As three loops walk one sequence and are told of a change, some of them with a due time drawn that lies behind it. */
    @Test
    void aRateThatIsChangedWhileItIsWalkedIsThePoissonProcessOfBothRates() {
        long changeNanos = 100_000_000_000L;
        RateCurve before = RateCurve.constant(5);
        RateCurve after = before.then(changeNanos, RateCurve.constant(200));
        FireTimes[] loops = IntStream.range(0, 3)
                .mapToObj(loop -> FireTimes.share(FireTimes.poisson(before, 77), loop, 3))
                .toArray(FireTimes[]::new);
        FireTimes whole = FireTimes.poisson(after, 77);
        UnaryOperator<RateCurve> change = now -> now.then(changeNanos, RateCurve.constant(200));
        long[] due = new long[3];
        boolean[] isTold = new boolean[3];
        for (int n = 0; n < 20_000; n++) {
            int loop = n % 3;
            due[loop] = loops[loop].nextDueNanos();
            if (!isTold[loop] && due[loop] > changeNanos / 2) {
                isTold[loop] = true;
                long again = loops[loop].retime(change).orElseThrow();
                assertThat(again == due[loop] || (again > changeNanos && due[loop] > changeNanos))
                        .as("what was due before the change stays where it was")
                        .isTrue();
                due[loop] = again;
            }
            assertThat(due[loop]).as("request %d", n).isEqualTo(whole.nextDueNanos());
        }
    }

    @Test
    void timesThatFollowNoRateSayThatNothingChanges() {
        assertThat(FireTimes.spread(3, 1_000, 1).retime(now -> now)).isEqualTo(OptionalLong.empty());
    }

    @Test
    void aRateThatRepeatsIsNotFollowedByAnother() {
        assertThatThrownBy(() -> curve("square:1,2@1s").then(5, RateCurve.constant(1)))
                .hasMessageContaining("repeats");
    }
}
