package dev.plumbline.contract.telemetry;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Clocks of a GPU and what holds them down.
 *
 * @param smHertz of the compute units
 * @param memoryHertz of the memory
 * @param throttleActive whether a reason was in force; a reason that is not in it is one that the tool does not know
 * @param powerViolationNanosTotal time below the wanted clock because of power, since the driver started
 * @param thermalViolationNanosTotal time below the wanted clock because of heat, since the driver started
 */
public record GpuClocks(
        OptionalLong smHertz,
        OptionalLong memoryHertz,
        Map<ThrottleReason, Boolean> throttleActive,
        OptionalLong powerViolationNanosTotal,
        OptionalLong thermalViolationNanosTotal) {

    public GpuClocks {
        Readings.requireNotNegative("smHertz", smHertz);
        Readings.requireNotNegative("memoryHertz", memoryHertz);
        throttleActive = Collections.unmodifiableMap(new TreeMap<>(throttleActive));
        Readings.requireNotNegative("powerViolationNanosTotal", powerViolationNanosTotal);
        Readings.requireNotNegative("thermalViolationNanosTotal", thermalViolationNanosTotal);
    }
}
