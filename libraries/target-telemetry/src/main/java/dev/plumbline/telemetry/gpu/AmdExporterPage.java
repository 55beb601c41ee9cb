package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuIdentity;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.telemetry.scrape.PrometheusPage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The page of AMD's device metrics exporter, whatever prefix its operator chose, for example {@code amd_}. Its MB are 2^20
 * bytes. Partitions other than the first have no sensors and print zeros for them; those are absent.
 */
final class AmdExporterPage implements GpuPage {

    /** From the least to the most wanted: a later name replaces what an earlier one said. */
    private record Meaning(String name, GpuValue value, double factor, boolean sensor) {}

    private static final List<Meaning> MEANINGS = List.of(
            new Meaning("gpu_gfx_activity", GpuValue.UTILIZATION_RATIO, GpuDraft.PERCENT, false),
            new Meaning("gpu_umc_activity", GpuValue.MEMORY_BUS_UTILIZATION_RATIO, GpuDraft.PERCENT, false),
            new Meaning("gpu_used_vram", GpuValue.USED_BYTES, GpuDraft.MEBI, false),
            new Meaning("gpu_total_vram", GpuValue.TOTAL_BYTES, GpuDraft.MEBI, false),
            new Meaning("gpu_average_package_power", GpuValue.DRAW_WATTS, 1, true),
            new Meaning("gpu_package_power", GpuValue.DRAW_WATTS, 1, true),
            new Meaning("gpu_edge_temperature", GpuValue.CORE_CELSIUS, 1, true),
            new Meaning("gpu_junction_temperature", GpuValue.CORE_CELSIUS, 1, true),
            new Meaning("gpu_memory_temperature", GpuValue.MEMORY_CELSIUS, 1, true));

    private static final String MARK = "gpu_gfx_activity";

    private record Gpu(GpuIdentity identity, boolean first, GpuDraft draft) {}

    @Override
    public boolean isOn(PrometheusPage page) {
        return prefix(page).isPresent();
    }

    private static Optional<String> prefix(PrometheusPage page) {
        return page.names().stream()
                .filter(name -> name.endsWith(MARK) || name.endsWith("gpu_package_power"))
                .map(name -> name.substring(0, name.lastIndexOf("gpu_")))
                .min(Comparator.comparingInt(String::length));
    }

    @Override
    public List<GpuSample> read(PrometheusPage page, Observation observation) {
        String prefix = prefix(page).orElse("");
        Map<String, Gpu> gpus = new LinkedHashMap<>();
        for (Meaning meaning : MEANINGS) {
            page.values(prefix + meaning.name())
                    .forEach(value -> gpu(gpus, value).ifPresent(gpu -> {
                        if (meaning.sensor() && !gpu.first()) {
                            gpu.draft().absent(meaning.value(), "a partition has no sensor of its own");
                        } else if (!(meaning.sensor()
                                && value.number() == 0
                                && gpu.draft().has(meaning.value()))) {
                            gpu.draft().number(meaning.value(), value.number(), meaning.factor());
                        }
                    }));
        }
        page.values(prefix + "gpu_clock")
                .forEach(value -> gpu(gpus, value).ifPresent(gpu -> {
                    switch (value.label("clock_type").orElse("")) {
                        case "GPU_CLOCK_TYPE_SYSTEM" -> first(gpu.draft(), GpuValue.SM_HERTZ, value.number());
                        case "GPU_CLOCK_TYPE_MEMORY" -> first(gpu.draft(), GpuValue.MEMORY_HERTZ, value.number());
                        default -> {}
                    }
                }));
        List<GpuSample> samples = new ArrayList<>();
        gpus.values().forEach(gpu -> samples.add(gpu.draft().sample(observation, gpu.identity())));
        samples.sort(GpuPage.BY_INDEX);
        return samples;
    }

    /** Of several clocks of one type, one per die, the first speaks for the GPU. */
    private static void first(GpuDraft draft, GpuValue value, double megahertz) {
        if (!draft.has(value)) {
            draft.number(value, megahertz, GpuDraft.MEGA);
        }
    }

    private static Optional<Gpu> gpu(Map<String, Gpu> gpus, PrometheusPage.Value value) {
        Optional<String> index = value.label("gpu_id");
        if (index.isEmpty()) {
            return Optional.empty();
        }
        String partition = value.label("gpu_partition_id")
                .or(() -> value.label("partition_id"))
                .orElse("0");
        String key = value.label("hostname").orElse("") + '|' + index.get() + '/' + partition;
        boolean first = partition.equals("0");
        Gpu known = gpus.get(key);
        if (known == null && gpus.size() < GpuDocument.MAX_GPUS) {
            known = new Gpu(
                    GpuNames.identity(
                            first ? index.get() : index.get() + '/' + partition,
                            value.label("serial_number"),
                            value.label("card_model")),
                    first,
                    new GpuDraft());
            gpus.put(key, known);
        }
        return Optional.ofNullable(known);
    }
}
