package dev.plumbline.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthTest {

    private static final int SAMPLE = 20_000;

    private static double[] drawn(Length length) {
        SplittableRandom random = new SplittableRandom(42);
        return IntStream.range(0, SAMPLE).mapToDouble(i -> length.drawn(random)).toArray();
    }

    private static void assertOf(String written, DoubleUnaryOperator atMost) {
        Length length = Length.parse(written);
        GoodnessOfFit.assertOf(written, drawn(length), at -> at >= length.most() ? 1 : atMost.applyAsDouble(at + 0.5));
    }

    @Test
    void eachDistributionIsWhatItsNameSays() {
        assertOf("200~40", at -> GoodnessOfFit.normal((at - 200) / 40));
        assertOf("lognormal(128,0.6)", at -> GoodnessOfFit.normal(Math.log(at / 128) / 0.6));
        assertOf("lognormal(128,0.6,max=300)", at -> GoodnessOfFit.normal(Math.log(at / 128) / 0.6));
        assertOf("exponential(500)", at -> -Math.expm1(-at / 500));
        assertOf("uniform(50,59)", at -> (at - 49.5) / 10);
        assertOf("p50=120,p90=400,p95=800,p99=2000,max=4000", LengthTest::ofQuantiles);
    }

    /** Straight lines between the stated points, by hand. */
    private static double ofQuantiles(double at) {
        if (at <= 120) {
            return (at - 1) / 119 * .5;
        }
        if (at <= 400) {
            return .5 + (at - 120) / 280 * .4;
        }
        if (at <= 800) {
            return .9 + (at - 400) / 400 * .05;
        }
        return at <= 2000 ? .95 + (at - 800) / 1200 * .04 : .99 + (at - 2000) / 2000 * .01;
    }

    /** Otherwise the tests above would pass whatever is drawn. */
    @Test
    void anotherDistributionIsSeen() {
        assertThatThrownBy(() -> assertOf("lognormal(128,0.6)", at -> GoodnessOfFit.normal(Math.log(at / 128) / 0.65)))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> assertOf("200~40", at -> GoodnessOfFit.normal((at - 203) / 40)))
                .isInstanceOf(AssertionError.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "128; 128",
                "128~32; 256",
                "10~20; 40",
                "lognormal(100,0.5); 739",
                "lognormal(100, 0.5, max=300); 300",
                "exponential(10); 160",
                "Uniform(5,9); 9",
                "p50=10,max=30; 30"
            })
    void nothingIsLongerThanTheMost(String written, long most) {
        Length length = Length.parse(written);
        assertThat(length.most()).isEqualTo(most);
        assertThat(Arrays.stream(drawn(length)).boxed())
                .allSatisfy(each -> assertThat(each).isBetween(1.0, (double) most));
    }

    @Test
    void theLeastOfQuantilesMayBeStated() {
        assertThat(Arrays.stream(drawn(Length.parse("min=90,p50=100,max=110"))).boxed())
                .allSatisfy(each -> assertThat(each).isBetween(90.0, 110.0));
        assertThat(drawn(Length.parseCount("uniform(0,1)"))).contains(0, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"128", "128~32", "lognormal(128,0.6)", "p50=1,max=2"})
    void equalTextsAreEqual(String written) {
        assertThat(Length.parse(written))
                .isEqualTo(Length.parse(" " + written + " "))
                .hasToString(written);
    }

    @Test
    void aPlainNumberWithADeviationIsTheSameAsBothTogether() {
        assertThat(new Length(128, 32)).isEqualTo(Length.parse("128~32"));
        assertThat(Length.of(128)).isEqualTo(Length.parse("128"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "many; 'many' is no whole number up to 1000000",
                "0; it never reaches 1",
                "-5; '-5' is no whole number",
                "1,5; '1,5' is no whole number",
                "2000000; '2000000' is no whole number up to",
                "lognormal(128); lognormal takes a median and a sigma",
                "lognormal(128,x); 'x' is no number",
                "lognormal(128,9); sigma is 0 to 5",
                "lognormal(128,0.6; a ')' is missing",
                "lognormal(128,0.6,1000); '1000' is not max=…",
                "lognormal(128,0.6,max=10); max is below the median",
                "lognormal(1000000,3); cut it with max=…",
                "logistic(1,2); 'logistic' is none of lognormal, exponential, uniform",
                "uniform(9,5); the least is above the most",
                "p50=120,p90=400; it ends with max=…",
                "p90=400,p50=120,max=500; not in order at 'p50=120'",
                "p50=120,p90=100,max=500; 'p90=100' is below the quantile before it",
                "p0=1,max=2; 'p0' is none of p1 to p99.99",
                "q50=1,max=2; 'q50' is none of min, p50",
            })
    void whatIsNoLengthIsToldInOneLine(String written, String problem) {
        assertThatThrownBy(() -> Length.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + written + "' is no length such as 128")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void timesAreWrittenWithAUnit() {
        SplittableRandom random = new SplittableRandom(42);
        Pause pause = Pause.parse("exponential(200ms)");
        double[] seconds = IntStream.range(0, SAMPLE)
                .mapToDouble(i -> pause.drawnNanos(random) / 1e9)
                .toArray();
        GoodnessOfFit.assertOf("think", seconds, at -> -Math.expm1(-at / 0.2));
        assertThat(Pause.parse("2s").drawnNanos(random)).isEqualTo(2_000_000_000L);
        assertThat(Pause.parse("1.5m").mostNanos()).isEqualTo(90_000_000_000L);
        assertThat(Pause.parse("0s~0s").mostNanos()).isZero();
        assertThatThrownBy(() -> Pause.parse("2"))
                .hasMessageContaining("'2' is no time such as 2s")
                .hasMessageContaining("250ms");
        assertThatThrownBy(() -> Pause.parse("48h")).hasMessageContaining("longer than a day");
    }
}
