package dev.plumbline.contract.telemetry;

import java.util.OptionalLong;

/**
 * Memory of a GPU.
 *
 * @param usedBytes without what the driver keeps for itself, where the tool tells the two apart
 * @param totalBytes of the device
 */
public record GpuMemory(OptionalLong usedBytes, OptionalLong totalBytes) {

    public GpuMemory {
        Readings.requireNotNegative("usedBytes", usedBytes);
        Readings.requireNotNegative("totalBytes", totalBytes);
    }
}
