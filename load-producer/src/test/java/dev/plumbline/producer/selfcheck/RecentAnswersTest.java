package dev.plumbline.producer.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class RecentAnswersTest {

    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final RecentAnswers answers = new RecentAnswers();

    @Test
    void ofAnswersThatTakeTheSameItIsAskedHowManyArrivalsWaitForMoreThanATenth() {
        allTake(100);
        assertThat(areMoved(stalls(2, 34 * MILLI))).as("4.8 %% of the time").isFalse();
        assertThat(areMoved(stalls(2, 36 * MILLI))).as("5.2 %% of the time").isTrue();
        assertThat(areMoved(stalls(1, 59 * MILLI))).isFalse();
        assertThat(areMoved(stalls(1, 61 * MILLI))).isTrue();
        assertThat(areMoved(stalls(99, 9_900 * MICRO)))
                .as("all the time, and nobody waits for long")
                .isFalse();
    }

    @Test
    void theMedianIsAskedToo() {
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            answers.add((i % 3 == 0 ? 1_000 : 100) * MILLI);
        }
        assertThat(areMoved(everyTickLateBy(9 * MILLI))).isFalse();
        assertThat(areMoved(everyTickLateBy(11 * MILLI))).isTrue();
    }

    @Test
    void whatIsSpreadMoreIsMovedLessByTheSameStall() {
        spread(100, 0.3);
        assertThat(areMoved(stalls(2, 45 * MILLI))).isFalse();
        allTake(100);
        assertThat(areMoved(stalls(2, 45 * MILLI))).isTrue();
    }

    @Test
    void aFewLongStallsMoveThePercentileOfWhatIsSpreadThoughNotOfWhatIsNot() {
        allTake(20);
        assertThat(areMoved(stalls(1, 49 * MILLI))).isFalse();
        spread(20, 0.3);
        assertThat(areMoved(stalls(1, 49 * MILLI))).isTrue();
    }

    @Test
    void lessThanAMillisecondIsNeverTooMuch() {
        allTake(5);
        assertThat(areMoved(everyTickLateBy(990 * MICRO))).isFalse();
        assertThat(areMoved(everyTickLateBy(1_010 * MICRO))).isTrue();
        assertThat(areMoved(stalls(20, 4 * MILLI))).as("6 %% wait for more").isTrue();
    }

    @Test
    void ofFewAnswersNothingIsSaid() {
        for (int i = 1; i < RecentAnswers.LEAST; i++) {
            answers.add(100 * MILLI);
        }
        Waits waits = stalls(1, 900 * MILLI);
        assertThat(areMoved(waits)).isFalse();
        answers.add(100 * MILLI);
        assertThat(areMoved(waits)).isTrue();
    }

    @Test
    void onlyTheLastAnswersCount() {
        allTake(1_000);
        assertThat(areMoved(stalls(2, 45 * MILLI))).isFalse();
        allTake(100);
        assertThat(areMoved(stalls(2, 45 * MILLI))).isTrue();
    }

    @Test
    void withoutWaitsNothingMovesHoweverAnswersAreSpread() {
        answers.add(1);
        spread(100, 2);
        assertThat(areMoved(new Waits(MILLI))).isFalse();
    }

    /** The rule, from a few ticks and answers, against what many requests that come at any time would measure. */
    @Test
    void whatMovesAMeasuredPercentileByATenthIsAccusedAndWhatDoesNotIsNot() {
        Random random = new Random(20_261_201);
        int accused = 0;
        int innocent = 0;
        for (int round = 0; round < 150; round++) {
            double medianMillis = Math.exp(Math.log(12) + random.nextDouble() * Math.log(40));
            double sigma = random.nextInt(3) * 0.2;
            long stallNanos = (long) ((2 + 60 * random.nextDouble()) * MILLI);
            long periodNanos = stallNanos + (long) ((10 + 600 * random.nextDouble()) * MILLI);
            double worst = effect(medianMillis, sigma, stallNanos, periodNanos, random);
            spread(medianMillis, sigma);
            boolean moved = answers.areMovedBy(ticksBeside(stallNanos, periodNanos), 30 * SECOND, 0.1);
            String what = "round %d: median %.1f ms, sigma %.1f, %.1f ms every %.1f ms: %+.1f %%"
                    .formatted(round, medianMillis, sigma, stallNanos / 1e6, periodNanos / 1e6, worst * 100);
            if (worst > 0.125) {
                accused++;
                assertThat(moved).as(what).isTrue();
            } else if (worst < 0.08) {
                innocent++;
                assertThat(moved).as(what).isFalse();
            }
        }
        assertThat(accused).isGreaterThan(30);
        assertThat(innocent).isGreaterThan(30);
    }

    /** By how much stalls move the median or the p95 of 20,000 answers, whichever more. */
    private static double effect(double medianMillis, double sigma, long stallNanos, long periodNanos, Random random) {
        long[] truth = new long[20_000];
        long[] seen = new long[truth.length];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = (long) (medianMillis * MILLI * Math.exp(sigma * random.nextGaussian()));
            long phase = random.nextLong(periodNanos);
            seen[i] = truth[i] + Math.max(0, stallNanos - phase);
        }
        Arrays.sort(truth);
        Arrays.sort(seen);
        int p95 = truth.length * 95 / 100 - 1;
        int p50 = truth.length / 2 - 1;
        return Math.max((double) seen[p95] / truth[p95], (double) seen[p50] / truth[p50]) - 1;
    }

    /** Half a minute of ticks, due every 10 ms whatever the loop does. */
    private static Waits ticksBeside(long stallNanos, long periodNanos) {
        Waits waits = new Waits(10 * MILLI);
        for (long start = 0; start < 30 * SECOND; start += periodNanos) {
            long end = start + stallNanos;
            long due = Math.ceilDiv(start, 10 * MILLI) * 10 * MILLI;
            waits.add(due, Long.MAX_VALUE, end);
        }
        return waits;
    }

    private boolean areMoved(Waits waits) {
        return answers.areMovedBy(waits, SECOND, 0.1);
    }

    private static Waits stalls(int count, long nanos) {
        Waits waits = new Waits(MILLI);
        for (int i = 0; i < count; i++) {
            waits.add(0, Long.MAX_VALUE, nanos);
        }
        return waits;
    }

    private static Waits everyTickLateBy(long nanos) {
        Waits waits = new Waits(20 * MILLI);
        for (int i = 0; i < 50; i++) {
            waits.add(0, Long.MAX_VALUE, nanos);
        }
        return waits;
    }

    private void allTake(long millis) {
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            answers.add(millis * MILLI);
        }
    }

    /** Lognormal, evenly from its whole range. */
    private void spread(double medianMillis, double sigma) {
        for (int i = 0; i < RecentAnswers.KEPT; i++) {
            double share = (i + 0.5) / RecentAnswers.KEPT;
            answers.add((long) (medianMillis * MILLI * Math.exp(sigma * normal(share))));
        }
    }

    /** The value that a standard normal stays below with a chance, by halving. */
    private static double normal(double chance) {
        DoubleUnaryOperator below = x -> {
            // Abramowitz and Stegun 26.2.17, to 7.5e-8.
            double t = 1 / (1 + 0.2316419 * Math.abs(x));
            double tail = Math.exp(-x * x / 2)
                    / Math.sqrt(2 * Math.PI)
                    * t
                    * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
            return x < 0 ? tail : 1 - tail;
        };
        double low = -9;
        double high = 9;
        while (high - low > 1e-6) {
            double middle = (low + high) / 2;
            if (below.applyAsDouble(middle) < chance) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
