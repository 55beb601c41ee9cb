package dev.plumbline.contract.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadShapeTest {

    /** Keys stand in stored windows, baselines and runs: each of these must be read for ever. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ramp:10..100/60s; s-ramp10-100x60s-poisson",
                "ramp:0..0.5/1.5s; s-ramp0-0.5x1500ms-constant",
                "exp:1..64/2m; s-exp1-64x120s-gamma0.25",
                "steps:10,20,40@30s; s-steps10-20-40x30s-poisson",
                "square:10,50@20s; s-square10-50x20s-poisson",
                "square:0,50@20s; s-square0-50x20s-poisson",
                "burst:10,50x2s/30s; s-burst10-50x2s-30s-poisson",
                "overload:20x1.5/60s@30s; s-overload20x1.5x60s-30s-constant",
                "adjustable:20; s-adjustable20-poisson",
                "ramp:2..16/60s; s-ramp2-16x60s-slots",
                "overload:8x1.5/60s@30s; s-overload8x1.5x60s-30s-slots",
                "adjustable:8; s-adjustable8-slots",
            })
    void isReadBackFromItsTextAndFromTheKeyOfItsLoad(String text, String key) {
        LoadShape shape = LoadShape.parse(text);
        assertThat(LoadShape.parse(shape.text())).isEqualTo(shape);
        String by = key.substring(key.lastIndexOf('-') + 1);
        LoadPoint point = by.equals("slots")
                ? LoadPoint.ShapedSlots.of(shape)
                : LoadPoint.ShapedRate.of(shape, Arrivals.parse(by));
        assertThat(point.key()).isEqualTo(key);
        assertThat(LoadPoint.parse(key)).isEqualTo(point);
        // A version before shapes keeps it apart by its key.
        assertThat(new LoadPoint.Other(key).key()).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "wave:1,2@3s; is no shape of a load: write ramp:10..100/60s",
                "ramp:10->100/60s; is not how ramp is written, for example ramp:10..100/60s",
                "ramp:10..100/60; is not how ramp is written",
                "ramp:10..0/60s; above 0",
                "exp:0..10/60s; both levels are above 0",
                "steps:1@3s; is not how steps is written",
                "steps:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17@3s; at most 16 levels",
                "square:5,5@3s; the levels differ",
                "burst:1,5x30s/30s; the burst is shorter than its period",
                "overload:20x0.5/60s@30s; the factor is above 1",
                "overload:900000x2/60s@30s; the product at most 1000000",
                "square:1,2000000@3s; a level is 0 or",
                "square:1,2@0s; a span is 1ms to 168h",
                "square:1,2@0.5ms; no whole number of milliseconds",
                "adjustable:0; the level is above 0",
            })
    void saysWhatIsWrongWithAnExample(String text, String words) {
        assertThatThrownBy(() -> LoadShape.parse(text)).hasMessageContaining(words);
    }

    @Test
    void requestsAtATimeAreWholeNumbers() {
        assertThatThrownBy(() -> LoadPoint.ShapedSlots.of(LoadShape.parse("ramp:1..2.5/3s")))
                .hasMessageContaining("whole numbers");
    }

    @Test
    void aShapeOfALaterVersionIsKeptApartByItsKey() {
        for (String key : new String[] {"s-sawtooth10-50x20s-poisson", "s-square5-5x3s-poisson", "s-x"}) {
            assertThat(LoadPoint.parse(key)).isEqualTo(new LoadPoint.Other(key));
        }
    }

    @Test
    void aKeyThatIsTooLongIsRefusedWhereTheShapeIsMade() {
        LoadShape shape = LoadShape.parse(
                "steps:0.123456,1.123456,2.123456,3.123456,4.123456,5.123456,6.123456,7.123456,8.123456,9.123456@30s");
        assertThatThrownBy(() -> LoadPoint.ShapedRate.of(shape, new Arrivals.Poisson()))
                .hasMessageContaining("at most 100 are allowed");
    }

    @Test
    void windowsOfWholePeriodsDoNotDiffer() {
        LoadShape square = LoadShape.parse("square:10,50@5s");
        assertThat(square.periodMillis()).hasValue(10_000);
        assertThat(square.variesBetweenWindowsOf(10_000)).isFalse();
        assertThat(square.variesBetweenWindowsOf(20_000)).isFalse();
        assertThat(square.variesBetweenWindowsOf(15_000)).isTrue();
        assertThat(square.variesBetweenWindowsOf(5_000)).isTrue();
        for (String other : new String[] {"ramp:1..2/5s", "overload:2x2/5s@5s", "adjustable:2", "steps:1,2@5s"}) {
            assertThat(LoadShape.parse(other).variesBetweenWindowsOf(10_000)).isTrue();
        }
    }

    @Test
    void knowsItsLevels() {
        assertThat(LoadShape.parse("overload:20x1.5/60s@30s").highestLevel()).isEqualTo(30);
        assertThat(LoadShape.parse("overload:20x1.5/60s@30s").lastLevel()).hasValue(20.0);
        assertThat(LoadShape.parse("square:50,10@20s").firstLevel()).isEqualTo(50);
        assertThat(LoadShape.parse("square:50,10@20s").lastLevel()).isEmpty();
        assertThat(LoadShape.parse("adjustable:20").highestLevel()).isEqualTo(20);
    }
}
