package dev.plumbline.telemetry.gpu;

/** The values of a GPU sample, by the name of their component in the contract. */
enum GpuValue {
    UTILIZATION_RATIO("utilizationRatio"),
    MEMORY_BUS_UTILIZATION_RATIO("memoryBusUtilizationRatio"),
    ENGINE_ACTIVE_RATIO("engineActiveRatio"),
    TENSOR_ACTIVE_RATIO("tensorActiveRatio"),
    DRAM_ACTIVE_RATIO("dramActiveRatio"),
    USED_BYTES("usedBytes"),
    TOTAL_BYTES("totalBytes"),
    DRAW_WATTS("drawWatts"),
    LIMIT_WATTS("limitWatts"),
    CORE_CELSIUS("coreCelsius", -273.15),
    MEMORY_CELSIUS("memoryCelsius", -273.15),
    SM_HERTZ("smHertz"),
    MEMORY_HERTZ("memoryHertz"),
    THROTTLE_ACTIVE("throttleActive"),
    POWER_VIOLATION_NANOS_TOTAL("powerViolationNanosTotal"),
    THERMAL_VIOLATION_NANOS_TOTAL("thermalViolationNanosTotal");

    private final String component;
    private final double least;

    GpuValue(String component) {
        this(component, 0);
    }

    GpuValue(String component, double least) {
        this.component = component;
        this.least = least;
    }

    String component() {
        return component;
    }

    double least() {
        return least;
    }
}
