package dev.plumbline.producer.phases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstWaveTest {

    @Test
    void whatWasSentBeforeAnythingHadEndedIsOfTheFirstWave() {
        FirstWave wave = new FirstWave();
        assertThat(wave.holds(7)).isTrue();
        wave.over(20);
        wave.over(15);
        wave.over(30);
        assertThat(wave.holds(14)).isTrue();
        assertThat(wave.holds(15)).isFalse();
    }

    /** A closed loop of so many at a time; those of the wave take so many times as long. */
    private static FirstWave wave(int concurrency, double factor, double sigma, long seed, boolean measured) {
        FirstWave wave = new FirstWave();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < concurrency; i++) {
            wave.ended(i, 1_000 + i, 100 * factor * Math.exp(sigma * random.nextGaussian()), measured);
        }
        for (int i = 0; i < 300; i++) {
            wave.ended(1_000 + i, 3_000 + i, 100 * Math.exp(sigma * random.nextGaussian()), true);
        }
        return wave;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void aWaveThatTookLongerIsTold(int concurrency) {
        FirstWave.Cold cold = wave(concurrency, 4, 0.1, 1, false).cold().orElseThrow();
        assertThat(cold.requests()).isEqualTo(concurrency);
        assertThat(cold.p50Nanos() / cold.restP50Nanos()).isCloseTo(4, within(0.8));
        assertThat(cold.measured()).isFalse();
        assertThat(wave(concurrency, 4, 0.1, 1, true).cold().orElseThrow().measured())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void aWaveLikeAnyOtherIsNotCalledCold(int concurrency) {
        int cold = 0;
        for (long seed = 1; seed <= 500; seed++) {
            cold += wave(concurrency, 1, 1, seed, true).cold().isPresent() ? 1 : 0;
        }
        // One in a hundred is allowed: 5 expected at most, and 13 are three standard deviations more.
        assertThat(cold).isLessThanOrEqualTo(13);
    }

    @Test
    void aLittleLongerIsNotCold() {
        assertThat(wave(64, 1.3, 0.05, 1, true).cold()).isEmpty();
    }

    @Test
    void tooFewToCompareWithSayNothing() {
        FirstWave wave = new FirstWave();
        wave.ended(0, 1_000, 1e9, true);
        for (int i = 0; i < 19; i++) {
            wave.ended(1_000 + i, 2_000, 1, true);
        }
        assertThat(wave.cold()).isEmpty();
        wave.ended(1_100, 2_000, 1, true);
        // One of 21 is no less than one in a hundred by chance.
        assertThat(wave.cold()).isEmpty();
    }
}
