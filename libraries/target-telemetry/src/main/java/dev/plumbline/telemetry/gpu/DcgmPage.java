package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuIdentity;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.telemetry.scrape.PrometheusPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The page of NVIDIA's DCGM exporter. Which metrics are on it is the operator's choice; what is not there is not known.
 *
 * <p>A MIG instance is a GPU of its own, {@code 0/1}. It has no utilization; its engine's activity stands for itself.
 */
final class DcgmPage implements GpuPage {

    private record Meaning(GpuValue value, double factor) {}

    private static final Map<String, Meaning> MEANINGS = Map.ofEntries(
            Map.entry("DCGM_FI_DEV_GPU_UTIL", new Meaning(GpuValue.UTILIZATION_RATIO, GpuDraft.PERCENT)),
            Map.entry(
                    "DCGM_FI_DEV_MEM_COPY_UTIL", new Meaning(GpuValue.MEMORY_BUS_UTILIZATION_RATIO, GpuDraft.PERCENT)),
            Map.entry("DCGM_FI_PROF_GR_ENGINE_ACTIVE", new Meaning(GpuValue.ENGINE_ACTIVE_RATIO, 1)),
            Map.entry("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", new Meaning(GpuValue.TENSOR_ACTIVE_RATIO, 1)),
            Map.entry("DCGM_FI_PROF_DRAM_ACTIVE", new Meaning(GpuValue.DRAM_ACTIVE_RATIO, 1)),
            Map.entry("DCGM_FI_DEV_FB_USED", new Meaning(GpuValue.USED_BYTES, GpuDraft.MEBI)),
            Map.entry("DCGM_FI_DEV_FB_TOTAL", new Meaning(GpuValue.TOTAL_BYTES, GpuDraft.MEBI)),
            Map.entry("DCGM_FI_DEV_POWER_USAGE", new Meaning(GpuValue.DRAW_WATTS, 1)),
            Map.entry("DCGM_FI_DEV_POWER_MGMT_LIMIT", new Meaning(GpuValue.LIMIT_WATTS, 1)),
            Map.entry("DCGM_FI_DEV_GPU_TEMP", new Meaning(GpuValue.CORE_CELSIUS, 1)),
            Map.entry("DCGM_FI_DEV_MEMORY_TEMP", new Meaning(GpuValue.MEMORY_CELSIUS, 1)),
            Map.entry("DCGM_FI_DEV_SM_CLOCK", new Meaning(GpuValue.SM_HERTZ, GpuDraft.MEGA)),
            Map.entry("DCGM_FI_DEV_MEM_CLOCK", new Meaning(GpuValue.MEMORY_HERTZ, GpuDraft.MEGA)),
            Map.entry("DCGM_FI_DEV_POWER_VIOLATION", new Meaning(GpuValue.POWER_VIOLATION_NANOS_TOTAL, 1)),
            Map.entry("DCGM_FI_DEV_THERMAL_VIOLATION", new Meaning(GpuValue.THERMAL_VIOLATION_NANOS_TOTAL, 1)));

    /** The bit mask, by its newer and its older name. */
    private static final List<String> MASKS =
            List.of("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS");

    private static final List<String> PARTS_OF_TOTAL =
            List.of("DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_RESERVED");

    private static final class Gpu {
        private final GpuIdentity identity;
        private final GpuDraft draft = new GpuDraft();
        private final Map<String, Double> partsOfTotalMebibytes = new LinkedHashMap<>();

        Gpu(GpuIdentity identity) {
            this.identity = identity;
        }
    }

    @Override
    public boolean isOn(PrometheusPage page) {
        return page.names().stream().anyMatch(name -> name.startsWith("DCGM_FI_"));
    }

    @Override
    public List<GpuSample> read(PrometheusPage page, Observation observation) {
        Map<String, Gpu> gpus = new LinkedHashMap<>();
        MEANINGS.forEach((name, meaning) -> page.values(name)
                .forEach(value -> gpu(gpus, value)
                        .ifPresent(gpu -> gpu.draft.number(meaning.value(), value.number(), meaning.factor()))));
        MASKS.forEach(name -> page.values(name)
                .forEach(value ->
                        gpu(gpus, value).ifPresent(gpu -> gpu.draft.throttleMask(Math.round(value.number())))));
        PARTS_OF_TOTAL.forEach(name -> page.values(name)
                .forEach(value ->
                        gpu(gpus, value).ifPresent(gpu -> gpu.partsOfTotalMebibytes.put(name, value.number()))));
        List<GpuSample> samples = new ArrayList<>();
        for (Gpu gpu : gpus.values()) {
            if (!gpu.draft.has(GpuValue.TOTAL_BYTES)
                    && gpu.partsOfTotalMebibytes.containsKey("DCGM_FI_DEV_FB_FREE")
                    && gpu.partsOfTotalMebibytes.containsKey("DCGM_FI_DEV_FB_USED")) {
                gpu.draft.number(
                        GpuValue.TOTAL_BYTES,
                        gpu.partsOfTotalMebibytes.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .sum(),
                        GpuDraft.MEBI);
            }
            samples.add(gpu.draft.sample(observation, gpu.identity));
        }
        samples.sort(GpuPage.BY_INDEX);
        return samples;
    }

    private static Optional<Gpu> gpu(Map<String, Gpu> gpus, PrometheusPage.Value value) {
        Optional<String> index = value.label("gpu");
        if (index.isEmpty()) {
            return Optional.empty();
        }
        String instance = value.label("GPU_I_ID").map(id -> "/" + id).orElse("");
        String host = value.label("hostname").or(() -> value.label("Hostname")).orElse("");
        String key = host + '|' + index.get() + instance;
        Gpu known = gpus.get(key);
        if (known == null && gpus.size() < GpuDocument.MAX_GPUS) {
            known = new Gpu(GpuNames.identity(index.get() + instance, value.label("UUID"), value.label("modelName")));
            gpus.put(key, known);
        }
        return Optional.ofNullable(known);
    }
}
