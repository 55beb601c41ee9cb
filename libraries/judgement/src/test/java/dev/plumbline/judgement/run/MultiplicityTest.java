package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiplicityTest {

    @Test
    void aRunOfOneSeriesTestsEachMetricAtOnePercentWhateverTheOthersShow() {
        assertThat(Multiplicity.level(List.of(), 1)).isEqualTo(0.01);
        assertThat(Multiplicity.level(List.of(0.5, 0.9), 1)).isEqualTo(0.01);
        assertThat(Multiplicity.level(List.of(1e-9, 1e-8, 0.002, 0.3, 0.4, 0.5), 1))
                .isEqualTo(0.01);
    }

    @Test
    void withSeveralSeriesTheFirstTestTakesAsMuchMoreAsThereAreSeries() {
        assertThat(Multiplicity.level(Collections.nCopies(18, 0.5), 3)).isCloseTo(0.01 / 3, within(1e-15));
        assertThat(Multiplicity.level(List.of(), 20)).isCloseTo(0.0005, within(1e-15));
    }

    @Test
    void whatWasCalledMakesItEasierForTheNext() {
        List<Double> two = List.of(0.001, 0.0034, 0.5, 0.6);
        assertThat(Multiplicity.level(two, 3))
                .as("0.0034 is below 6 %% of 17, not of 18")
                .isCloseTo(0.06 / 16, within(1e-15));
        assertThat(Multiplicity.level(List.of(0.0034, 0.5), 3)).isCloseTo(0.06 / 18, within(1e-15));
    }

    @Test
    void noTestIsHeldToMoreThanOnePercent() {
        assertThat(Multiplicity.level(Collections.nCopies(18, 1e-9), 3)).isEqualTo(0.01);
    }
}
