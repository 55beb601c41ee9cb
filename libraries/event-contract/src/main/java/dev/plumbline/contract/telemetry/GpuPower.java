package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * Power of a GPU.
 *
 * @param drawWatts what it draws; an average over about a second on most devices
 * @param limitWatts what it may draw
 */
public record GpuPower(OptionalDouble drawWatts, OptionalDouble limitWatts) {

    public GpuPower {
        Readings.requireNotNegative("drawWatts", drawWatts);
        Readings.requireNotNegative("limitWatts", limitWatts);
    }
}
