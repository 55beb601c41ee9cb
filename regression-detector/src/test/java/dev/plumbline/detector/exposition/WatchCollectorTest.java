package dev.plumbline.detector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.wire.Codec;
import dev.plumbline.detector.watch.Reading;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchCollectorTest {

    private final SimulatedSeries series = new SimulatedSeries(7, "c8");
    private final Watch watch =
            new Watch("plumbline.windows.10s.v1", 10_000, new JudgementSettings(30, 0, 0.1, 100, 1, 5, 3, 6));
    private long offset;

    @BeforeEach
    void learn() {
        watch.assign(0, Reading.fromBeginning(0, 0));
        feed(30);
    }

    @Test
    void tellsABaselineAndTheValueHeldAgainstItInBaseUnits() throws IOException {
        series.tpotFactor(1.3);
        feed(20);
        double baseline = value("plumbline_baseline_latency_seconds{", "metric=\"tpot\"", "quantile=\"0.5\"");
        double now = value("plumbline_current_latency_seconds{", "metric=\"tpot\"", "quantile=\"0.5\"");
        assertThat(now / baseline).isBetween(1.25, 1.35);
        assertThat(value("plumbline_effect_ratio{", "metric=\"tpot\"", "quantile=\"0.5\""))
                .isBetween(1.25, 1.35);
        assertThat(baseline).isBetween(0.001, 1.0);
        assertThat(value("plumbline_baseline_output_tokens_per_second{", "metric=\"output_token_rate\""))
                .isPositive();
        assertThat(value("plumbline_baseline_ratio{", "metric=\"error_rate\"")).isBetween(0.0, 1.0);
        assertThat(value("plumbline_threshold_effect_ratio ")).isEqualTo(0.1);
    }

    @Test
    void tellsTheVerdictOfEachMetricWithItsReason() throws IOException {
        series.tpotFactor(1.3);
        feed(20);
        assertThat(value("plumbline_verdict{", "metric=\"tpot\"", "reason=\"\"", "verdict=\"regressed\""))
                .isEqualTo(1);
        assertThat(value("plumbline_verdict{", "metric=\"ttft\"", "quantile=\"0.5\"", "verdict=\"steady\""))
                .isEqualTo(1);
        assertThat(text()).doesNotContain("reason=\"learning\"");
    }

    @Test
    void countsTransitionsOfAlertsFromZero() throws IOException {
        assertThat(value("plumbline_alert_transitions_total{", "transition=\"fired\""))
                .isZero();
        series.tpotFactor(1.3);
        feed(20);
        series.tpotFactor(1);
        feed(30);
        assertThat(value("plumbline_alert_transitions_total{", "transition=\"fired\""))
                .isEqualTo(1);
        assertThat(value("plumbline_alert_transitions_total{", "transition=\"resolved\""))
                .isEqualTo(1);
    }

    @Test
    void tellsTheLagOfEachPartition() throws IOException {
        assertThat(value("plumbline_detector_lag_records{", "partition=\"0\"")).isEqualTo(12);
    }

    private void feed(int windows) {
        for (int i = 0; i < windows; i++) {
            watch.take(0, offset++, Codec.WINDOWS.encode(series.window()));
        }
    }

    /** The value of the first line that begins and continues so. */
    private double value(String begin, String... parts) throws IOException {
        String line = text().lines()
                .filter(each ->
                        each.startsWith(begin) && List.of(parts).stream().allMatch(each::contains))
                .findFirst()
                .orElseThrow(() -> new AssertionError(begin + " " + List.of(parts)));
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private String text() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(new WatchCollector(
                watch, () -> Map.of(0, 12L), InstantSource.fixed(Instant.ofEpochMilli(1_763_860_000_000L))));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ExpositionFormats.init().findWriter("").write(bytes, registry.scrape());
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
