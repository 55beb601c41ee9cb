package dev.plumbline.judgement.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Over seeds: a line is found where there is one, and in nothing else. */
class LineTest {

    private static final int BLOCKS = 36;
    private static final double HOURS_A_BLOCK = 1 / 12.0;
    private static final int SEEDS = 200;
    /** What grows by less is never told. */
    private static final double LARGE = 0.03;

    private static Optional<Line> line(long seed, double noise, IntToDoubleFunction truth) {
        Random random = new Random(seed);
        double[] x = new double[BLOCKS];
        double[] y = new double[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            x[i] = i * HOURS_A_BLOCK;
            y[i] = truth.applyAsDouble(i) + noise * random.nextGaussian();
        }
        return Line.through(x, y, true, 0.0005);
    }

    private static long found(double noise, IntToDoubleFunction truth) {
        return IntStream.range(0, SEEDS)
                .filter(seed -> line(seed, noise, truth)
                        .filter(line -> line.end() - line.start() > LARGE)
                        .isPresent())
                .count();
    }

    @Test
    void whatClimbsIsFoundWithItsSlopeAndItsBegin() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Optional<Line> line = line(seed, 0.01, block -> Math.max(0, (block - 15) * HOURS_A_BLOCK * 0.10));
            assertThat(line).as("seed %d", seed).isPresent();
            assertThat(line.get().slope()).as("seed %d", seed).isBetween(0.06, 0.14);
            assertThat(line.get().first()).as("seed %d", seed).isBetween(6, 24);
            assertThat(line.get().end()).as("seed %d", seed).isBetween(0.13, 0.21);
        }
    }

    @Test
    void whatDoesNotClimbIsNot() {
        assertThat(found(0.02, block -> 0)).as("nothing").isZero();
        assertThat(found(0.02, block -> block < 20 ? 0 : 0.2)).as("a step").isZero();
        assertThat(found(0.02, block -> block < 33 ? 0 : 0.4))
                .as("a step of late")
                .isZero();
        assertThat(found(0.02, block -> 0.06)).as("a lasting change").isLessThanOrEqualTo(1);
        assertThat(found(0.002, block -> 0.1 * (1 - Math.exp(-block / 3.0))))
                .as("what has warmed up")
                .isZero();
        assertThat(found(0.01, block -> -0.01 * block)).as("what falls").isZero();
    }

    @Test
    void fewNumbersAreNone() {
        double[] x = IntStream.range(0, Line.FEWEST - 1).asDoubleStream().toArray();
        assertThat(Line.through(x, x, false, 0.0005)).isEmpty();
    }
}
