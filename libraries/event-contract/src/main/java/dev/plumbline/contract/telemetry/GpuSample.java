package dev.plumbline.contract.telemetry;

import java.util.Map;
import java.util.Objects;

/**
 * One look at one GPU.
 *
 * @param absent what the tool said instead of a value, by the name of the component, for example
 *     {@code utilizationRatio -> [N/A], MIG is enabled}; what it does not know at all is not in it
 */
public record GpuSample(
        Observation observation,
        GpuIdentity gpu,
        GpuLoad load,
        GpuMemory memory,
        GpuPower power,
        GpuTemperature temperature,
        GpuClocks clocks,
        Map<String, String> absent)
        implements TelemetryRecord {

    public GpuSample {
        Objects.requireNonNull(observation, "observation");
        Objects.requireNonNull(gpu, "gpu");
        Objects.requireNonNull(load, "load");
        Objects.requireNonNull(memory, "memory");
        Objects.requireNonNull(power, "power");
        Objects.requireNonNull(temperature, "temperature");
        Objects.requireNonNull(clocks, "clocks");
        absent = Readings.reasons(absent);
    }
}
