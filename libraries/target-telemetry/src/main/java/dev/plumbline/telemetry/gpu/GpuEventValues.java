package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.ThrottleReason;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a request event carries of GPU samples: the values that move with the load, by name with the unit last, for example
 * {@code gpu0DrawWatts}; of a MIG instance {@code gpu0mig1UsedBytes}. What stands still is on the telemetry topic.
 *
 * @param prefix before each name, where several sources could give one name twice; else empty
 */
public record GpuEventValues(String prefix) implements Function<List<GpuSample>, SortedMap<String, Double>> {

    /** Most GPUs whose values an event carries; {@code gpusCount} says how many there are. */
    static final int MAX_GPUS = 16;

    @Override
    public SortedMap<String, Double> apply(List<GpuSample> samples) {
        TreeMap<String, Double> values = new TreeMap<>();
        values.put(name("gpusCount"), (double) samples.size());
        for (GpuSample sample : samples.subList(0, Math.min(MAX_GPUS, samples.size()))) {
            String gpu = name("gpu" + sample.gpu().index().replace("/", "mig"));
            put(values, gpu + "UtilizationRatio", sample.load().utilizationRatio());
            put(values, gpu + "EngineActiveRatio", sample.load().engineActiveRatio());
            put(values, gpu + "MemoryBusUtilizationRatio", sample.load().memoryBusUtilizationRatio());
            put(values, gpu + "UsedBytes", sample.memory().usedBytes());
            put(values, gpu + "DrawWatts", sample.power().drawWatts());
            put(values, gpu + "CoreCelsius", sample.temperature().coreCelsius());
            put(values, gpu + "SmHertz", sample.clocks().smHertz());
            Map<ThrottleReason, Boolean> throttle = sample.clocks().throttleActive();
            if (!throttle.isEmpty()) {
                values.put(gpu + "SlowingReasonsCount", (double) throttle.entrySet().stream()
                        .filter(reason -> reason.getValue() && reason.getKey().isSlowing())
                        .count());
            }
        }
        return values;
    }

    private String name(String plain) {
        return prefix.isEmpty() ? plain : prefix + Character.toUpperCase(plain.charAt(0)) + plain.substring(1);
    }

    private static void put(Map<String, Double> values, String name, OptionalDouble value) {
        value.ifPresent(number -> values.put(name, number));
    }

    private static void put(Map<String, Double> values, String name, OptionalLong value) {
        value.ifPresent(number -> values.put(name, (double) number));
    }
}
