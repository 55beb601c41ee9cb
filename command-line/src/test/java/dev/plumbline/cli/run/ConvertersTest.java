package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.cli.time.DurationConverter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {

    @ParameterizedTest
    @CsvSource({
        "250ms, 250",
        "90s, 90000",
        "90, 90000",
        "1.5s, 1500",
        "10m, 600000",
        "2h30m, 9000000",
        "7d, 604800000",
        "10M, 600000"
    })
    void readsTimesAsPeopleWriteThem(String text, long millis) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5s", "5 s", "s", "5x", "99999999d"})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"250ms", "90s", "10m", "2h", "0s"})
    void writesTimesAsItReadsThem(String text) {
        assertThat(DurationConverter.format(new DurationConverter().convert(text)))
                .isEqualTo(text);
    }

    @Test
    void forEverIsASpan() {
        assertThat(new SpanConverter().convert("forever").isForever()).isTrue();
        assertThat(new SpanConverter().convert("5m").limit()).hasValue(Duration.ofMinutes(5));
        assertThatThrownBy(() -> new SpanConverter().convert("eternal")).hasMessageContaining("or forever");
    }

    @ParameterizedTest
    @CsvSource({"512, 512", "64MiB, 67108864", "1GiB, 1073741824", "500MB, 500000000", "2 k, 2048"})
    void readsSizes(String text, long bytes) {
        assertThat(new BytesConverter().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "big", "-1", "1.5GiB", "999999999999999T"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> new BytesConverter().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @CsvSource({"10%, 0.1", "0.1, 0.1", "100%, 1", " 5% , 0.05"})
    void readsShares(String text, double share) {
        assertThat(new ShareConverter().convert(text)).isEqualTo(share);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1%", "ten", "NaN", "Infinity"})
    void refusesWhatIsNoShare(String text) {
        assertThatThrownBy(() -> new ShareConverter().convert(text)).isInstanceOf(TypeConversionException.class);
    }
}
