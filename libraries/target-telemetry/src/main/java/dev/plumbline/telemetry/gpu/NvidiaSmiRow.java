package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One row of {@code nvidia-smi --query-gpu=… --format=csv}: values separated by a comma and a blank. */
final class NvidiaSmiRow {

    /** What is asked for. */
    static final List<String> FIELDS = List.of(
            "index",
            "uuid",
            "name",
            "mig.mode.current",
            "utilization.gpu",
            "utilization.memory",
            "memory.used",
            "memory.total",
            "power.draw",
            "power.limit",
            "temperature.gpu",
            "temperature.memory",
            "clocks.current.sm",
            "clocks.current.memory",
            "clocks_event_reasons.active");

    private record Meaning(GpuValue value, double factor) {}

    private static final Map<String, Meaning> MEANINGS = Map.ofEntries(
            Map.entry("utilization.gpu", new Meaning(GpuValue.UTILIZATION_RATIO, GpuDraft.PERCENT)),
            Map.entry("utilization.memory", new Meaning(GpuValue.MEMORY_BUS_UTILIZATION_RATIO, GpuDraft.PERCENT)),
            Map.entry("memory.used", new Meaning(GpuValue.USED_BYTES, GpuDraft.MEBI)),
            Map.entry("memory.total", new Meaning(GpuValue.TOTAL_BYTES, GpuDraft.MEBI)),
            Map.entry("power.draw", new Meaning(GpuValue.DRAW_WATTS, 1)),
            Map.entry("power.limit", new Meaning(GpuValue.LIMIT_WATTS, 1)),
            Map.entry("temperature.gpu", new Meaning(GpuValue.CORE_CELSIUS, 1)),
            Map.entry("temperature.memory", new Meaning(GpuValue.MEMORY_CELSIUS, 1)),
            Map.entry("clocks.current.sm", new Meaning(GpuValue.SM_HERTZ, GpuDraft.MEGA)),
            Map.entry("clocks.current.memory", new Meaning(GpuValue.MEMORY_HERTZ, GpuDraft.MEGA)));

    private static final Pattern INDEX = Pattern.compile("[0-9]{1,4}");
    private static final Pattern MASK = Pattern.compile("0x[0-9a-fA-F]{1,16}");

    private NvidiaSmiRow() {}

    /**
     * Reads a row.
     *
     * @param fields that were asked for, in order
     * @param unknownFields that could not be asked for, and why
     * @return empty when it is not a row with these fields
     */
    static Optional<GpuSample> read(
            String row, List<String> fields, Map<String, String> unknownFields, Observation observation) {
        String[] cells = row.split(",", -1);
        if (cells.length != fields.size()) {
            return Optional.empty();
        }
        Map<String, String> byField = new HashMap<>();
        for (int i = 0; i < cells.length; i++) {
            byField.put(fields.get(i), cells[i].strip());
        }
        String index = byField.getOrDefault("index", "");
        if (!INDEX.matcher(index).matches()) {
            return Optional.empty();
        }
        boolean mig = byField.getOrDefault("mig.mode.current", "").equals("Enabled");
        GpuDraft draft = new GpuDraft();
        unknownFields.forEach((field, reason) -> {
            Meaning meaning = MEANINGS.get(field);
            if (meaning != null) {
                draft.absent(meaning.value(), reason);
            }
        });
        byField.forEach((field, cell) -> {
            Meaning meaning = MEANINGS.get(field);
            if (meaning != null) {
                boolean hidden = mig && cell.equals("[N/A]") && field.startsWith("utilization.");
                if (hidden) {
                    draft.absent(meaning.value(), "[N/A], MIG is enabled");
                } else {
                    draft.text(meaning.value(), cell, meaning.factor());
                }
            } else if (field.endsWith("_reasons.active")) {
                if (MASK.matcher(cell).matches()) {
                    draft.throttleMask(Long.parseUnsignedLong(cell.substring(2), 16));
                } else {
                    draft.absent(GpuValue.THROTTLE_ACTIVE, cell);
                }
            }
        });
        return Optional.of(draft.sample(
                observation,
                GpuNames.identity(
                        index, Optional.ofNullable(byField.get("uuid")), Optional.ofNullable(byField.get("name")))));
    }
}
