package dev.plumbline.detector.exposition;

import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.LeakFinding.Growth;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.detector.watch.SeriesView;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What is told of a canary beside what serves in the same seconds, of what grows, and of where a change comes from. */
final class BesideMetrics {

    private BesideMetrics() {}

    /** @param views of series whose last verdict is a current one */
    static void addTo(List<MetricSnapshot> all, List<SeriesView> views) {
        all.add(states(views));
        all.add(effect("plumbline_canary_effect_ratio", "Canary / stable in the same seconds", views, Effect::ratio));
        all.add(effect(
                "plumbline_canary_effect_ratio_low",
                "Lower end of the interval that holds at every look with 95 %",
                views,
                Effect::ratioLow));
        all.add(effect(
                "plumbline_canary_effect_ratio_high",
                "Upper end of the interval that holds at every look with 95 %",
                views,
                Effect::ratioHigh));
        all.add(number(
                "plumbline_canary_blocks",
                "Blocks of time in which canary and stable were compared",
                views,
                finding -> Optional.of((double) finding.blocks())));
        all.add(number(
                "plumbline_canary_visible_effect_ratio",
                "Smallest canary / stable that would have been found by now in four of five cases",
                views,
                finding -> finding.smallestVisibleRatio().stream().boxed().findFirst()));
        all.add(leak(
                "plumbline_leak_an_hour_ratio",
                "By how much it grows in an hour: a time to the first token relative to the baseline, else a share",
                views,
                growth -> Optional.of(growth.anHourRatio())));
        all.add(leak(
                "plumbline_leak_ratio",
                "Where what grows has come to: relative change of a time to the first token, else a share",
                views,
                growth -> Optional.of(growth.nowRatio())));
        all.add(leak(
                "plumbline_leak_reaches_timestamp_seconds",
                "When what grows will be too much; no line where it is",
                views,
                growth -> growth.reachesEpochMillis().stream()
                        .mapToObj(millis -> millis / 1e3)
                        .findFirst()));
        all.add(causes(views));
    }

    private static GaugeSnapshot leak(
            String name, String help, List<SeriesView> views, Function<Growth, Optional<Double>> value) {
        return points(
                name,
                help,
                into -> views.forEach(view -> view.verdict().flatMap(VerdictRecord::leak).stream()
                        .flatMap(finding -> finding.growths().stream())
                        .forEach(growth -> value.apply(growth)
                                .ifPresent(number -> into.add(new GaugeDataPointSnapshot(
                                        number,
                                        WatchCollector.labels(view.series())
                                                .merge(Labels.of(
                                                        "quantity",
                                                        growth.quantity().name().toLowerCase(Locale.ROOT))),
                                        null))))));
    }

    private static GaugeSnapshot states(List<SeriesView> views) {
        return points(
                "plumbline_canary_state",
                "1 for where the canary stands beside what serves in the same seconds",
                into -> canaries(views, (view, finding) -> {
                    for (CanaryFinding.State state : CanaryFinding.State.values()) {
                        into.add(new GaugeDataPointSnapshot(
                                finding.state() == state ? 1 : 0,
                                WatchCollector.labels(view.series())
                                        .merge(Labels.of(
                                                "state", state.name().toLowerCase(Locale.ROOT),
                                                "against", finding.stable().orElse(""))),
                                null));
                    }
                }));
    }

    private static GaugeSnapshot effect(
            String name, String help, List<SeriesView> views, ToDoubleFunction<Effect> part) {
        return points(
                name,
                help,
                into -> canaries(
                        views,
                        (view, finding) -> finding.metrics()
                                .forEach(metric -> metric.effect()
                                        .ifPresent(effect -> into.add(new GaugeDataPointSnapshot(
                                                part.applyAsDouble(effect),
                                                WatchCollector.labels(view.series(), metric.metric()),
                                                null))))));
    }

    private static GaugeSnapshot number(
            String name, String help, List<SeriesView> views, Function<CanaryFinding, Optional<Double>> value) {
        return points(
                name,
                help,
                into -> canaries(
                        views,
                        (view, finding) -> value.apply(finding)
                                .ifPresent(number -> into.add(new GaugeDataPointSnapshot(
                                        number, WatchCollector.labels(view.series()), null)))));
    }

    /** Shares of a change that is open; what has no share lies behind another cause and is told as 0. */
    private static GaugeSnapshot causes(List<SeriesView> views) {
        return points(
                "plumbline_cause_ratio",
                "Share of the change of a metric that a cause explains, while an alert is open; 0 for what lies behind another",
                into -> views.forEach(view ->
                        view.verdict().flatMap(VerdictRecord::why).ifPresent(why -> into.addAll(causes(view, why)))));
    }

    private static List<GaugeDataPointSnapshot> causes(SeriesView view, Explanation why) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        for (Explanation.Kind kind : Explanation.Kind.values()) {
            List<Explanation.Cause> named =
                    why.causes().stream().filter(cause -> cause.kind() == kind).toList();
            if (!named.isEmpty()) {
                points.add(new GaugeDataPointSnapshot(
                        named.stream()
                                .mapToDouble(cause -> cause.share().orElse(0))
                                .sum(),
                        WatchCollector.labels(view.series())
                                .merge(Labels.of(
                                        "metric",
                                        why.metric(),
                                        "cause",
                                        kind.name().toLowerCase(Locale.ROOT))),
                        null));
            }
        }
        return points;
    }

    private static void canaries(List<SeriesView> views, BiConsumer<SeriesView, CanaryFinding> told) {
        views.forEach(
                view -> view.verdict().flatMap(VerdictRecord::canary).ifPresent(finding -> told.accept(view, finding)));
    }

    private static GaugeSnapshot points(String name, String help, Consumer<List<GaugeDataPointSnapshot>> filled) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        filled.accept(points);
        return new GaugeSnapshot(new MetricMetadata(name, help), points);
    }
}
