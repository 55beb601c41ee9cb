package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AxisTest {

    @Test
    void ticksAreRoundAndHoldTheHighestValue() {
        assertThat(Axis.fromZero(0).ticks()).startsWith(0.0).hasSizeGreaterThan(1);
        assertThat(Axis.fromZero(87).ticks()).containsExactly(0.0, 20.0, 40.0, 60.0, 80.0, 100.0);
        assertThat(Axis.logarithmic(3, 900).ticks())
                .isSubsetOf(3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 300.0, 500.0);
    }

    @Test
    void anyRangeGivesAnAxisThatHoldsIt() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 5_000; i++) {
            double a = Math.pow(10, random.nextDouble(-6, 9));
            double b = i % 5 == 0 ? a : a * Math.pow(10, random.nextDouble(0, 7));
            for (Axis axis : new Axis[] {Axis.fromZero(b), Axis.logarithmic(a, b)}) {
                assertThat(axis.low()).isLessThanOrEqualTo(a);
                assertThat(axis.high()).isGreaterThanOrEqualTo(b * (1 - 1e-9));
                assertThat(axis.ticks()).hasSizeBetween(2, 7).isSorted();
                assertThat(axis.at(axis.low())).isZero();
                assertThat(axis.at(axis.high())).isEqualTo(1);
            }
        }
    }

    @Test
    void labelsAreShort() {
        assertThat(Axis.label(0)).isEqualTo("0");
        assertThat(Axis.label(0.30000000000000004)).isEqualTo("0.3");
        assertThat(Axis.label(1_250)).isEqualTo("1250");
        assertThat(Axis.label(20_000)).isEqualTo("20000");
    }
}
