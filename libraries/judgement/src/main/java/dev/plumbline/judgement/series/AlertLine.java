package dev.plumbline.judgement.series;

import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An alert in one line for people. */
public final class AlertLine {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private AlertLine() {}

    /** What moved, from when on, and how much evidence there is. */
    public static String of(Series series, List<MetricVerdict> moved, long sinceEpochMillis) {
        String metrics = moved.stream().map(AlertLine::metric).collect(Collectors.joining(", "));
        String evidence = moved.stream()
                .flatMap(verdict -> verdict.evidence().stream())
                .max(Comparator.comparingDouble(Evidence::score))
                .map(strongest ->
                        String.format(Locale.ROOT, "; evidence %.1f of %.1f", strongest.score(), strongest.threshold()))
                .orElse("");
        return name(series) + ": " + metrics + "; since " + TIME.format(Instant.ofEpochMilli(sinceEpochMillis))
                + evidence;
    }

    /** A series for people: {@code chat@canary}. */
    public static String name(Series series) {
        return series.group().scenario() + "@" + series.variant();
    }

    /** Where the change point lies beside a deploy. */
    static String deploy(DeployMarker marker, long sinceEpochMillis) {
        long seconds = Math.floorDiv(sinceEpochMillis - marker.atEpochMillis(), 1_000L);
        String when = seconds <= 0 ? "with" : (seconds < 120 ? seconds + " s" : seconds / 60 + " min") + " after";
        return when + " deploy " + marker.label();
    }

    private static String metric(MetricVerdict verdict) {
        String name = verdict.metric().displayName();
        return verdict.effect()
                .map(effect -> name + " " + value(verdict.metric(), effect.baseline()) + " -> "
                        + value(verdict.metric(), effect.now()) + " (" + change(verdict.metric(), effect) + ")")
                .orElse(name);
    }

    private static String change(JudgedMetric metric, Effect effect) {
        String unit = metric == JudgedMetric.ERROR_RATE ? "points" : "%";
        return String.format(
                Locale.ROOT,
                "%+.0f %s, 95 %% %+.0f..%+.0f %s",
                (effect.ratio() - 1) * 100,
                unit,
                (effect.ratioLow() - 1) * 100,
                (effect.ratioHigh() - 1) * 100,
                unit);
    }

    private static String value(JudgedMetric metric, double value) {
        return switch (metric) {
            case OUTPUT_TOKEN_RATE ->
                String.format(Locale.ROOT, value == 0 || value >= 100 ? "%.0f" : "%.3g", value) + " tokens/s";
            case ACHIEVED_RATIO, ERROR_RATE -> String.format(Locale.ROOT, "%.1f %%", value * 100);
            case TTFT_P50, TTFT_P95, TPOT_P50, TPOT_P95, E2E_P50, E2E_P95 -> duration(value);
        };
    }

    private static String duration(double nanos) {
        if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.0f µs", nanos / 1e3);
        }
        if (nanos < 1e9) {
            return String.format(Locale.ROOT, nanos < 1e8 ? "%.1f ms" : "%.0f ms", nanos / 1e6);
        }
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
