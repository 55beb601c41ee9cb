package dev.plumbline.detector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.detector.watch.Reading;
import dev.plumbline.detector.watch.SeriesView;
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
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchCollectorTest {

    private static final long MINUTE_MILLIS = 60_000;

    private final SimulatedSeries series = new SimulatedSeries(7, "c8");
    private final Watch watch =
            new Watch("plumbline.windows.10s.v1", 10_000, new JudgementSettings(30, 0, 0.1, 100, 1, 5, 3, 6));
    private long offset;
    private long lastEndEpochMillis;
    private long nowEpochMillis;

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

    /** The producer was killed: no goodbye, no window. */
    @Test
    void aSeriesWhoseWindowsStoppedIsNotOk() throws IOException {
        feed(1);
        assertThat(value("plumbline_state{", "state=\"ok\"")).isEqualTo(1);
        nowEpochMillis += MINUTE_MILLIS - 1;
        assertThat(value("plumbline_state{", "state=\"ok\"")).isEqualTo(1);
        nowEpochMillis += 1;
        assertThat(value("plumbline_state{", "state=\"ok\"")).isZero();
        assertThat(value("plumbline_state{", "state=\"stale\"")).isEqualTo(1);
        assertThat(value("plumbline_last_window_age_seconds{")).isEqualTo(60);
        assertThat(text())
                .doesNotContain("plumbline_effect_ratio{", "plumbline_current_latency_seconds{")
                .doesNotContain("plumbline_verdict{", "plumbline_coverage_ratio{", "plumbline_evidence{")
                .contains("plumbline_requests_total{");
        series.skipTime(6);
        feed(1);
        assertThat(value("plumbline_state{", "state=\"stale\"")).isZero();
    }

    @Test
    void anIncidentStaysOpenWhenItsWindowsStop() throws IOException {
        assertThat(value("plumbline_incident_open{")).isZero();
        series.tpotFactor(1.3);
        feed(20);
        assertThat(value("plumbline_state{", "state=\"firing\"")).isEqualTo(1);
        nowEpochMillis += 2 * MINUTE_MILLIS;
        assertThat(value("plumbline_state{", "state=\"stale\"")).isEqualTo(1);
        assertThat(value("plumbline_state{", "state=\"firing\"")).isZero();
        assertThat(value("plumbline_incident_open{")).isEqualTo(1);
    }

    @Test
    void aSeriesThatSaidGoodbyeHasEndedAndIsNeverStale() throws IOException {
        series.tpotFactor(1.3);
        feed(20);
        feed(goodbye(series.window()));
        assertThat(value("plumbline_state{", "state=\"ended\"")).isEqualTo(1);
        assertThat(value("plumbline_incident_open{")).isZero();
        assertThat(value("plumbline_alert_transitions_total{", "transition=\"ended\""))
                .isEqualTo(1);
        nowEpochMillis += 100 * MINUTE_MILLIS;
        assertThat(value("plumbline_state{", "state=\"ended\"")).isEqualTo(1);
        assertThat(value("plumbline_state{", "state=\"stale\"")).isZero();
        assertThat(text()).doesNotContain("plumbline_last_window_age_seconds{", "plumbline_effect_ratio{");
    }

    @Test
    void thePageOfStatesTellsTheSame() {
        feed(1);
        SeriesView view = watch.series().getFirst();
        assertThat(SeriesReport.of(view, nowEpochMillis, watch.limits()).state())
                .isEqualTo(SeriesState.OK);
        SeriesReport later = SeriesReport.of(view, nowEpochMillis + MINUTE_MILLIS, watch.limits());
        assertThat(later.state()).isEqualTo(SeriesState.STALE);
        assertThat(later.endedEpochMillis()).isEmpty();
        feed(goodbye(series.window()));
        SeriesReport ended =
                SeriesReport.of(watch.series().getFirst(), nowEpochMillis + 9 * MINUTE_MILLIS, watch.limits());
        assertThat(ended.state()).isEqualTo(SeriesState.ENDED);
        assertThat(ended.endedEpochMillis()).hasValue(lastEndEpochMillis - 1);
    }

    @Test
    void tellsItsBoundsAndHowMuchOfThemIsUsed() throws IOException {
        assertThat(value("plumbline_detector_groups ")).isEqualTo(1);
        assertThat(value("plumbline_detector_groups_limit ")).isEqualTo(1_900);
        assertThat(value("plumbline_detector_state_bytes ")).isBetween(5_000.0, 200_000.0);
        assertThat(value("plumbline_detector_state_limit_bytes ")).isEqualTo(150 << 20);
        assertThat(value("plumbline_detector_series_refused_windows_total ")).isZero();
    }

    @Test
    void tellsWhereACanaryStandsBesideWhatServesInTheSameSeconds() throws IOException {
        SimulatedSeries canary = new SimulatedSeries(8, "c8", "canary");
        canary.skipTime(30);
        canary.tpotFactor(1.4);
        for (int i = 0; i < 20; i++) {
            feed(series.window());
            feed(canary.window());
        }
        nowEpochMillis = lastEndEpochMillis;
        assertThat(value("plumbline_canary_state{", "against=\"stable\"", "state=\"regressed\"", "variant=\"canary\""))
                .isEqualTo(1);
        assertThat(value("plumbline_canary_state{", "state=\"passed\"")).isZero();
        assertThat(value("plumbline_canary_effect_ratio{", "metric=\"tpot\"", "quantile=\"0.5\""))
                .isBetween(1.35, 1.45);
        assertThat(value("plumbline_canary_effect_ratio_low{", "metric=\"tpot\"", "quantile=\"0.5\""))
                .isGreaterThan(1.2);
        assertThat(value("plumbline_canary_effect_ratio_high{", "metric=\"ttft\"", "quantile=\"0.5\""))
                .isLessThan(1.2);
        assertThat(value("plumbline_canary_blocks{")).isBetween(5.0, 7.0);
        assertThat(value("plumbline_canary_visible_effect_ratio{")).isBetween(1.1, 1.3);
        assertThat(value("plumbline_state{", "state=\"firing\"", "variant=\"canary\""))
                .isEqualTo(1);
        assertThat(value("plumbline_incident_open{", "variant=\"canary\"")).isEqualTo(1);
        assertThat(watch.alerts(10)).anySatisfy(alert -> {
            assertThat(alert.summary()).contains("chat@canary", "against stable in the same seconds");
            assertThat(alert.evidence().why()).isPresent();
        });
        SeriesReport report = SeriesReport.of(watch.series().getFirst(), nowEpochMillis, watch.limits());
        assertThat(report.canary().orElseThrow().words()).startsWith("regressed against stable in the same 30 s");
    }

    @Test
    void tellsWhatGrowsAndWhenItWillBeTooMuch() throws IOException {
        assertThat(text()).doesNotContain("plumbline_leak_ratio{");
        double factor = 1;
        while (factor < 1.2 && watch.alerts(1).isEmpty()) {
            factor += 0.1 / 360;
            series.ttftFactor(factor);
            feed(series.window());
        }
        nowEpochMillis = lastEndEpochMillis;
        assertThat(value("plumbline_leak_an_hour_ratio{", "quantity=\"ttft\"")).isBetween(0.05, 0.2);
        assertThat(value("plumbline_leak_ratio{", "quantity=\"ttft\"")).isBetween(0.05, 0.15);
        assertThat(value("plumbline_leak_reaches_timestamp_seconds{", "quantity=\"ttft\""))
                .isBetween(nowEpochMillis / 1e3, nowEpochMillis / 1e3 + 7_200);
        assertThat(value("plumbline_state{", "state=\"leaking\"")).isEqualTo(1);
        assertThat(value("plumbline_incident_open{")).isZero();
    }

    @Test
    void tellsWhereAChangeComesFromWhileAnAlertIsOpen() throws IOException {
        assertThat(text()).doesNotContain("plumbline_cause_ratio{");
        series.tpotFactor(1.3);
        feed(20);
        assertThat(value("plumbline_cause_ratio{", "cause=\"not_attributable\"", "metric=\"tpot\""))
                .isGreaterThan(0.9);
        assertThat(watch.alerts(1).getFirst().summary()).contains("not attributable: the engine does not tell");
    }

    private static WindowRecord goodbye(WindowRecord window) {
        return new WindowRecord(
                window.id(),
                window.revision(),
                window.delta(),
                window.excluded(),
                OptionalLong.of(window.id().endEpochMillis() - 1));
    }

    @Test
    void tellsTheLagOfEachPartition() throws IOException {
        assertThat(value("plumbline_detector_lag_records{", "partition=\"0\"")).isEqualTo(12);
    }

    private void feed(int windows) {
        for (int i = 0; i < windows; i++) {
            feed(series.window());
        }
        nowEpochMillis = Math.max(nowEpochMillis, lastEndEpochMillis);
    }

    private void feed(WindowRecord window) {
        watch.take(0, offset++, Codec.WINDOWS.encode(window));
        lastEndEpochMillis = window.id().endEpochMillis();
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
                watch, () -> Map.of(0, 12L), InstantSource.fixed(Instant.ofEpochMilli(nowEpochMillis))));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ExpositionFormats.init().findWriter("").write(bytes, registry.scrape());
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
