package dev.plumbline.telemetry.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.contract.telemetry.ThrottleReason;
import dev.plumbline.telemetry.scrape.Resources;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows that were captured from real GPUs. */
class NvidiaSmiRowTest {

    private static final Observation NOW = new Observation("p", "t", "nvidia-smi", 1);

    private static List<GpuSample> rows(String resource) throws IOException {
        List<String> fields = Arrays.stream(Resources.text("/gpu/nvidia-smi-query-gpu.csv")
                        .lines()
                        .findFirst()
                        .orElseThrow()
                        .split(", "))
                .map(field -> field.replaceAll(" \\[.*]", ""))
                .toList();
        return Resources.text(resource)
                .lines()
                .filter(line -> !line.startsWith("timestamp"))
                .map(line -> NvidiaSmiRow.read(line, fields, Map.of(), NOW).orElseThrow())
                .toList();
    }

    @Test
    void rowsWithAndWithoutUnitsSayTheSame() throws IOException {
        List<GpuSample> rows = rows("/gpu/nvidia-smi-query-gpu.csv");
        assertThat(rows).hasSize(16).isEqualTo(rows("/gpu/nvidia-smi-query-gpu-noheader-nounits.csv"));
    }

    @Test
    void aConsumerCardHasNoMemoryTemperatureAndSaysWhatItSaid() throws IOException {
        GpuSample card = rows("/gpu/nvidia-smi-query-gpu.csv").get(0);
        assertThat(card.gpu().index()).isEqualTo("0");
        assertThat(card.gpu().name()).contains("NVIDIA GeForce RTX 2080 SUPER");
        assertThat(card.load().utilizationRatio()).hasValue(0);
        assertThat(card.load().memoryBusUtilizationRatio()).hasValue(0.09);
        assertThat(card.memory().usedBytes()).hasValue(214L << 20);
        assertThat(card.memory().totalBytes()).hasValue(8192L << 20);
        assertThat(card.power().drawWatts()).hasValue(39.32);
        assertThat(card.power().limitWatts()).hasValue(250);
        assertThat(card.temperature().coreCelsius()).hasValue(40);
        assertThat(card.temperature().memoryCelsius()).isEmpty();
        assertThat(card.absent()).containsOnly(Map.entry("memoryCelsius", "N/A"));
        assertThat(card.clocks().smHertz()).hasValue(765_000_000);
        assertThat(card.clocks().memoryHertz()).isEmpty();
        assertThat(card.clocks().throttleActive())
                .hasSize(9)
                .containsEntry(ThrottleReason.SW_POWER_CAP, true)
                .containsEntry(ThrottleReason.GPU_IDLE, false);
    }

    @Test
    void migHidesUtilizationAndNothingElse() throws IOException {
        GpuSample mig = rows("/gpu/nvidia-smi-query-gpu.csv").get(9);
        assertThat(mig.load().utilizationRatio()).isEmpty();
        assertThat(mig.load().memoryBusUtilizationRatio()).isEmpty();
        assertThat(mig.absent())
                .containsOnly(
                        Map.entry("utilizationRatio", "[N/A], MIG is enabled"),
                        Map.entry("memoryBusUtilizationRatio", "[N/A], MIG is enabled"));
        assertThat(mig.memory().usedBytes()).hasValue(11125L << 20);
        assertThat(mig.power().drawWatts()).hasValue(433.78);
        assertThat(mig.temperature().memoryCelsius()).hasValue(59);
    }

    @Test
    void zeroMemoryIsAZeroAndIdlenessIsAReason() throws IOException {
        GpuSample idle = rows("/gpu/nvidia-smi-query-gpu.csv").get(6);
        assertThat(idle.memory().usedBytes()).hasValue(0);
        assertThat(idle.clocks().throttleActive()).containsEntry(ThrottleReason.GPU_IDLE, true);
        assertThat(new GpuEventValues("").apply(List.of(idle)))
                .containsEntry("gpu0SlowingReasonsCount", 0.0)
                .containsEntry("gpu0UsedBytes", 0.0)
                .containsEntry("gpu0DrawWatts", 69.85)
                .containsEntry("gpusCount", 1.0);
    }

    @Test
    void whatIsNotARowIsNone() {
        List<String> fields = List.of("index", "uuid", "power.draw");
        for (String line : List.of("", "0, GPU-1", "x, GPU-1, 3", "0, GPU-1, 3, 4", "No devices were found")) {
            assertThat(NvidiaSmiRow.read(line, fields, Map.of(), NOW)).as(line).isEmpty();
        }
        GpuSample odd = NvidiaSmiRow.read("0, [N/A], -5", fields, Map.of("temperature.gpu", "unknown"), NOW)
                .orElseThrow();
        assertThat(odd.gpu().uuid()).isEmpty();
        assertThat(odd.power().drawWatts()).isEmpty();
        assertThat(odd.absent())
                .containsEntry("drawWatts", "not possible: -5.0")
                .containsEntry("coreCelsius", "unknown");
    }

    @Test
    void anEventCarriesABoundedNumberOfGpus() throws IOException {
        GpuSample one = rows("/gpu/nvidia-smi-query-gpu.csv").get(7);
        List<GpuSample> many = java.util.stream.IntStream.range(0, 40)
                .mapToObj(i -> new GpuSample(
                        NOW,
                        GpuNames.identity(
                                Integer.toString(i), one.gpu().uuid(), one.gpu().name()),
                        one.load(),
                        one.memory(),
                        one.power(),
                        one.temperature(),
                        one.clocks(),
                        one.absent()))
                .toList();
        assertThat(new GpuEventValues("page2").apply(many))
                .containsEntry("page2GpusCount", 40.0)
                .containsKey("page2Gpu15DrawWatts")
                .doesNotContainKey("page2Gpu16DrawWatts");
    }
}
