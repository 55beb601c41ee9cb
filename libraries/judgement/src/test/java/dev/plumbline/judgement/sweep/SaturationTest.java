package dev.plumbline.judgement.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SaturationTest {

    private static final double[] IN_FLIGHT = {1, 2, 4, 8, 16, 32, 64};

    @Test
    void isExactWithoutNoise() {
        Saturation curve = Saturation.of(points(0.02, 0.001, 0, 1, IN_FLIGHT)).orElseThrow();

        assertThat(curve.knee()).isCloseTo(20, within(1e-6));
        assertThat(curve.ceiling()).isCloseTo(1_000, within(1e-6));
        assertThat(curve.worstMisfit()).isLessThan(1e-9);
    }

    /** The interval is a 95 % one: 400 fits, of which some 20 miss. */
    @Test
    void theIntervalOfTheKneeCoversIt() {
        int covered = 0;
        int near = 0;
        for (long seed = 0; seed < 400; seed++) {
            Saturation curve =
                    Saturation.of(points(0.02, 0.001, 0.01, seed, IN_FLIGHT)).orElseThrow();
            covered += curve.kneeLow() <= 20 && 20 <= curve.kneeHigh() ? 1 : 0;
            near += Math.abs(curve.knee() / 20 - 1) < 0.05 ? 1 : 0;
        }
        assertThat(covered).isBetween(360, 398);
        assertThat(near).isGreaterThan(380);
    }

    @Test
    void saysNothingWhereThroughputStillGrowsAsLoadDoes() {
        assertThat(Saturation.of(points(0.02, 0, 0.01, 3, IN_FLIGHT)).filter(curve -> curve.kneeHigh() < 1_000))
                .isEmpty();
        assertThat(Saturation.of(points(0.02, 0.001, 0, 1, 1, 2, 4))).isEmpty();
        assertThat(Saturation.of(points(0.02, 0.001, 0, 1, 8, 8, 8, 8, 8))).isEmpty();
    }

    private static List<Saturation.Point> points(double a, double b, double noise, long seed, double... inFlight) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Saturation.Point> points = new ArrayList<>();
        for (double n : inFlight) {
            points.add(new Saturation.Point(n, n / (a + b * n) * Math.exp(noise * random.nextGaussian())));
        }
        return points;
    }
}
