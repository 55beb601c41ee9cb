package dev.plumbline.detector.exposition;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.detector.watch.DeployPlace;
import dev.plumbline.detector.watch.SeriesView;
import dev.plumbline.detector.watch.Tally;
import dev.plumbline.detector.watch.Watch;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Everything that Prometheus is told, made at each scrape from what is known; any thread. */
final class WatchCollector implements MultiCollector {

    private static final List<LatencyMetric> SHOWN = List.of(
            LatencyMetric.TTFT, LatencyMetric.TPOT, LatencyMetric.ITL, LatencyMetric.E2E, LatencyMetric.RESPONSE);

    private final Watch watch;
    private final Supplier<Map<Integer, Long>> lagRecords;
    private final InstantSource clock;
    private final long startedEpochMillis;

    /** @param lagRecords by partition of the windows topic, how many records wait */
    WatchCollector(Watch watch, Supplier<Map<Integer, Long>> lagRecords, InstantSource clock) {
        this.watch = watch;
        this.lagRecords = lagRecords;
        this.clock = clock;
        this.startedEpochMillis = clock.millis();
    }

    @Override
    public MetricSnapshots collect() {
        List<SeriesView> views = watch.series();
        long now = clock.millis();
        // A value of long ago under the name of a current one would be read as one.
        List<SeriesView> current = views.stream()
                .filter(view -> view.isCurrent(now, watch.limits()))
                .toList();
        List<MetricSnapshot> all = new ArrayList<>();
        SHOWN.forEach(metric -> all.add(latency(metric, views)));
        all.add(requests(views));
        all.add(outputTokens(views));
        all.add(deploys(views));
        perMetric(all, current);
        values(all, current);
        all.add(verdicts(current));
        all.add(seriesGauge(
                "plumbline_coverage_ratio",
                "Load of the last window that healthy producers offered",
                current,
                VerdictRecord::coverage));
        perSeries(all, views, now);
        bounds(all);
        all.add(transitions(views));
        all.add(lag());
        all.add(new GaugeSnapshot(
                new MetricMetadata(
                        "plumbline_threshold_effect_ratio",
                        "Relative change that counts as a regression, 0.1 for 10 %"),
                List.of(new GaugeDataPointSnapshot(watch.thresholdEffect(), Labels.EMPTY, null))));
        for (Tally tally : Tally.values()) {
            all.add(new CounterSnapshot(
                    new MetricMetadata("plumbline_detector_" + tally.label(), tally.help()),
                    List.of(new CounterDataPointSnapshot(
                            watch.counted(tally), Labels.EMPTY, null, startedEpochMillis))));
        }
        return new MetricSnapshots(all);
    }

    private HistogramSnapshot latency(LatencyMetric metric, List<SeriesView> views) {
        List<HistogramDataPointSnapshot> points = views.stream()
                .filter(view -> !view.totals().latency(metric).isEmpty())
                .map(view -> LatencyPoints.of(view.totals().latency(metric), labels(view.series()), startedEpochMillis))
                .toList();
        return new HistogramSnapshot(
                new MetricMetadata(
                        "plumbline_" + metric.label() + "_seconds",
                        "Completed requests: " + metric.label(),
                        Unit.SECONDS),
                points);
    }

