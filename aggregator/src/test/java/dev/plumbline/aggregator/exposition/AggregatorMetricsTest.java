package dev.plumbline.aggregator.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.aggregator.topology.Progress.IntakeState;
import dev.plumbline.aggregator.topology.Progress.MergeState;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.windowing.PartitionIntake;
import dev.plumbline.windowing.Tally;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
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
        metrics.intake(
                2,
                new IntakeState(5, 6_000, 4, 3, 1, Optional.of(holder("p1", 8_500)), Optional.of(holder("p2", 1_000))));
        metrics.merge(2, new MergeState(7, 9_000, OptionalLong.of(7_500)));
        assertThat(text())
                .contains("plumbline_aggregator_open_windows{partition=\"2\"} 5.0")
                .contains("plumbline_aggregator_series{partition=\"2\"} 4.0")
                .contains("plumbline_aggregator_live_producers{partition=\"2\"} 3.0")
                .contains("plumbline_aggregator_watermark_lag_seconds{partition=\"2\"} 1.5")
                .contains("plumbline_aggregator_open_bytes{partition=\"2\"} 6000.0")
                .contains("plumbline_aggregator_stalled_producers{partition=\"2\"} 1.0")
                .contains("plumbline_aggregator_holder_lag_seconds{partition=\"2\",producer=\"p1\","
                        + "standing=\"waited_for\",target=\"service\"} 1.5")
                .contains("plumbline_aggregator_holder_lag_seconds{partition=\"2\",producer=\"p2\","
                        + "standing=\"stalled\",target=\"service\"} 9.0")
                .contains("plumbline_aggregator_merging_windows{partition=\"2\"} 7.0")
                .contains("plumbline_aggregator_merging_bytes{partition=\"2\"} 9000.0")
                .contains("plumbline_aggregator_merge_lag_seconds{partition=\"2\"} 2.5");

        metrics.intakeGone(2);
        metrics.mergeGone(2);

        assertThat(text()).doesNotContain("partition=\"2\"");
    }

    @Test
    void hasNoLagWithoutAWatermark() throws IOException {
        metrics.intake(0, new IntakeState(0, 0, 0, 0, 0, Optional.empty(), Optional.empty()));
        metrics.merge(0, new MergeState(0, 0, OptionalLong.empty()));

        assertThat(text())
                .doesNotContain("watermark_lag_seconds{", "holder_lag_seconds{")
                .contains("plumbline_aggregator_merge_lag_seconds{partition=\"0\"} 0.0");
    }

    @Test
    void saysHowMuchOfTheStateIsStillToBeRead() throws IOException {
        StateRestoreListener progress = new RestoreProgress(metrics);
        TopicPartition merge = new TopicPartition("merge-state-changelog", 3);
        TopicPartition intake = new TopicPartition("intake-state-changelog", 3);
        assertThat(text()).contains("plumbline_aggregator_restore_remaining_records 0.0");

        progress.onRestoreStart(merge, "merge-state", 100, 60_100);
        progress.onRestoreStart(intake, "intake-state", 0, 10);
        progress.onBatchRestored(merge, "merge-state", 20_100, 20_000);
        assertThat(text()).contains("plumbline_aggregator_restore_remaining_records 40010.0");

        progress.onRestoreEnd(merge, "merge-state", 60_000);
        progress.onRestoreSuspended(intake, "intake-state", 0);
        assertThat(text()).contains("plumbline_aggregator_restore_remaining_records 0.0");
    }

    @Test
    void saysWhichStateStreamsIsIn() throws IOException {
        metrics.streams(() -> "rebalancing", List.of("running", "rebalancing"));

        assertThat(text())
                .contains("plumbline_aggregator_streams_state{state=\"rebalancing\"} 1.0")
                .contains("plumbline_aggregator_streams_state{state=\"running\"} 0.0");
    }

    private static PartitionIntake.Holder holder(String producerId, long untilEpochMillis) {
        return new PartitionIntake.Holder(
                producerId,
                new ComparisonGroup("service", "model", "chat", LoadPoint.parse("c8"), "default"),
                untilEpochMillis);
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
