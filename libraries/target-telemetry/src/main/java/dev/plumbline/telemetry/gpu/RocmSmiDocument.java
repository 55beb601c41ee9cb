package dev.plumbline.telemetry.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code rocm-smi … --json}: one object per card, {@code card0} and on, whose values are texts. */
final class RocmSmiDocument implements GpuDocument {

    /** What is asked for. */
    static final List<String> ARGUMENTS = List.of(
            "--showuse",
            "--showmemuse",
            "--showmeminfo",
            "vram",
            "--showpower",
            "--showtemp",
            "--showclocks",
            "--showproductname",
            "--showuniqueid",
            "--json");

    private static final Pattern CARD = Pattern.compile("card([0-9]{1,4})");
    /** A clock is printed as {@code (173Mhz)}. */
    private static final Pattern CLOCK = Pattern.compile("\\(?([0-9.]+)\\s*[Mm][Hh]z\\)?");

    @Override
    public List<GpuSample> read(String json, Observation observation) {
        Optional<JsonNode> root = GpuDocument.parse(json);
        List<GpuSample> samples = new ArrayList<>();
        if (root.isEmpty()) {
            return samples;
        }
        for (Map.Entry<String, JsonNode> entry : root.get().properties()) {
            Matcher card = CARD.matcher(entry.getKey());
            if (card.matches() && samples.size() < MAX_GPUS) {
                sample(card.group(1), entry.getValue(), observation).ifPresent(samples::add);
            }
        }
        return samples;
    }

    private static Optional<GpuSample> sample(String index, JsonNode card, Observation observation) {
        GpuDraft draft = new GpuDraft();
        put(draft, GpuValue.UTILIZATION_RATIO, card, GpuDraft.PERCENT, "GPU use (%)");
        put(draft, GpuValue.MEMORY_BUS_UTILIZATION_RATIO, card, GpuDraft.PERCENT, "Memory Activity");
        put(draft, GpuValue.USED_BYTES, card, 1, "VRAM Total Used Memory (B)");
        put(draft, GpuValue.TOTAL_BYTES, card, 1, "VRAM Total Memory (B)");
        put(
                draft,
                GpuValue.DRAW_WATTS,
                card,
                1,
                "Current Socket Graphics Package Power (W)",
                "Average Graphics Package Power (W)");
        put(
                draft,
                GpuValue.CORE_CELSIUS,
                card,
                1,
                "Temperature (Sensor junction) (C)",
                "Temperature (Sensor edge) (C)");
        put(draft, GpuValue.MEMORY_CELSIUS, card, 1, "Temperature (Sensor memory) (C)");
        clock(draft, GpuValue.SM_HERTZ, card.path("sclk clock speed:").asText(""));
        clock(draft, GpuValue.MEMORY_HERTZ, card.path("mclk clock speed:").asText(""));
        if (draft.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(draft.sample(
                observation,
                GpuNames.identity(
                        index,
                        Optional.of(
                                card.path("Unique ID").asText(card.path("GUID").asText(""))),
                        Optional.of(card.path("Card Series").asText("")))));
    }

    /** The first key that has a number counts. */
    private static void put(GpuDraft draft, GpuValue value, JsonNode card, double factor, String... keys) {
        for (String key : keys) {
            JsonNode leaf = card.path(key);
            if (leaf.isValueNode() && !draft.has(value)) {
                draft.text(value, leaf.asText(), factor);
            }
        }
    }

    private static void clock(GpuDraft draft, GpuValue value, String printed) {
        Matcher clock = CLOCK.matcher(printed);
        if (clock.matches()) {
            draft.text(value, clock.group(1), GpuDraft.MEGA);
        }
    }
}
