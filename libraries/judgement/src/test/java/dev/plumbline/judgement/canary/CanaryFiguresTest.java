package dev.plumbline.judgement.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.verdict.CanaryFinding.State;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The figures of the documentation: 200 seeds for each with {@code --all}, else 50; 200 requests per window and side, sigma .6, load 3 %. */
class CanaryFiguresTest {

    private static final int SEEDS = Boolean.getBoolean("plumbline.test.all") ? 200 : 50;
    private static final int HOUR = 360;
    private static final int TWENTY_MINUTES = 120;

    @Test
    void noHealthyCanaryOfTwoHundredIsStoppedAndHalfOfThemPassWithinSevenMinutes() {
        for (double node : new double[] {0, 0.01}) {
            int[] passed = new int[SEEDS];
            int aborted = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                CanaryBench bench = CanaryBench.ofPairOnly();
                CanaryWorld world = new CanaryWorld(1_000 + seed, node);
                passed[seed] = bench.untilDecided(world, HOUR);
                for (int windows = passed[seed]; node > 0 && windows < TWENTY_MINUTES; windows++) {
                    bench.take(world.step());
                }
                aborted += bench.ofPair().size();
            }
            assertThat(aborted).isZero();
            assertThat(median(passed))
                    .as("windows of 10 s: %s", quartiles(passed))
                    .isLessThanOrEqualTo(42);
        }
    }

    @Test
    void fifteenPercentAreFoundWithinThirtyWindows() {
        for (double node : new double[] {0, 0.01}) {
            int[] found = new int[SEEDS];
            int passed = 0;
            for (int seed = 0; seed < SEEDS; seed++) {
                CanaryBench bench = CanaryBench.ofPairOnly();
                CanaryWorld world = new CanaryWorld(2_000 + seed, node);
                world.canaryFactor = 1.15;
                found[seed] = bench.untilDecided(world, HOUR);
                passed += bench.finding().state() == State.PASSED ? 1 : 0;
            }
            assertThat(passed).as("seeds in which +15 % passes").isZero();
            assertThat(median(found))
                    .as("windows of 10 s: %s", quartiles(found))
                    .isLessThanOrEqualTo(30);
        }
    }

    private static int median(int[] values) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String quartiles(int[] values) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[0] + " / " + sorted[sorted.length / 4] + " / " + median(values) + " / "
                + sorted[sorted.length * 3 / 4] + " / " + sorted[sorted.length - 1];
    }
}
