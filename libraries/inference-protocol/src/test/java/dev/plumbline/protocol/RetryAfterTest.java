package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

    private static final String NOW = "Sun, 29 Nov 2026 11:59:30 GMT";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | 2000",
                "0.05 | 50",
                "Sun, 29 Nov 2026 12:00:00 GMT | 30000",
                "Sunday, 29-Nov-26 12:00:00 GMT | 30000",
                "Sun Nov 29 12:00:00 2026 | 30000",
                "Tue, 1 Dec 2026 11:59:30 GMT | 172800000",
                "Sun, 29 Nov 2026 11:00:00 GMT | 0"
            })
    void isSecondsOrADateAfterThatOfTheAnswer(String header, long millis) {
        assertThat(RetryAfter.millis(Optional.of(header), Optional.of(NOW))).hasValue(millis);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"soon", "-1", "1e12", "NaN", "Sun, 31 Feb 2026 12:00:00 GMT", "''"})
    void whatIsNeitherAsksForNothing(String header) {
        assertThat(RetryAfter.millis(Optional.of(header), Optional.of(NOW))).isEqualTo(OptionalLong.empty());
    }

    @Test
    void aDateSaysNothingWithoutTheServersOwn() {
        assertThat(RetryAfter.millis(Optional.of(NOW), Optional.empty())).isEmpty();
        assertThat(RetryAfter.millis(Optional.of(NOW), Optional.of("today"))).isEmpty();
        assertThat(RetryAfter.millis(Optional.empty(), Optional.of(NOW))).isEmpty();
    }
}
