package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.Outcome.DropReason;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.event.RequestEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RequestRowTest {

    private static final List<String> HEADER = List.of(text(RequestRow.header()).split(",", -1));

    @Test
    void numbersAreDerivedFromStampsAndExact() {
        RequestEvent event = SampleEvents.completed(7, 1_000);

        assertThat(cell(event, "request_id")).isEqualTo("r-7");
        assertThat(cell(event, "outcome")).isEqualTo("completed");
        assertThat(cell(event, "finish_reason")).isEqualTo("stop");
        assertThat(cell(event, "dispatch_lag_ms")).isEqualTo("0.05");
        assertThat(cell(event, "gate_wait_ms")).isEqualTo("0.15");
        assertThat(cell(event, "first_byte_ms")).isEqualTo("58.900001");
        assertThat(cell(event, "ttft_ms")).isEqualTo("60");
        assertThat(cell(event, "tpot_ms")).isEqualTo("6");
        assertThat(cell(event, "e2e_ms")).isEqualTo("78");
        assertThat(cell(event, "response_ms")).isEqualTo("78.2");
        assertThat(cell(event, "total_ms")).isEqualTo("78.9");
        assertThat(cell(event, "output_tokens")).isEqualTo("4");
        assertThat(cell(event, "output_tokens_source")).isEqualTo("CHUNKS");
    }

    @Test
    void whatDidNotHappenIsEmptyAndNotZero() {
        RequestEvent event = SampleEvents.neverSent(1, 1_000, new Outcome.Dropped(DropReason.IN_FLIGHT_CAP));

        assertThat(cell(event, "drop_reason")).isEqualTo("IN_FLIGHT_CAP");
        assertThat(cell(event, "ttft_ms")).isEmpty();
        assertThat(cell(event, "e2e_ms")).isEmpty();
        assertThat(cell(event, "output_tokens")).isEmpty();
    }

    @Test
    void everyOutcomeFillsTheSameColumns() {
        Outcome.Failed failed = new Outcome.Failed(
                FailureKind.REJECTED, OptionalLong.of(503), OptionalLong.of(1_000), Optional.of("busy"));
        for (RequestEvent event : List.of(
                SampleEvents.completed(1, 1),
                SampleEvents.failed(2, 2, failed),
                SampleEvents.neverSent(3, 3, new Outcome.Dropped(DropReason.CIRCUIT_BREAKER)),
                SampleEvents.neverSent(4, 4, new Outcome.Cancelled()),
                SampleEvents.neverSent(5, 5, Outcome.Cancelled.by(OwnLimit.PORTS)))) {
            assertThat(text(RequestRow.of(event)).split(",", -1)).hasSameSizeAs(HEADER.toArray());
        }
        RequestEvent event = SampleEvents.failed(2, 2, failed);
        assertThat(cell(SampleEvents.neverSent(5, 5, Outcome.Cancelled.by(OwnLimit.PORTS)), "drop_reason"))
                .isEqualTo("OWN_PORTS");
        assertThat(cell(event, "failure_kind")).isEqualTo("REJECTED");
        assertThat(cell(event, "http_status")).isEqualTo("503");
        assertThat(cell(event, "retry_after_ms")).isEqualTo("1000");
        assertThat(cell(event, "detail")).isEqualTo("busy");
        assertThat(cell(event, "time_to_failure_ms")).isEqualTo("1");
    }

    @Test
    void textOfAServerIsNeitherAFormulaNorABreakOfTheRow() {
        String row = text(RequestRow.of(SampleEvents.failed(
                2, 2, Outcome.Failed.of(FailureKind.HTTP_5XX, "=HYPERLINK(\"x\",\"y\")\r\nnext, line"))));

        assertThat(row)
                .contains(",\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")  next, line\",")
                .doesNotContain("\n", "\r");
    }

    @Test
    void millisecondsKeepEveryNanosecond() {
        assertThat(millis(0)).isEqualTo("0");
        assertThat(millis(1)).isEqualTo("0.000001");
        assertThat(millis(1_000_000)).isEqualTo("1");
        assertThat(millis(12_345_600)).isEqualTo("12.3456");
        assertThat(millis(-1_500_000)).isEqualTo("-1.5");
        assertThat(millis(Long.MAX_VALUE)).isEqualTo("9223372036854.775807");
    }

    @Test
    void everyColumnIsDocumented() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("plumbline.home"), "docs", "artifacts.md"));

        assertThat(HEADER).allSatisfy(column -> assertThat(page).contains("`" + column.replace("_source", "") + "`"));
    }

    private static String millis(long nanos) {
        StringBuilder to = new StringBuilder();
        RequestRow.appendMillis(to, nanos);
        return to.toString();
    }

    private static String cell(RequestEvent event, String column) {
        return text(RequestRow.of(event)).split(",", -1)[HEADER.indexOf(column)];
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
