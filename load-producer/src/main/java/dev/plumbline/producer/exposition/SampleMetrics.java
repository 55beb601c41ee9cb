package dev.plumbline.producer.exposition;

import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.telemetry.sampling.Reading;
import dev.plumbline.telemetry.sampling.Sampler;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.SummaryWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Quantiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The newest GPU and engine samples for Prometheus. A value that a tool does not give has no line, and a source that fails has
 * none at all: an old value must not look like a new one.
 *
 * <p>Several pages of one kind of engine are one line, because their labels are equal: counts add up, of caches the fullest
 * counts, and while one of the pages is missing there is no line, because a part of a sum looks like a restart.
 */
public final class SampleMetrics {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final String[] GPU_LABELS = {"target", "gpu", "name", "uuid"};

    private final String target;
    private final List<Sampler<GpuSample>> gpus;
    private final List<Sampler<EngineSample>> engines;
    private final PrometheusRegistry registry;

    private SampleMetrics(
            ProducerMetrics metrics,
            String target,
            Collection<Sampler<GpuSample>> gpus,
            Collection<Sampler<EngineSample>> engines) {
        this.registry = metrics.registry();
        this.target = target;
        this.gpus = List.copyOf(gpus);
        this.engines = List.copyOf(engines);
    }

    /**
     * Adds samples to what is exposed.
     *
     * @param target logical name of the service
     */
    public static void register(
            ProducerMetrics metrics,
            String target,
            Collection<Sampler<GpuSample>> gpus,
            Collection<Sampler<EngineSample>> engines) {
        SampleMetrics samples = new SampleMetrics(metrics, target, gpus, engines);
        samples.registerGpus();
        samples.registerEngines();
        samples.registerSamplers();
    }

    private void registerGpus() {
        gpu(
                "plumbline_gpu_utilization_ratio",
                "Share of time in which the GPU worked",
                sample -> sample.load().utilizationRatio());
        gpu(
                "plumbline_gpu_memory_used_bytes",
                "Memory in use",
                sample -> real(sample.memory().usedBytes()));
        gpu(
                "plumbline_gpu_memory_total_bytes",
                "Memory of the device",
                sample -> real(sample.memory().totalBytes()));
        gpu(
                "plumbline_gpu_memory_bus_utilization_ratio",
                "Share of time in which memory was read or written",
                sample -> sample.load().memoryBusUtilizationRatio());
        gpu("plumbline_gpu_power_watts", "Power drawn", sample -> sample.power().drawWatts());
        gpu(
                "plumbline_gpu_power_limit_watts",
                "Power allowed",
                sample -> sample.power().limitWatts());
        gpu(
                "plumbline_gpu_temperature_celsius",
                "Temperature of the chip",
                sample -> sample.temperature().coreCelsius());
        gpu(
                "plumbline_gpu_memory_temperature_celsius",
                "Temperature of the memory",
                sample -> sample.temperature().memoryCelsius());
        gpu(
                "plumbline_gpu_sm_clock_hertz",
                "Clock of the compute units",
                sample -> real(sample.clocks().smHertz()));
        gpu(
                "plumbline_gpu_memory_clock_hertz",
                "Clock of the memory",
                sample -> real(sample.clocks().memoryHertz()));
        GaugeWithCallback.builder()
                .name("plumbline_gpu_throttle_active")
                .help("1 while a reason holds the clocks down; gpu_idle is not a fault")
                .labelNames("target", "gpu", "name", "uuid", "reason")
                .callback(callback -> {
                    Map<List<String>, Double> lines = new LinkedHashMap<>();
                    samples(gpus)
                            .forEach(sample -> sample.clocks().throttleActive().forEach((reason, active) -> {
                                List<String> labels = new ArrayList<>(labels(sample));
                                labels.add(label(reason));
                                lines.putIfAbsent(labels, active ? 1.0 : 0.0);
                            }));
                    emit(lines, callback::call);
                })
                .register(registry);
    }

    private void gpu(String name, String help, Function<GpuSample, OptionalDouble> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(GPU_LABELS)
                .callback(callback -> {
                    Map<List<String>, Double> lines = new LinkedHashMap<>();
                    samples(gpus)
                            .forEach(sample ->
                                    value.apply(sample).ifPresent(number -> lines.putIfAbsent(labels(sample), number)));
                    emit(lines, callback::call);
                })
                .register(registry);
    }

    private List<String> labels(GpuSample sample) {
        return List.of(
                target,
                sample.gpu().index(),
                sample.gpu().name().orElse(""),
                sample.gpu().uuid().orElse(""));
    }

