package dev.plumbline.telemetry.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code amd-smi metric --json}: a bare list until 2024, {@code {"gpu_data":[…]}} since. A leaf is
 * {@code {"value":10,"unit":"W"}}, a bare number or the text {@code N/A}. Its MB are 2^20 bytes.
 */
final class AmdSmiDocument implements GpuDocument {

    @Override
    public List<GpuSample> read(String json, Observation observation) {
        Optional<JsonNode> root = GpuDocument.parse(json);
        if (root.isEmpty()) {
            return List.of();
        }
        JsonNode list = root.get().isArray() ? root.get() : root.get().path("gpu_data");
        List<GpuSample> samples = new ArrayList<>();
        for (JsonNode gpu : list) {
            if (samples.size() < MAX_GPUS && gpu.path("gpu").isValueNode()) {
                sample(gpu, observation).ifPresent(samples::add);
            }
        }
        return samples;
    }

    private static Optional<GpuSample> sample(JsonNode gpu, Observation observation) {
        GpuDraft draft = new GpuDraft();
        put(draft, GpuValue.UTILIZATION_RATIO, gpu.at("/usage/gfx_activity"), GpuDraft.PERCENT);
        put(draft, GpuValue.MEMORY_BUS_UTILIZATION_RATIO, gpu.at("/usage/umc_activity"), GpuDraft.PERCENT);
        put(draft, GpuValue.USED_BYTES, gpu.at("/mem_usage/used_vram"), GpuDraft.MEBI);
        put(draft, GpuValue.TOTAL_BYTES, gpu.at("/mem_usage/total_vram"), GpuDraft.MEBI);
        put(draft, GpuValue.DRAW_WATTS, gpu.at("/power/socket_power"), 1);
        put(draft, GpuValue.CORE_CELSIUS, gpu.at("/temperature/hotspot"), 1);
        if (!draft.has(GpuValue.CORE_CELSIUS)) {
            put(draft, GpuValue.CORE_CELSIUS, gpu.at("/temperature/edge"), 1);
        }
        put(draft, GpuValue.MEMORY_CELSIUS, gpu.at("/temperature/mem"), 1);
        put(draft, GpuValue.SM_HERTZ, gpu.at("/clock/gfx_0/clk"), GpuDraft.MEGA);
        put(draft, GpuValue.MEMORY_HERTZ, gpu.at("/clock/mem_0/clk"), GpuDraft.MEGA);
        String throttle = gpu.at("/power/throttle_status").asText("");
        switch (throttle) {
            case "THROTTLED" -> draft.throttled(true);
            case "UNTHROTTLED" -> draft.throttled(false);
            case "" -> {}
            default -> draft.absent(GpuValue.THROTTLE_ACTIVE, throttle);
        }
        if (draft.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(draft.sample(
                observation, GpuNames.identity(gpu.path("gpu").asText(), Optional.empty(), Optional.empty())));
    }

    private static void put(GpuDraft draft, GpuValue value, JsonNode leaf, double factor) {
        JsonNode number = leaf.isObject() ? leaf.path("value") : leaf;
        if (number.isNumber()) {
            draft.number(value, number.doubleValue(), factor);
        } else if (number.isTextual()) {
            draft.text(value, number.textValue(), factor);
        }
    }
}
