package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0.00 µs",
        "1234, 1.23 µs",
        "999999, 1'000 µs",
        "1000000, 1.00 ms",
        "12345678, 12.3 ms",
        "123456789, 123 ms",
        "1000000000, 1.00 s",
        "59960000000, 60.0 s",
        "1234000000000, 1'234 s",
    })
    void aMeasuredTimeHasThreeDigitsAndTheUnitThatSuitsIt(double nanos, String shown) {
        assertThat(Words.elapsed(nanos)).isEqualTo(shown.replace('\'', ','));
    }

    @Test
    void aForeignTextBecomesOneShortLine() {
        assertThat(Words.oneLine("  a\n\tb\u0007 c ")).isEqualTo("a b c");
        assertThat(Words.oneLine("x".repeat(161))).isEqualTo("x".repeat(160) + "…");
        assertThat(Words.oneLine("")).isEmpty();
    }

    @Test
    void aTimeoutIsWholeSecondsOrMilliseconds() {
        assertThat(Words.duration(Duration.ofSeconds(5))).isEqualTo("5 s");
        assertThat(Words.duration(Duration.ofMillis(250))).isEqualTo("250 ms");
    }

    @Test
    void aLongListIsCutAfterADozen() {
        List<String> names = IntStream.rangeClosed(1, 14).mapToObj(i -> "m" + i).toList();

        assertThat(Words.list(names.subList(0, 12))).endsWith("m11, m12");
        assertThat(Words.list(names)).endsWith("m12 and 2 more");
    }
}
