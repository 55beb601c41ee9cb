package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * How busy a GPU was. All are shares of time, 0 to 1.
 *
 * @param utilizationRatio during which any kernel ran (NVIDIA) or the graphics engine was active (AMD)
 * @param memoryBusUtilizationRatio during which memory was read or written
 * @param engineActiveRatio during which the compute or graphics engine was active, by the hardware's own counters
 * @param tensorActiveRatio during which the tensor pipe was active
 * @param dramActiveRatio during which the memory interface moved data
 */
public record GpuLoad(
        OptionalDouble utilizationRatio,
        OptionalDouble memoryBusUtilizationRatio,
        OptionalDouble engineActiveRatio,
        OptionalDouble tensorActiveRatio,
        OptionalDouble dramActiveRatio) {

    public GpuLoad {
        Readings.requireNotNegative("utilizationRatio", utilizationRatio);
        Readings.requireNotNegative("memoryBusUtilizationRatio", memoryBusUtilizationRatio);
        Readings.requireNotNegative("engineActiveRatio", engineActiveRatio);
        Readings.requireNotNegative("tensorActiveRatio", tensorActiveRatio);
        Readings.requireNotNegative("dramActiveRatio", dramActiveRatio);
    }
}
