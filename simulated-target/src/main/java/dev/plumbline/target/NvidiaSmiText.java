package dev.plumbline.target;

import dev.plumbline.target.lockstep.GpuState;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code nvidia-smi --query-gpu=… --format=csv} prints of the one GPU that is simulated.
 *
 * <p>Of the power's limit of 700 W, 70 are drawn when idle, and the rest grows with {@link GpuState#powerShare()}; so does
 * the temperature, from 30 to 75 °C, and the clock falls from 1980 to 1780 MHz; it is 345 MHz when there was no step for a
 * second.
 */
final class NvidiaSmiText {

    private static final double IDLE_WATTS = 70;
    private static final double LIMIT_WATTS = 700;
    private static final String UUID = "GPU-51307a7e-0000-0000-0000-000000000001";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSS", Locale.ROOT);
    private static final Map<String, String> OTHER_NAMES = Map.of(
            "clocks.sm", "clocks.current.sm",
            "clocks.mem", "clocks.current.memory",
            "gpu_name", "name",
            "gpu_uuid", "uuid",
            "clocks_throttle_reasons.active", "clocks_event_reasons.active",
            "power.draw.average", "power.draw",
            "power.draw.instant", "power.draw");

    /** A value and its unit; without a unit where there is none. */
    private record Cell(String value, Optional<String> unit) {

        static Cell of(String value) {
            return new Cell(value, Optional.empty());
        }

        static Cell of(long value, String unit) {
            return new Cell(Long.toString(value), Optional.of(unit));
        }

        String text(boolean withUnit) {
            return unit.isPresent() && withUnit ? value + " " + unit.get() : value;
        }
    }

    private final List<String> fields;
    private final boolean header;
    private final boolean units;

    /**
     * @param query names by commas
     * @param format as in {@code csv,noheader,nounits}
     */
    NvidiaSmiText(String query, String format) {
        this.fields = List.of(query.split("\\s*,\\s*"));
        List<String> words = List.of(format.split("\\s*,\\s*"));
        this.header = !words.contains("noheader");
        this.units = !words.contains("nounits");
    }

    /** The complaint about the first field that is not known, as the real tool words it. */
    Optional<String> complaint() {
        Map<String, Cell> known = cells(new GpuState(0, 1, 0, 0, 0), 0);
        return fields.stream()
                .filter(field -> !known.containsKey(plain(field)))
                .findFirst()
                .map(field -> "Field \"" + field + "\" is not a valid field to query.\n\n");
    }

    /** The line of names, if it is wanted. */
    String head() {
        if (!header) {
            return "";
        }
        Map<String, Cell> known = cells(new GpuState(0, 1, 0, 0, 0), 0);
        List<String> names = new ArrayList<>();
        for (String field : fields) {
            Optional<String> unit = Optional.ofNullable(known.get(plain(field))).flatMap(Cell::unit);
            names.add(field + unit.map(text -> " [" + text + "]").orElse(""));
        }
        return String.join(", ", names) + "\n";
    }

    /** The line of the GPU. */
    String row(GpuState gpu, long epochMillis) {
        Map<String, Cell> known = cells(gpu, epochMillis);
        List<String> values = new ArrayList<>();
        for (String field : fields) {
            values.add(known.getOrDefault(plain(field), Cell.of("[N/A]")).text(units));
        }
        return String.join(", ", values) + "\n";
    }

    private static String plain(String field) {
        return OTHER_NAMES.getOrDefault(field, field);
    }

    private static Map<String, Cell> cells(GpuState gpu, long epochMillis) {
        boolean idle = gpu.busyShare() <= 0;
        long usedMebi = gpu.usedBytes() >> 20;
        long totalMebi = gpu.totalBytes() >> 20;
        long celsius = Math.round(30 + 45 * gpu.powerShare());
        Map<String, Cell> cells = new HashMap<>();
        cells.put(
                "timestamp",
                Cell.of(STAMP.format(Instant.ofEpochMilli(epochMillis).atZone(ZoneId.systemDefault()))));
        cells.put("index", Cell.of("0"));
        cells.put("count", Cell.of("1"));
        cells.put("uuid", Cell.of(UUID));
        cells.put("name", Cell.of("Simulated GPU " + (gpu.totalBytes() >> 30) + "GB"));
        cells.put("driver_version", Cell.of("570.00"));
        cells.put("pstate", Cell.of(idle ? "P8" : "P0"));
        cells.put("mig.mode.current", Cell.of("Disabled"));
        cells.put("utilization.gpu", Cell.of(Math.round(100 * gpu.busyShare()), "%"));
        cells.put("utilization.memory", Cell.of(Math.round(100 * gpu.memoryBusShare()), "%"));
        cells.put("memory.used", Cell.of(usedMebi, "MiB"));
        cells.put("memory.free", Cell.of(totalMebi - usedMebi, "MiB"));
        cells.put("memory.reserved", Cell.of(0, "MiB"));
        cells.put("memory.total", Cell.of(totalMebi, "MiB"));
        cells.put("power.draw", watts(IDLE_WATTS + (LIMIT_WATTS - IDLE_WATTS) * gpu.powerShare()));
        cells.put("power.limit", watts(LIMIT_WATTS));
        cells.put("temperature.gpu", Cell.of(Long.toString(celsius)));
        cells.put("temperature.memory", Cell.of(Long.toString(celsius + 8)));
        cells.put("clocks.current.sm", Cell.of(idle ? 345 : Math.round(1980 - 200 * gpu.powerShare()), "MHz"));
        cells.put("clocks.max.sm", Cell.of(1980, "MHz"));
        cells.put("clocks.current.memory", Cell.of(2619, "MHz"));
        cells.put("clocks_event_reasons.active", Cell.of(idle ? "0x0000000000000001" : "0x0000000000000000"));
        cells.put("clocks_event_reasons.sw_power_cap", Cell.of("Not Active"));
        cells.put("clocks_event_reasons.hw_thermal_slowdown", Cell.of("Not Active"));
        cells.put("clocks_event_reasons.sw_thermal_slowdown", Cell.of("Not Active"));
        return cells;
    }

    private static Cell watts(double watts) {
        return new Cell(String.format(Locale.ROOT, "%.2f", watts), Optional.of("W"));
    }
}
