package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DrawsTest {

    private static final long SEED = 20_261_123L;
    private static final int DRAWS = 20_000;

    @Test
    void repeatForOneKeyAndDifferForAnother() {
        assertThat(intervals(Draws.keyOf(SEED, "a"))).isEqualTo(intervals(Draws.keyOf(SEED, "a")));
        assertThat(intervals(Draws.keyOf(SEED, "a"))).isNotEqualTo(intervals(Draws.keyOf(SEED, "b")));
        assertThat(intervals(Draws.keyOf(SEED, "a"))).isNotEqualTo(intervals(Draws.keyOf(SEED + 1, "a")));
        assertThat(intervals(Draws.keyOf(SEED, 0))).isNotEqualTo(intervals(Draws.keyOf(SEED, 1)));
    }

    @Test
    void haveTheStatedMeansAndSpread() {
        OutputSettings output = new OutputSettings(100, 0.3, 1, false);
        TimingSettings timing = new TimingSettings(1, 0, 1, 0.2);
        double meanTokens = LongStream.range(0, DRAWS)
                .mapToInt(i -> new Draws(Draws.keyOf(SEED, i), timing, output).outputTokens())
                .average()
                .orElseThrow();
        double[] prefills = LongStream.range(0, DRAWS)
                .mapToDouble(i -> new Draws(Draws.keyOf(SEED, i), timing, output).prefillJitter())
                .toArray();
        Draws one = new Draws(SEED, timing, output);
        double[] logIntervals = IntStream.range(0, DRAWS)
                .mapToDouble(i -> Math.log(one.nextDecodeJitter()))
                .toArray();

        // Five standard errors each.
        assertThat(meanTokens).as("seed %d", SEED).isCloseTo(100, within(5 * 31 / Math.sqrt(DRAWS)));
        assertThat(mean(prefills)).as("seed %d", SEED).isCloseTo(1, within(5 * 0.21 / Math.sqrt(DRAWS)));
        assertThat(mean(logIntervals)).as("seed %d", SEED).isCloseTo(-0.02, within(5 * 0.2 / Math.sqrt(DRAWS)));
        double variance = DoubleStream.of(logIntervals)
                .map(x -> (x + 0.02) * (x + 0.02))
                .average()
                .orElseThrow();
        assertThat(Math.sqrt(variance)).as("seed %d", SEED).isCloseTo(0.2, within(0.006));
    }

    @Test
    void areExactWithoutSpread() {
        Draws draws = new Draws(SEED, new TimingSettings(1, 0, 1, 0), new OutputSettings(7, 0, 1, false));

        assertThat(draws.outputTokens()).isEqualTo(7);
        assertThat(draws.prefillJitter()).isEqualTo(1.0);
        assertThat(draws.nextDecodeJitter()).isEqualTo(1.0);
    }

    @Test
    void failTheStatedShare() {
        Regressions tenth = Regressions.NONE.with("errorShare", 0.1);
        long failed = LongStream.range(0, DRAWS)
                .filter(i -> draws(Draws.keyOf(SEED, i)).fails(tenth))
                .count();

        assertThat(failed / (double) DRAWS).as("seed %d", SEED).isCloseTo(0.1, within(5 * 0.3 / Math.sqrt(DRAWS)));
        assertThat(draws(SEED).fails(Regressions.NONE)).isFalse();
        assertThat(draws(SEED).fails(Regressions.NONE.with("errorShare", 1))).isTrue();
    }

    @Test
    void placeFailuresAndStallsBetweenTokens() {
        for (long i = 0; i < 1000; i++) {
            Draws draws = draws(Draws.keyOf(SEED, i));
            assertThat(draws.streamErrorAfter(5)).isBetween(1, 4);
            assertThat(draws.stallBefore(5)).isBetween(1, 4);
            assertThat(draws.streamErrorAfter(2)).isEqualTo(1);
            assertThat(draws.streamErrorAfter(1)).isZero();
            assertThat(draws.stallBefore(1)).isEqualTo(1);
        }
    }

    private static Draws draws(long key) {
        return new Draws(key, TimingSettings.DEFAULT, OutputSettings.DEFAULT);
    }

    private static double[] intervals(long key) {
        Draws draws = draws(key);
        return IntStream.range(0, 10).mapToDouble(i -> draws.nextDecodeJitter()).toArray();
    }

    private static double mean(double[] values) {
        return DoubleStream.of(values).average().orElseThrow();
    }
}
