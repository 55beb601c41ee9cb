package dev.plumbline.aggregator.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.aggregator.topology.Progress.IntakeState;
import dev.plumbline.windowing.Tally;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AggregatorMetricsTest {

    private final AggregatorMetrics metrics = new AggregatorMetrics(InstantSource.fixed(Instant.ofEpochMilli(10_000)));

    @Test
    void showsEveryCounterFromTheStart() throws IOException {
        assertThat(text())
                .contains("plumbline_aggregator_records_consumed_total 0.0")
                .contains("plumbline_aggregator_refused_total{reason=\"future\"} 0.0");
    }

    @Test
    void counts() throws IOException {
        metrics.counted(Tally.EVENTS_COUNTED, 3);
        metrics.counted(Tally.EVENTS_COUNTED, 0);
        metrics.counted(Tally.REFUSED_SERIES_LIMIT, 2);

        assertThat(text())
                .contains("plumbline_aggregator_events_counted_total 3.0")
                .contains("plumbline_aggregator_refused_total{reason=\"series_limit\"} 2.0");
    }

    @Test
    void showsHowAPartitionStandsUntilItIsGone() throws IOException {
        metrics.intake(2, new IntakeState(5, 4, 3, OptionalLong.of(8_500)));
        metrics.merge(2, 7);
        assertThat(text())
                .contains("plumbline_aggregator_open_windows{partition=\"2\"} 5.0")
                .contains("plumbline_aggregator_series{partition=\"2\"} 4.0")
                .contains("plumbline_aggregator_live_producers{partition=\"2\"} 3.0")
                .contains("plumbline_aggregator_watermark_lag_seconds{partition=\"2\"} 1.5")
                .contains("plumbline_aggregator_merging_windows{partition=\"2\"} 7.0");

        metrics.intakeGone(2);
        metrics.mergeGone(2);

        assertThat(text()).doesNotContain("partition=\"2\"");
    }

    @Test
    void hasNoLagWithoutAWatermark() throws IOException {
        metrics.intake(0, new IntakeState(0, 0, 0, OptionalLong.empty()));
        metrics.intake(1, new IntakeState(0, 0, 1, OptionalLong.of(0)));

        assertThat(text()).doesNotContain("watermark_lag_seconds{");
    }

    @Test
    void answersInTheFormatThatIsPreferred() throws IOException {
        assertThat(metrics.page(Optional.empty()).contentType()).startsWith("text/plain");
        assertThat(metrics.page(Optional.of("application/openmetrics-text; version=1.0.0"))
                        .contentType())
                .startsWith("application/openmetrics-text");
    }

    private String text() throws IOException {
        return new String(metrics.page(Optional.empty()).body(), StandardCharsets.UTF_8);
    }
}