    private CounterSnapshot requests(List<SeriesView> views) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (SeriesView view : views) {
            RequestCounts counts = view.totals().requests();
            points.add(request(view, "completed", "", counts.completed()));
            points.add(request(view, "dropped", "", counts.dropped()));
            points.add(request(view, "cancelled", "", counts.cancelled()));
            for (Map.Entry<FailureKind, Long> failed : counts.failed().entrySet()) {
                points.add(request(view, "failed", failed.getKey().name().toLowerCase(Locale.ROOT), failed.getValue()));
            }
        }
        return new CounterSnapshot(
                new MetricMetadata("plumbline_requests", "Ended requests by outcome and kind of failure"), points);
    }

    private CounterDataPointSnapshot request(SeriesView view, String outcome, String kind, long count) {
        Labels labels = labels(view.series()).merge(Labels.of("outcome", outcome, "kind", kind));
        return new CounterDataPointSnapshot(count, labels, null, startedEpochMillis);
    }

    private CounterSnapshot outputTokens(List<SeriesView> views) {
        return new CounterSnapshot(
                new MetricMetadata("plumbline_output_tokens", "Output tokens of completed requests"),
                views.stream()
                        .map(view -> new CounterDataPointSnapshot(
                                Math.max(0, view.totals().tokens().output()),
                                labels(view.series()),
                                null,
                                startedEpochMillis))
                        .toList());
    }

    /** Known series start at 0: of a counter that appears with its first deploy, Prometheus sees no increase. */
    private CounterSnapshot deploys(List<SeriesView> views) {
        Map<DeployPlace, Long> counts = new HashMap<>();
        watch.deployCounts().ifPresent(read -> {
            counts.putAll(read);
            counts.putIfAbsent(new DeployPlace("", ""), 0L);
            for (SeriesView view : views) {
                String target = view.series().group().target();
                String variant = view.series().variant();
                counts.putIfAbsent(new DeployPlace(target, ""), 0L);
                counts.putIfAbsent(new DeployPlace("", variant), 0L);
                counts.putIfAbsent(new DeployPlace(target, variant), 0L);
            }
        });
        return new CounterSnapshot(
                new MetricMetadata(
                        "plumbline_deploys", "Deploys that were marked; an empty label is a marker that speaks of all"),
                counts.entrySet().stream()
                        .map(count -> new CounterDataPointSnapshot(
                                count.getValue(),
                                Labels.of(
                                        "target", count.getKey().target(),
                                        "variant", count.getKey().variant()),
                                null,
                                startedEpochMillis))
                        .toList());
    }

    private static void perMetric(List<MetricSnapshot> all, List<SeriesView> views) {
        all.add(gauge(
                "plumbline_effect_ratio",
                "Now / baseline; for the error rate one plus the difference",
                views,
                verdict -> verdict.effect().map(effect -> effect.ratio())));
        all.add(gauge(
                "plumbline_effect_ratio_low",
                "Lower end of the 95 % interval",
                views,
                verdict -> verdict.effect().map(effect -> effect.ratioLow())));
        all.add(gauge(
                "plumbline_effect_ratio_high",
                "Upper end of the 95 % interval",
                views,
                verdict -> verdict.effect().map(effect -> effect.ratioHigh())));
        all.add(gauge(
                "plumbline_evidence",
                "Evidence of a change for the worse",
                views,
                verdict -> verdict.evidence().map(evidence -> evidence.score())));
        all.add(gauge(
                "plumbline_threshold",
                "Evidence that is enough",
                views,
                verdict -> verdict.evidence().map(evidence -> evidence.threshold())));
        all.add(gauge(
                "plumbline_noise_factor",
                "0 to 1: how much of each window's evidence counts",
                views,
                verdict -> verdict.evidence().map(evidence -> evidence.noiseFactor())));
    }

    /** Baseline and current value of each metric, a name per unit. */
    private static void values(List<MetricSnapshot> all, List<SeriesView> views) {
        for (Value value : Value.values()) {
            all.add(gauge(
                    "plumbline_baseline_" + value.suffix,
                    "What the metric was while the baseline was learned",
                    views,
                    verdict -> value.of(verdict, Effect::baseline)));
            all.add(gauge(
                    "plumbline_current_" + value.suffix,
                    "What the metric is: since the change point of an episode, else over the last windows",
                    views,
                    verdict -> value.of(verdict, Effect::now)));
        }
    }

    /** The unit that a metric's values are told in. */
    private enum Value {
        LATENCY("latency_seconds", 1e-9),
        OUTPUT_TOKEN_RATE("output_tokens_per_second", 1),
        SHARE("ratio", 1);

        private final String suffix;
        private final double factor;

        Value(String suffix, double factor) {
            this.suffix = suffix;
            this.factor = factor;
        }

        Optional<Double> of(MetricVerdict verdict, ToDoubleFunction<Effect> part) {
            return ofMetric(verdict.metric()) == this
                    ? verdict.effect().map(effect -> part.applyAsDouble(effect) * factor)
                    : Optional.empty();
        }

        private static Value ofMetric(JudgedMetric metric) {
            return switch (metric) {
                case TTFT_P50, TTFT_P95, TPOT_P50, TPOT_P95, E2E_P50, E2E_P95 -> LATENCY;
                case OUTPUT_TOKEN_RATE -> OUTPUT_TOKEN_RATE;
                case ACHIEVED_RATIO, ERROR_RATE -> SHARE;
            };
        }
    }

    private static GaugeSnapshot verdicts(List<SeriesView> views) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        for (SeriesView view : views) {
            view.verdict()
                    .ifPresent(record -> record.metrics().forEach(metric -> {
                        Labels said = switch (metric.verdict()) {
                            case Verdict.Steady unused -> said("steady", "");
                            case Verdict.Regressed unused -> said("regressed", "");
                            case Verdict.Improved unused -> said("improved", "");
                            case Verdict.Inconclusive cannotTell ->
                                said("inconclusive", cannotTell.reason().name().toLowerCase(Locale.ROOT));
                        };
                        points.add(new GaugeDataPointSnapshot(
                                1, labels(view.series(), metric).merge(said), null));
                    }));
        }
        return new GaugeSnapshot(
                new MetricMetadata(
                        "plumbline_verdict", "1 for what is said of a metric, with the reason where it cannot be told"),
                points);
    }

    private static Labels said(String verdict, String reason) {
        return Labels.of("verdict", verdict, "reason", reason);
    }

    private CounterSnapshot transitions(List<SeriesView> views) {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (SeriesView view : views) {
            for (AlertRecord.Transition transition : AlertRecord.Transition.values()) {
                points.add(new CounterDataPointSnapshot(
                        view.transitions().getOrDefault(transition, 0L),
                        labels(view.series())
                                .merge(Labels.of("transition", transition.name().toLowerCase(Locale.ROOT))),
                        null,
                        startedEpochMillis));
            }
        }
        return new CounterSnapshot(
                new MetricMetadata(
                        "plumbline_alert_transitions", "Alerts published since this start, by what happened to them"),
                points);
    }

    private GaugeSnapshot lag() {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        lagRecords
                .get()
                .forEach((partition, lag) -> points.add(
                        new GaugeDataPointSnapshot(lag, Labels.of("partition", String.valueOf(partition)), null)));
        return new GaugeSnapshot(
                new MetricMetadata(
                        "plumbline_detector_lag_records", "Records of the windows topic that wait to be judged"),
                points);
    }

    private void perSeries(List<MetricSnapshot> all, List<SeriesView> views, long now) {
        List<GaugeDataPointSnapshot> states = new ArrayList<>();
        for (SeriesView view : views) {
            view.state(now, watch.limits()).ifPresent(is -> {
                for (SeriesState state : SeriesState.values()) {
                    states.add(new GaugeDataPointSnapshot(
                            is == state ? 1 : 0,
                            labels(view.series())
                                    .merge(Labels.of("state", state.name().toLowerCase(Locale.ROOT))),
                            null));
                }
            });
        }
        all.add(new GaugeSnapshot(new MetricMetadata("plumbline_state", "1 for the state of the series"), states));
        all.add(new GaugeSnapshot(
                new MetricMetadata(
                        "plumbline_incident_open", "1 while an alert of the series is open, whatever its state"),
                views.stream()
                        .filter(view -> view.verdict().isPresent())
                        .map(view ->
                                new GaugeDataPointSnapshot(view.isIncidentOpen() ? 1 : 0, labels(view.series()), null))
                        .toList()));
        decided(all, views, now);
        List<SeriesView> awaited = views.stream()
                .filter(view -> view.state(now, watch.limits())
                        .filter(state -> state != SeriesState.ENDED)
                        .isPresent())
                .toList();
        all.add(seriesGauge(
                "plumbline_last_window_age_seconds",
                "Time since the end of the last judged window of a series that has not ended",
                awaited,
                verdict -> (now - verdict.window().endEpochMillis()) / 1e3));
        List<GaugeDataPointSnapshot> ages = new ArrayList<>();
        for (SeriesView view : awaited) {
            Optional<BaselineRecord> baseline = view.baseline();
            baseline.ifPresent(known -> ages.add(new GaugeDataPointSnapshot(
                    (now - known.learned().untilEpochMillis()) / 1e3, labels(view.series()), null)));
        }
        all.add(new GaugeSnapshot(
                new MetricMetadata("plumbline_baseline_age_seconds", "Time since the last window of the baseline"),
                ages));
    }

    /** What people decided, and what a series is held against; they make no state another. */
    private static void decided(List<MetricSnapshot> all, List<SeriesView> views, long now) {
        all.add(decision(
                "plumbline_incident_acknowledged",
                "1 while somebody takes care of the open alert of the series",
                views.stream().filter(view -> view.openElsewhere().isEmpty()).toList(),
                now,
                decided -> decided.acknowledged()));
        all.add(decision(
                "plumbline_muted",
                "1 while nobody is to be called for the series",
                views,
                now,
                decided -> decided.muted()));
        List<GaugeDataPointSnapshot> decisions = new ArrayList<>();
        List<GaugeDataPointSnapshot> baselines = new ArrayList<>();
        for (SeriesView view : views) {
            Optional<Decided> decided = view.verdict().flatMap(VerdictRecord::decided);
            decided.flatMap(Decided::acknowledged)
                    .filter(decision -> decision.holdsAt(now))
                    .ifPresent(decision -> decisions.add(told(view.series(), "acknowledged", decision)));
            decided.flatMap(Decided::muted)
                    .filter(decision -> decision.holdsAt(now))
                    .ifPresent(decision -> decisions.add(told(view.series(), "muted", decision)));
            decided.flatMap(Decided::baseline)
                    .ifPresent(decision -> decisions.add(told(view.series(), "baseline", decision)));
            view.baseline()
                    .ifPresent(baseline -> baselines.add(new GaugeDataPointSnapshot(
                            1,
                            labels(view.series())
                                    .merge(Labels.of(
                                            "baseline", baseline.baselineId(),
                                            "kind", baseline.kind().name().toLowerCase(Locale.ROOT),
                                            "grade", baseline.grade().name())),
                            null)));
        }
        all.add(new GaugeSnapshot(
                new MetricMetadata(
                        "plumbline_decision_info",
                        "1 for what a person decided about a series: acknowledged, muted, or its baseline; who and why"),
                decisions));
        all.add(new GaugeSnapshot(
                new MetricMetadata(
                        "plumbline_baseline_info", "1 for the baseline that a series is held against: kind and grade"),
                baselines));
    }

    private static GaugeDataPointSnapshot told(Series series, String what, Decision decision) {
        return new GaugeDataPointSnapshot(
                1,
                labels(series).merge(Labels.of("decision", what, "who", decision.who(), "why", decision.why())),
                null);
    }

    private static GaugeSnapshot decision(
            String name, String help, List<SeriesView> views, long now, Function<Decided, Optional<Decision>> part) {
        return new GaugeSnapshot(
                new MetricMetadata(name, help),
                views.stream()
                        .filter(view -> view.verdict().isPresent())
                        .map(view -> new GaugeDataPointSnapshot(
                                view.verdict()
                                                .flatMap(VerdictRecord::decided)
                                                .flatMap(part)
                                                .filter(decision -> decision.holdsAt(now))
                                                .isPresent()
                                        ? 1
                                        : 0,
                                labels(view.series()),
                                null))
                        .toList());
    }

    private void bounds(List<MetricSnapshot> all) {
        all.add(number("plumbline_detector_groups", "Comparison groups that are watched", watch.groups()));
        all.add(number(
                "plumbline_detector_groups_limit",
                "Groups from which on no further one is taken up",
                watch.limits().groups()));
        all.add(number("plumbline_detector_state_bytes", "What the state of all groups takes", watch.stateBytes()));
        all.add(number(
                "plumbline_detector_state_limit_bytes",
                "State from which on no further group or variant is taken up",
                watch.limits().stateBytes()));
    }

    private static GaugeSnapshot number(String name, String help, double value) {
        return new GaugeSnapshot(
                new MetricMetadata(name, help), List.of(new GaugeDataPointSnapshot(value, Labels.EMPTY, null)));
    }

    private static GaugeSnapshot gauge(
            String name, String help, List<SeriesView> views, Function<MetricVerdict, Optional<Double>> value) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        for (SeriesView view : views) {
            view.verdict()
                    .ifPresent(verdict -> verdict.metrics()
                            .forEach(metric -> value.apply(metric)
                                    .ifPresent(number -> points.add(
                                            new GaugeDataPointSnapshot(number, labels(view.series(), metric), null)))));
        }
        return new GaugeSnapshot(new MetricMetadata(name, help), points);
    }

    private static GaugeSnapshot seriesGauge(
            String name, String help, List<SeriesView> views, ToDoubleFunction<VerdictRecord> value) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>();
        for (SeriesView view : views) {
            view.verdict()
                    .ifPresent(verdict -> points.add(
                            new GaugeDataPointSnapshot(value.applyAsDouble(verdict), labels(view.series()), null)));
        }
        return new GaugeSnapshot(new MetricMetadata(name, help), points);
    }

    private static Labels labels(Series series) {
        return Labels.of(
                "target", series.group().target(),
                "model", series.group().model(),
                "scenario", series.group().scenario(),
                "load", series.group().loadPoint().key(),
                "variant", series.variant(),
                "tenant", series.group().tenant());
    }

    private static Labels labels(Series series, MetricVerdict verdict) {
        String quantile = verdict.metric().quantile().isPresent()
                ? String.valueOf(verdict.metric().quantile().getAsDouble())
                : "";
        return labels(series).merge(Labels.of("metric", verdict.metric().label(), "quantile", quantile));
    }
}
