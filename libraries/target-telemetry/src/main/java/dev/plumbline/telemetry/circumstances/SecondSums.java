package dev.plumbline.telemetry.circumstances;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.CounterSum;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.GpuSample;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sums of what the samplers of one target saw, by second of wall-clock time.
 *
 * <p>Each look counts for the whole target: the latest looks of the other sources are added to it while they are fresh. Growth of a
 * counter is what lies between two looks of one source; where it fell the engine began anew, and nothing is told of that look.
 *
 * <p>Safe for any thread. Holds at most {@value #MAX_SECONDS} seconds; over that the oldest is discarded and counted.
 */
public final class SecondSums {

    static final int MAX_SECONDS = 3_600;

    /** A look that is older says nothing of now. */
    private static final long FRESH_MILLIS = 10_000;

    private record GpuLook(long atEpochMillis, Collection<GpuSample> gpus) {}

    private static final class Sums {
        private final Map<String, GaugeSum> gauges = new TreeMap<>();
        private final Map<String, CounterSum> counters = new TreeMap<>();
    }

    private final Map<String, GpuLook> gpus = new HashMap<>();
    private final Map<String, EngineSample> engines = new HashMap<>();
    private final TreeMap<Long, Sums> seconds = new TreeMap<>();
    private long discardedSeconds;

    /** One look of one source at all GPUs that it knows. */
    public synchronized void gpus(List<GpuSample> look) {
        if (look.isEmpty()) {
            return;
        }
        long at = look.get(0).observation().atEpochMillis();
        gpus.put(look.get(0).observation().source(), new GpuLook(at, devices(look)));
        List<GpuSample> all = gpus.values().stream()
                .filter(known -> isFresh(known.atEpochMillis(), at))
                .flatMap(known -> known.gpus().stream())
                .toList();
        gauge(
                at,
                "gpu_utilization_ratio",
                mean(all.stream().map(gpu -> gpu.load().utilizationRatio()).toList()));
        gauge(
                at,
                "gpu_memory_used_bytes",
                sum(all.stream().map(gpu -> asDouble(gpu.memory().usedBytes())).toList()));
        gauge(at, "gpu_memory_used_ratio", fullest(all));
        gauge(
                at,
                "gpu_power_watts",
                sum(all.stream().map(gpu -> gpu.power().drawWatts()).toList()));
        gauge(
                at,
                "gpu_sm_clock_hertz",
                mean(all.stream().map(gpu -> asDouble(gpu.clocks().smHertz())).toList()));
        gauge(
                at,
                "gpu_temperature_celsius",
                hottest(all.stream().map(gpu -> gpu.temperature().coreCelsius()).toList()));
        gauge(at, "gpu_slowed_gpus", slowed(all));
    }

    /** One look at an engine. */
    public synchronized void engine(EngineSample look) {
        long at = look.observation().atEpochMillis();
        Optional<EngineSample> before =
                Optional.ofNullable(engines.put(look.observation().source(), look));
        List<EngineSample> all = engines.values().stream()
                .filter(known -> isFresh(known.observation().atEpochMillis(), at))
                .toList();
        gauge(
                at,
                "engine_requests_running",
                sum(all.stream().map(each -> each.requests().running()).toList()));
        gauge(
                at,
                "engine_requests_waiting",
                sum(all.stream().map(each -> each.requests().waiting()).toList()));
        gauge(
                at,
                "engine_requests_swapped",
                sum(all.stream().map(SecondSums::swapped).toList()));
        gauge(
                at,
                "engine_kv_cache_usage_ratio",
                hottest(all.stream()
                        .map(each -> each.tokens().kvCacheUsageRatio())
                        .toList()));
        before.ifPresent(earlier -> growth(earlier, look, all.size()));
    }

    /** Everything that was not taken before, by the start of its second in milliseconds since the Unix epoch. */
    public synchronized SortedMap<Long, Circumstances> drain() {
        TreeMap<Long, Circumstances> taken = new TreeMap<>();
        seconds.forEach((start, sums) -> taken.put(
                start, new Circumstances(sums.gauges, sums.counters, OptionalLong.empty(), Optional.empty())));
        seconds.clear();
        return taken;
    }

    /** Seconds of which nothing is told because nobody drained for too long. */
    public synchronized long discardedSeconds() {
        return discardedSeconds;
    }

    /** Where a tool lists whole devices and slices of them, the slices are in the devices. */
    private static Collection<GpuSample> devices(List<GpuSample> look) {
        List<GpuSample> whole = look.stream()
                .filter(sample -> sample.gpu().index().indexOf('/') < 0)
                .toList();
        return whole.isEmpty() ? List.copyOf(look) : whole;
    }

    private static boolean isFresh(long lookedEpochMillis, long nowEpochMillis) {
        return Math.abs(nowEpochMillis - lookedEpochMillis) <= FRESH_MILLIS;
    }

    /** @param sources that share the time, so that the growth of all of them in the sum of their times is the target's rate */
    private void growth(EngineSample before, EngineSample now, int sources) {
        long spanMillis =
                now.observation().atEpochMillis() - before.observation().atEpochMillis();
        if (spanMillis < 1) {
            return;
        }
        long at = now.observation().atEpochMillis();
        long share = Math.max(1, spanMillis / Math.max(1, sources));
        Map<String, Double> earlier = counters(before);
        counters(now).forEach((name, value) -> {
            Double last = earlier.get(name);
            if (last != null && value >= last) {
                sums(at).counters.merge(name, CounterSum.of(value - last, share), CounterSum::plus);
            }
        });
    }

    private static Map<String, Double> counters(EngineSample sample) {
        Map<String, Double> values = new HashMap<>();
        put(values, "engine_preemptions", sample.requests().preemptionsTotal());
        put(values, "engine_queue_time_seconds", sample.requests().queueTimeSecondsTotal());
        put(values, "engine_queue_time_requests", sample.requests().queueTimeRequestsTotal());
        put(values, "engine_prompt_tokens", sample.tokens().promptTokensTotal());
        put(values, "engine_cached_prompt_tokens", sample.tokens().cachedPromptTokensTotal());
        put(values, "engine_generation_tokens", sample.tokens().generationTokensTotal());
        sample.cache().ifPresent(cache -> {
            put(values, "engine_prefix_query_tokens", cache.prefixQueryTokensTotal());
            put(values, "engine_prefix_hit_tokens", cache.prefixHitTokensTotal());
            put(values, "engine_external_query_tokens", cache.externalQueryTokensTotal());
            put(values, "engine_external_hit_tokens", cache.externalHitTokensTotal());
            put(values, "engine_offload_load_bytes", cache.offloadLoadBytesTotal());
            put(values, "engine_offload_store_bytes", cache.offloadStoreBytesTotal());
            put(values, "engine_recomputed_tokens", cache.recomputedTokensTotal());
        });
        sample.speculation().ifPresent(speculation -> {
            put(values, "engine_drafts", speculation.draftsTotal());
            put(values, "engine_draft_tokens", speculation.draftTokensTotal());
            put(values, "engine_accepted_tokens", speculation.acceptedTokensTotal());
        });
        return values;
    }

    private static void put(Map<String, Double> values, String name, OptionalDouble value) {
        value.ifPresent(number -> values.put(name, number));
    }

    private void gauge(long atEpochMillis, String name, OptionalDouble value) {
        if (value.isPresent() && value.getAsDouble() >= 0) {
            sums(atEpochMillis).gauges.merge(name, GaugeSum.of(value.getAsDouble()), GaugeSum::plus);
        }
    }

    private Sums sums(long atEpochMillis) {
        long start = atEpochMillis - Math.floorMod(atEpochMillis, Activity.SLOT_MILLIS);
        Sums sums = seconds.computeIfAbsent(start, unused -> new Sums());
        if (seconds.size() > MAX_SECONDS) {
            seconds.pollFirstEntry();
            discardedSeconds++;
        }
        return sums;
    }

    private static OptionalDouble swapped(EngineSample sample) {
        return sample.cache().map(cache -> cache.swapped()).orElse(OptionalDouble.empty());
    }

    private static OptionalDouble asDouble(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of(value.getAsLong()) : OptionalDouble.empty();
    }

    private static OptionalDouble fullest(List<GpuSample> gpus) {
        return hottest(gpus.stream()
                .map(gpu -> gpu.memory().usedBytes().isPresent()
                                && gpu.memory().totalBytes().orElse(0) > 0
                        ? OptionalDouble.of((double) gpu.memory().usedBytes().getAsLong()
                                / gpu.memory().totalBytes().getAsLong())
                        : OptionalDouble.empty())
                .toList());
    }

    /** How many are held back by heat or power; empty where no tool says. */
    private static OptionalDouble slowed(List<GpuSample> gpus) {
        List<GpuSample> told = gpus.stream()
                .filter(gpu -> !gpu.clocks().throttleActive().isEmpty())
                .toList();
        return told.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(told.stream()
                        .filter(gpu -> gpu.clocks().throttleActive().entrySet().stream()
                                .anyMatch(reason ->
                                        reason.getValue() && reason.getKey().isSlowing()))
                        .count());
    }

    private static OptionalDouble sum(List<OptionalDouble> values) {
        return values.stream().anyMatch(OptionalDouble::isPresent)
                ? OptionalDouble.of(
                        values.stream().flatMapToDouble(OptionalDouble::stream).sum())
                : OptionalDouble.empty();
    }

    private static OptionalDouble mean(List<OptionalDouble> values) {
        return values.stream().flatMapToDouble(OptionalDouble::stream).average();
    }

    private static OptionalDouble hottest(List<OptionalDouble> values) {
        return values.stream().flatMapToDouble(OptionalDouble::stream).max();
    }
}
