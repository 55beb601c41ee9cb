package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuClocks;
import dev.plumbline.contract.telemetry.GpuIdentity;
import dev.plumbline.contract.telemetry.GpuLoad;
import dev.plumbline.contract.telemetry.GpuMemory;
import dev.plumbline.contract.telemetry.GpuPower;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.GpuTemperature;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.contract.telemetry.ThrottleReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A GPU sample that is being put together: values where a tool gave numbers, its words where it gave words. */
final class GpuDraft {

    static final double PERCENT = 0.01;
    static final double MEBI = 1 << 20;
    static final double MEGA = 1e6;

    /** DCGM's blanks: no value, not supported, not permitted and their kind, in its three widths. */
    private static final double[][] BLANKS = {
        {2_147_483_632d, 2_147_483_648d}, {140_737_488_355_328d, 140_737_488_355_344d}, {9.223372036854775e18, 9.3e18}
    };

    private static final Pattern NUMBER = Pattern.compile("(-?[0-9]+(?:\\.[0-9]+)?)(?:\\s*[A-Za-z%]{1,4})?");

    private final Map<GpuValue, Double> values = new EnumMap<>(GpuValue.class);
    private final Map<String, String> absent = new TreeMap<>();
    private final Map<ThrottleReason, Boolean> throttle = new EnumMap<>(ThrottleReason.class);

    /** A number in the tool's unit; what cannot be is absent. */
    void number(GpuValue value, double number, double factor) {
        for (double[] blank : BLANKS) {
            if (number >= blank[0] && number < blank[1]) {
                absent(value, "blank");
                return;
            }
        }
        double inUnit = number * factor;
        if (!Double.isFinite(inUnit) || inUnit < value.least()) {
            absent(value, "not possible: " + number);
            return;
        }
        values.put(value, inUnit);
        absent.remove(value.component());
    }

    /** What a tool printed: a number with or without unit, or words. */
    void text(GpuValue value, String printed, double factor) {
        Matcher number = NUMBER.matcher(printed.strip());
        if (number.matches()) {
            number(value, Double.parseDouble(number.group(1)), factor);
        } else {
            absent(value, printed.isBlank() ? "nothing printed" : printed.strip());
        }
    }

    /** The tool gave no number and said something else. */
    void absent(GpuValue value, String reason) {
        if (!values.containsKey(value)) {
            absent.put(value.component(), reason);
        }
    }

    boolean has(GpuValue value) {
        return values.containsKey(value);
    }

    boolean isEmpty() {
        return values.isEmpty() && throttle.isEmpty();
    }

    /** Takes a value away again, because it is known to mean nothing. */
    void withdraw(GpuValue value, String reason) {
        values.remove(value);
        absent(value, reason);
    }

    /** NVIDIA's bit mask of clock event reasons. */
    void throttleMask(long mask) {
        throttle(ThrottleReason.GPU_IDLE, mask, 0x1);
        throttle(ThrottleReason.APPLICATIONS_CLOCKS_SETTING, mask, 0x2);
        throttle(ThrottleReason.SW_POWER_CAP, mask, 0x4);
        throttle(ThrottleReason.HW_SLOWDOWN, mask, 0x8);
        throttle(ThrottleReason.SYNC_BOOST, mask, 0x10);
        throttle(ThrottleReason.SW_THERMAL_SLOWDOWN, mask, 0x20);
        throttle(ThrottleReason.HW_THERMAL_SLOWDOWN, mask, 0x40);
        throttle(ThrottleReason.HW_POWER_BRAKE_SLOWDOWN, mask, 0x80);
        throttle(ThrottleReason.DISPLAY_CLOCK_SETTING, mask, 0x100);
        absent.remove(GpuValue.THROTTLE_ACTIVE.component());
    }

    private void throttle(ThrottleReason reason, long mask, long bit) {
        throttle.put(reason, (mask & bit) != 0);
    }

    /** The tool says whether clocks are held down and not why. */
    void throttled(boolean active) {
        throttle.put(ThrottleReason.UNSPECIFIED, active);
    }

    GpuSample sample(Observation observation, GpuIdentity gpu) {
        return new GpuSample(
                observation,
                gpu,
                new GpuLoad(
                        real(GpuValue.UTILIZATION_RATIO),
                        real(GpuValue.MEMORY_BUS_UTILIZATION_RATIO),
                        real(GpuValue.ENGINE_ACTIVE_RATIO),
                        real(GpuValue.TENSOR_ACTIVE_RATIO),
                        real(GpuValue.DRAM_ACTIVE_RATIO)),
                new GpuMemory(whole(GpuValue.USED_BYTES), whole(GpuValue.TOTAL_BYTES)),
                new GpuPower(real(GpuValue.DRAW_WATTS), real(GpuValue.LIMIT_WATTS)),
                new GpuTemperature(real(GpuValue.CORE_CELSIUS), real(GpuValue.MEMORY_CELSIUS)),
                new GpuClocks(
                        whole(GpuValue.SM_HERTZ),
                        whole(GpuValue.MEMORY_HERTZ),
                        throttle,
                        whole(GpuValue.POWER_VIOLATION_NANOS_TOTAL),
                        whole(GpuValue.THERMAL_VIOLATION_NANOS_TOTAL)),
                absent);
    }

    private OptionalDouble real(GpuValue value) {
        Double number = values.get(value);
        return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
    }

    private OptionalLong whole(GpuValue value) {
        Double number = values.get(value);
        return number == null ? OptionalLong.empty() : OptionalLong.of(Math.round(number));
    }
}
