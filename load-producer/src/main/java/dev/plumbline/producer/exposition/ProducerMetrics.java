package dev.plumbline.producer.exposition;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Bytes;
import dev.plumbline.producer.recorder.EndedRequest;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus may scrape from a producer. The series of one producer are fixed, so that their labels are bounded.
 *
 * <p>Safe for any thread.
 */
public final class ProducerMetrics {

    private static final String[] SERIES_LABELS = {"target", "model", "scenario", "load", "variant", "tenant"};
    private static final double[] LATENCY_BUCKETS_SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120
    };
    private static final double[] LAG_BUCKETS_SECONDS = {
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1
    };
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final Map<Series, OfSeries> series;
    private final DistributionDataPoint dispatchLag;
    private final Counter requests;
    private final Counter comparedRequests;
    private final Counter comparedTokens;

    /** A scrape: its bytes and what they are. */
    public record Scrape(String contentType, Bytes body) {}

    /** The labels of a series, and what is observed of it. */
    private record OfSeries(String[] labels, DistributionDataPoint inferenceDuration) {}

    /** @param series every one that is driven */
    public ProducerMetrics(Collection<Series> series) {
        Histogram inferenceDuration = Histogram.builder()
                .name("inference_duration_seconds")
                .help("End-to-end latency of completed requests: last content - sent")
                .labelNames(SERIES_LABELS)
                .classicUpperBounds(LATENCY_BUCKETS_SECONDS)
                .register(registry);
        Map<Series, OfSeries> all = new LinkedHashMap<>();
        series.forEach(each -> {
            String[] labels = labels(each);
            all.put(each, new OfSeries(labels, inferenceDuration.labelValues(labels)));
        });
        this.series = all;
        this.dispatchLag = Histogram.builder()
                .name("plumbline_producer_dispatch_lag_seconds")
                .help("The producer's own lateness: taken - due")
                .classicUpperBounds(LAG_BUCKETS_SECONDS)
                .register(registry);
        String[] labels = new String[SERIES_LABELS.length + 2];
        labels[0] = "outcome";
        labels[1] = "kind";
        System.arraycopy(SERIES_LABELS, 0, labels, 2, SERIES_LABELS.length);
        this.requests = Counter.builder()
                .name("plumbline_requests_total")
                .help("Requests that ended, by outcome and kind of failure or drop")
                .labelNames(labels)
                .register(registry);
        this.comparedRequests = Counter.builder()
                .name("plumbline_output_tokens_compared_requests_total")
                .help("Requests whose output tokens two sources counted, by whether they agree")
                .labelNames("agree")
                .register(registry);
        this.comparedTokens = Counter.builder()
                .name("plumbline_output_tokens_compared_total")
                .help(
                        "Output tokens of the requests that two sources counted, by source and whether it is reckoned with")
                .labelNames("source", "used")
                .register(registry);
        ProcessMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
    }

    private static String[] labels(Series series) {
        ComparisonGroup group = series.group();
        return new String[] {
            group.target(), group.model(), group.scenario(), group.loadPoint().key(), series.variant(), group.tenant()
        };
    }

    private OfSeries of(Series driven) {
        return Optional.ofNullable(series.get(driven))
                .orElseThrow(() -> new IllegalArgumentException("nobody drives " + driven.key()));
    }

    /**
     * A measured request ended.
     *
     * @throws IllegalArgumentException if it is of a series that was not named
     */
    public void ended(EndedRequest request) {
        OfSeries of = of(request.series());
        switch (request.outcome()) {
            case Outcome.Completed unused -> {
                count(of, "completed", "");
                Stamps.between(request.stamps().sentNanos(), request.stamps().lastContentNanos())
                        .ifPresent(nanos -> of.inferenceDuration().observe(nanos / NANOS_PER_SECOND));
            }
            case Outcome.Failed failed ->
                count(of, "failed", failed.kind().name().toLowerCase(Locale.ROOT));
            case Outcome.Dropped dropped ->
                count(of, "dropped", dropped.reason().name().toLowerCase(Locale.ROOT));
            case Outcome.Cancelled cancelled ->
                count(
                        of,
                        "cancelled",
                        cancelled
                                .ownLimit()
                                .map(limit -> "own_limit_" + limit.name().toLowerCase(Locale.ROOT))
                                .orElse(""));
        }
        request.stamps()
                .takenNanos()
                .ifPresent(
                        taken -> dispatchLag.observe((taken - request.stamps().dueNanos()) / NANOS_PER_SECOND));
    }

    /** The tokens of a measured request are known. */
    public void tokensCounted(EndedRequest request) {
        Tokens tokens = request.response().tokens();
        if (tokens.output().isPresent() && tokens.otherOutput().isPresent()) {
            TokenCount used = tokens.output().get();
            TokenCount other = tokens.otherOutput().get();
            comparedRequests
                    .labelValues(Boolean.toString(used.count() == other.count()))
                    .inc();
            comparedTokens.labelValues(sourceOf(used), "true").inc(used.count());
            comparedTokens.labelValues(sourceOf(other), "false").inc(other.count());
        }
    }

    private static String sourceOf(TokenCount count) {
        return count.source().name().toLowerCase(Locale.ROOT);
    }

    private void count(OfSeries of, String outcome, String kind) {
        String[] values = new String[of.labels().length + 2];
        values[0] = outcome;
        values[1] = kind;
        System.arraycopy(of.labels(), 0, values, 2, of.labels().length);
        requests.labelValues(values).inc();
    }

    /** Exposes who this is, to join the series' labels to metrics of the process by job and instance. */
    public void producer(String producerId) {
        String[] labels = new String[SERIES_LABELS.length + 1];
        labels[0] = "producer";
        System.arraycopy(SERIES_LABELS, 0, labels, 1, SERIES_LABELS.length);
        Info info = Info.builder()
                .name("plumbline_producer_info")
                .help("1: the producer of this process and a series that it drives")
                .labelNames(labels)
                .register(registry);
        series.values().forEach(of -> {
            String[] values = new String[labels.length];
            values[0] = producerId;
            System.arraycopy(of.labels(), 0, values, 1, of.labels().length);
            info.addLabelValues(values);
        });
    }

    /** Exposes a count that is kept elsewhere. */
    public void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    /** Exposes a value that is kept elsewhere. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Exposes counts by a label that has few values. */
    public void countersBy(String label, String name, String help, Map<String, LongSupplier> values) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback -> values.forEach((of, value) -> callback.call((double) value.getAsLong(), of)))
                .register(registry);
    }

    /** Exposes values by a label that has few values. */
    public void gaugesBy(String label, String name, String help, Map<String, DoubleSupplier> values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback -> values.forEach((of, value) -> callback.call(value.getAsDouble(), of)))
                .register(registry);
    }

    /** Exposes a value of each series. */
    public void gaugeBySeries(String name, String help, ToDoubleFunction<Series> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(SERIES_LABELS)
                .callback(
                        callback -> series.forEach((each, of) -> callback.call(value.applyAsDouble(each), of.labels())))
                .register(registry);
    }

    /** Exposes how often the producer accused itself, by kind. */
    public void accusations(ToLongFunction<Activity.Sickness> count) {
        CounterWithCallback.builder()
                .name("plumbline_producer_sick_total")
                .help("How often the producer accused itself, by kind; the slots concerned are in its heartbeats")
                .labelNames("sickness")
                .callback(callback -> {
                    for (Activity.Sickness sickness : Activity.Sickness.values()) {
                        callback.call(
                                (double) count.applyAsLong(sickness),
                                sickness.name().toLowerCase(Locale.ROOT));
                    }
                })
                .register(registry);
    }

    /** Exposes time that is counted elsewhere, in nanoseconds; nothing while nobody knows it. */
    public void seconds(String name, String help, Supplier<OptionalLong> nanos) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> nanos.get().ifPresent(value -> callback.call(value / NANOS_PER_SECOND)))
                .register(registry);
    }

    /** The same of each event loop, the first of which is 0. */
    public void secondsByLoop(String name, String help, List<Supplier<OptionalLong>> nanos) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("loop")
                .callback(callback -> {
                    for (int loop = 0; loop < nanos.size(); loop++) {
                        String label = Integer.toString(loop);
                        nanos.get(loop).get().ifPresent(value -> callback.call(value / NANOS_PER_SECOND, label));
                    }
                })
                .register(registry);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    /** Everything, in the format that an {@code Accept} header asks for; text 0.0.4 without one. */
    public Scrape scrape(@Nullable String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
        try {
            writer.write(bytes, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("writing into memory failed", e);
        }
        return new Scrape(writer.getContentType(), Bytes.of(bytes.toByteArray()));
    }
}
