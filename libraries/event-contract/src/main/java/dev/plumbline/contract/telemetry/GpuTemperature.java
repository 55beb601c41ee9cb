package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * Temperatures of a GPU.
 *
 * @param coreCelsius of the chip: NVIDIA's GPU temperature, AMD's hotspot or junction where it has one, else the edge
 * @param memoryCelsius of its memory
 */
public record GpuTemperature(OptionalDouble coreCelsius, OptionalDouble memoryCelsius) {

    public GpuTemperature {
        Readings.requireFinite("coreCelsius", coreCelsius);
        Readings.requireFinite("memoryCelsius", memoryCelsius);
    }
}
