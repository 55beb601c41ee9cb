package dev.plumbline.producer.phases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SteadyTestTest {

    private static final double WITHIN = 0.1;
    private static final int MOST = 20_000;

    /** After how many requests it is called steady; as many as there are when it is not. */
    private static long steadyAfter(LongToDoubleFunction meanOf, double sigma, long seed) {
        return steadyAfter(meanOf, sigma, seed, MOST);
    }

    private static long steadyAfter(LongToDoubleFunction meanOf, double sigma, long seed, long most) {
        SteadyTest test = new SteadyTest(WITHIN);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < most; i++) {
            if (test.add(1e8 * meanOf.applyAsDouble(i) * Math.exp(sigma * random.nextGaussian()))) {
                return test.count();
            }
        }
        return most;
    }

    @ParameterizedTest
    @CsvSource({"0, 128", "0.08, 200", "0.2, 800", "0.5, 6144"})
    void whatDoesNotChangeIsSteadyTheSoonerTheLessItIsNoise(double sigma, long soonEnough) {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(steadyAfter(i -> 1, sigma, seed)).as("seed %d", seed).isLessThanOrEqualTo(soonEnough);
        }
    }

    /** It must not be said while more than a tenth is still to come, beyond what one look in a hundred gets wrong. */
    @ParameterizedTest
    @CsvSource({"0.08, 300", "0.2, 300", "0.2, 1000", "0.5, 1000", "0.5, 3000"})
    void aWarmUpThatGoesOnIsNotSteady(double sigma, double halvesAfter) {
        LongToDoubleFunction warming = i -> 1 + 4 * Math.pow(0.5, i / halvesAfter);
        // From here on what follows is lower by no more than a tenth, and whatever is said is right.
        long warm = LongStream.range(0, MOST)
                .filter(i -> warming.applyAsDouble(i) <= 1.1)
                .findFirst()
                .orElse(MOST);
        long tooSoon = IntStream.rangeClosed(1, 200)
                .filter(seed -> steadyAfter(warming, sigma, seed, warm) < warm)
                .count();
        assertThat(tooSoon).as("of 200 warm-ups called steady too soon").isLessThanOrEqualTo(10);
    }

    @Test
    void aJumpIsNotOverlooked() {
        for (long seed = 1; seed <= 50; seed++) {
            // A tenth at every block: never steady.
            assertThat(steadyAfter(i -> Math.pow(1.2, i / 96.0), 0.05, seed)).isEqualTo(MOST);
        }
    }

    /** So much noise, and no shift that counts could be told from it. */
    @Test
    void whatIsTooNoisyToTellIsNotSteady() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(steadyAfter(i -> 1, 2, seed)).isEqualTo(MOST);
        }
    }

    @Test
    void aToleranceIsAShare() {
        assertThatThrownBy(() -> new SteadyTest(0)).hasMessageContaining("tolerance");
        assertThatThrownBy(() -> new SteadyTest(Double.NaN)).hasMessageContaining("tolerance");
    }
}
