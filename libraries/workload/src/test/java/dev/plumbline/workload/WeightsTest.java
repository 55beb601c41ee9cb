package dev.plumbline.workload;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WeightsTest {

    private static long[] drawn(Weights weights) {
        SplittableRandom random = new SplittableRandom(42);
        long[] counts = new long[weights.size()];
        for (int i = 0; i < 20_000; i++) {
            counts[weights.drawn(random)]++;
        }
        return counts;
    }

    @Test
    void eachIsDrawnAsOftenAsItsWeightSays() {
        GoodnessOfFit.assertShares("weights", drawn(Weights.of(3, 1, .5)), new double[] {3, 1, .5});
        GoodnessOfFit.assertShares(
                "Zipf", drawn(Weights.zipf(5, 1.2)), new double[] {1, 0.435275, 0.267581, 0.189465, 0.144956});
        GoodnessOfFit.assertShares("alike", drawn(Weights.zipf(3, 0)), new double[] {1, 1, 1});
        assertThatThrownBy(() ->
                        GoodnessOfFit.assertShares("Zipf", drawn(Weights.zipf(3, 1)), new double[] {1, .6, .3333}))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void whatHasNoWeightIsNeverDrawn() {
        long[] counts = drawn(Weights.of(0, 1, 0, 0, 1, 0));
        org.assertj.core.api.Assertions.assertThat(counts[0] + counts[2] + counts[3] + counts[5])
                .isZero();
    }

    @Test
    void weightsThatComeToNothingAreRefused() {
        assertThatThrownBy(() -> Weights.of(0, 0)).hasMessageContaining("come to nothing");
        assertThatThrownBy(() -> Weights.of(1, -1)).hasMessage("weight -1.0");
    }
}