    private void registerEngines() {
        engineGauge(
                "plumbline_engine_requests_running",
                "Requests that the engine works on",
                sample -> sample.requests().running(),
                Double::sum);
        engineGauge(
                "plumbline_engine_requests_waiting",
                "Requests that wait inside the engine",
                sample -> sample.requests().waiting(),
                Double::sum);
        engineGauge(
                "plumbline_engine_kv_cache_usage_ratio",
                "How full the KV cache is",
                sample -> sample.tokens().kvCacheUsageRatio(),
                Math::max);
        engineCounter(
                "plumbline_engine_preemptions_total",
                "Running requests that were put back",
                sample -> sample.requests().preemptionsTotal());
        engineCounter(
                "plumbline_engine_prompt_tokens_total",
                "Prompt tokens worked on",
                sample -> sample.tokens().promptTokensTotal());
        engineCounter(
                "plumbline_engine_generation_tokens_total",
                "Tokens generated",
                sample -> sample.tokens().generationTokensTotal());
        SummaryWithCallback.builder()
                .name("plumbline_engine_queue_time_seconds")
                .help("Time that requests waited inside the engine, by its own clock")
                .labelNames("target", "engine")
                .callback(callback -> {
                    Map<List<String>, Double> sums =
                            engineLines(sample -> sample.requests().queueTimeSecondsTotal(), Double::sum);
                    Map<List<String>, Double> counts =
                            engineLines(sample -> sample.requests().queueTimeRequestsTotal(), Double::sum);
                    sums.forEach((labels, sum) -> {
                        Double count = counts.get(labels);
                        if (count != null) {
                            callback.call(Math.round(count), sum, Quantiles.EMPTY, labels.toArray(String[]::new));
                        }
                    });
                })
                .register(registry);
    }

    private void engineGauge(
            String name, String help, Function<EngineSample, OptionalDouble> value, DoubleBinaryOperator fold) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("target", "engine")
                .callback(callback -> emit(engineLines(value, fold), callback::call))
                .register(registry);
    }

    private void engineCounter(String name, String help, Function<EngineSample, OptionalDouble> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("target", "engine")
                .callback(callback -> emit(engineLines(value, Double::sum), callback::call))
                .register(registry);
    }

    private Map<List<String>, Double> engineLines(
            Function<EngineSample, OptionalDouble> value, DoubleBinaryOperator fold) {
        Map<List<String>, Double> lines = new LinkedHashMap<>();
        if (!engines.stream().allMatch(Sampler::isUp)) {
            return lines;
        }
        samples(engines)
                .forEach(sample -> value.apply(sample)
                        .ifPresent(number ->
                                lines.merge(List.of(target, label(sample.engine())), number, fold::applyAsDouble)));
        return lines;
    }

    private void registerSamplers() {
        List<Sampler<?>> all =
                Stream.<Sampler<?>>concat(gpus.stream(), engines.stream()).toList();
        GaugeWithCallback.builder()
                .name("plumbline_sampler_up")
                .help("1 while a source of GPU or engine samples gives some")
                .labelNames("target", "source")
                .callback(callback ->
                        all.forEach(sampler -> callback.call(sampler.isUp() ? 1 : 0, target, sampler.name())))
                .register(registry);
        CounterWithCallback.builder()
                .name("plumbline_samples_total")
                .help("GPU and engine samples taken")
                .labelNames("source")
                .callback(callback ->
                        all.forEach(sampler -> callback.call((double) sampler.sampleCount(), sampler.name())))
                .register(registry);
        SummaryWithCallback.builder()
                .name("plumbline_sampler_look_seconds")
                .help("How long looks took that the sampler asked for, the other side's work included")
                .labelNames("source")
                .callback(callback -> all.forEach(sampler -> {
                    if (sampler.lookCount() > 0) {
                        callback.call(
                                sampler.lookCount(),
                                sampler.lookNanos() / NANOS_PER_SECOND,
                                Quantiles.EMPTY,
                                sampler.name());
                    }
                }))
                .register(registry);
        CounterWithCallback.builder()
                .name("plumbline_sampler_failures_total")
                .help("Looks that gave no sample, by reason")
                .labelNames("source", "reason")
                .callback(callback -> all.forEach(sampler -> {
                    for (FailureReason reason : FailureReason.values()) {
                        callback.call((double) sampler.failureCount(reason), sampler.name(), label(reason));
                    }
                }))
                .register(registry);
    }

    private static <T extends TelemetryRecord> Stream<T> samples(List<Sampler<T>> samplers) {
        return samplers.stream()
                .map(Sampler::current)
                .flatMap(Optional::stream)
                .map(Reading::samples)
                .flatMap(List::stream);
    }

    private static void emit(Map<List<String>, Double> lines, BiConsumer<Double, String[]> callback) {
        lines.forEach((labels, number) -> callback.accept(number, labels.toArray(String[]::new)));
    }

    private static OptionalDouble real(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of(value.getAsLong()) : OptionalDouble.empty();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
