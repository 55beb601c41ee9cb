package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void durationsChooseTheirUnit() {
        assertThat(Figures.duration(950)).isEqualTo("0.95 µs");
        assertThat(Figures.duration(6_120_000)).isEqualTo("6.12 ms");
        assertThat(Figures.duration(61_240_000)).isEqualTo("61.2 ms");
        assertThat(Figures.duration(1_500_000_000.0)).isEqualTo("1.50 s");
    }

    @Test
    void nothingIsADashAndNotAZero() {
        assertThat(Figures.millis(OptionalLong.empty())).isEqualTo("-");
        assertThat(Figures.millis(OptionalLong.of(0))).isEqualTo("0.00");
    }

    @Test
    void changesCarryTheirSign() {
        assertThat(Figures.change(1.2)).isEqualTo("+20.0 %");
        assertThat(Figures.change(0.833)).isEqualTo("-16.7 %");
        assertThat(Figures.change(1)).isEqualTo("+0.0 %");
    }

    @Test
    void largeNumbersAreNeverInScientificForm() {
        assertThat(Figures.significant(12_345_678)).isEqualTo("12,345,678");
        assertThat(Figures.significant(999.4)).isEqualTo("999");
        assertThat(Figures.significant(-0.5)).isEqualTo("-0.50");
        assertThat(Figures.count(1_234)).isEqualTo("1,234");
    }

    @Test
    void whatIsSmallIsNotNothing() {
        assertThat(Figures.significant(0.12)).isEqualTo("0.12");
        assertThat(Figures.significant(0.0456)).isEqualTo("0.0456");
        assertThat(Figures.significant(0.004)).isEqualTo("0.00400");
        assertThat(Figures.significant(1e-30)).isEqualTo("0.000000000");
        assertThat(Figures.significant(0)).isEqualTo("0.00");
    }

    @Test
    void timesAreUtc() {
        assertThat(Figures.clock(0)).isEqualTo("00:00:00Z");
        assertThat(Figures.seconds(13_249)).isEqualTo("13.2 s");
    }
}
