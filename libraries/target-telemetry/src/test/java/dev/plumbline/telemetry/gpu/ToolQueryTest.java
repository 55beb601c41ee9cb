package dev.plumbline.telemetry.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.ThrottleReason;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.RunningClock;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolQueryTest {

    private static final Observation NOW = new Observation("p", "t", "amd-smi", 1);

    @TempDir
    private Path folder;

    private Poll<GpuSample> poll(GpuSourceKind tool, String body, Duration timeout)
            throws IOException, InterruptedException {
        Path file = FakeTool.script(folder, GpuSources.commandOf(tool), body);
        try (SampleSource<GpuSample> source = GpuSources.tool(
                new Viewpoint("p", "t", GpuSources.commandOf(tool), new RunningClock()),
                tool,
                List.of(file.toString()),
                Duration.ofSeconds(1),
                timeout)) {
            return source.poll();
        }
    }

    private String prints(String resource) throws IOException {
        return "cat '" + Files.writeString(folder.resolve("document"), Resources.text(resource)) + "'\n";
    }

    @Test
    void amdSmiIsRunWithItsArgumentsAndItsWarningsAreSkipped() throws IOException, InterruptedException {
        Poll<GpuSample> poll = poll(
                GpuSourceKind.AMD_SMI,
                "[ \"$*\" = 'metric --json' ] || exit 3\necho 'WARNING: User is missing in video group'\n"
                        + prints("/gpu/amd-smi.json"),
                Duration.ofSeconds(20));
        assertThat(((Poll.Taken<GpuSample>) poll).samples())
                .extracting(sample -> sample.gpu().index())
                .containsExactly("0", "2");
    }

    @Test
    void amdSmiGivesItsValuesInOurUnitsInBothOfItsForms() throws IOException {
        String json = Resources.text("/gpu/amd-smi.json");
        GpuSample gpu = new AmdSmiDocument().read(json, NOW).get(0);
        assertThat(gpu.load().utilizationRatio()).hasValue(0.87);
        assertThat(gpu.load().memoryBusUtilizationRatio()).hasValue(0.2);
        assertThat(gpu.memory().usedBytes()).hasValue(283L << 20);
        assertThat(gpu.memory().totalBytes()).hasValue(196592L << 20);
        assertThat(gpu.power().drawWatts()).hasValue(612);
        assertThat(gpu.power().limitWatts()).isEmpty();
        assertThat(gpu.temperature().coreCelsius()).hasValue(71);
        assertThat(gpu.temperature().memoryCelsius()).hasValue(55);
        assertThat(gpu.clocks().smHertz()).hasValue(2_100_000_000L);
        assertThat(gpu.clocks().memoryHertz()).hasValue(1_300_000_000L);
        assertThat(gpu.clocks().throttleActive()).containsOnly(java.util.Map.entry(ThrottleReason.UNSPECIFIED, false));
        GpuSample third = new AmdSmiDocument().read(json, NOW).get(1);
        assertThat(third.absent()).containsEntry("utilizationRatio", "N/A");
        assertThat(third.temperature().coreCelsius())
                .as("the edge where there is no hotspot")
                .hasValue(40);
        String bare = json.substring(json.indexOf('['), json.lastIndexOf(']') + 1);
        assertThat(new AmdSmiDocument().read(bare, NOW)).isEqualTo(new AmdSmiDocument().read(json, NOW));
    }

    @Test
    void rocmSmiPrintsTextsThatBecomeNumbers() throws IOException, InterruptedException {
        Poll<GpuSample> poll = poll(GpuSourceKind.ROCM_SMI, prints("/gpu/rocm-smi.json"), Duration.ofSeconds(20));
        GpuSample gpu = ((Poll.Taken<GpuSample>) poll).samples().get(0);
        assertThat(gpu.gpu().name()).contains("Radeon RX 7900 XT");
        assertThat(gpu.gpu().uuid()).contains("0x1122334455667788");
        assertThat(gpu.load().utilizationRatio()).hasValue(0.37);
        assertThat(gpu.absent()).containsEntry("memoryBusUtilizationRatio", "N/A");
        assertThat(gpu.memory().usedBytes()).hasValue(10_729_029_632L);
        assertThat(gpu.power().drawWatts()).hasValue(250);
        assertThat(gpu.temperature().coreCelsius()).hasValue(78);
        assertThat(gpu.clocks().smHertz()).hasValue(2_304_000_000L);
        assertThat(gpu.clocks().throttleActive()).isEmpty();
    }

    @Test
    void hangingDyingAndTalkingNonsenseAreReasons() throws IOException, InterruptedException {
        Duration patient = Duration.ofSeconds(20);
        isFailure(poll(GpuSourceKind.AMD_SMI, "sleep 300\n", Duration.ofMillis(300)), FailureReason.TIMEOUT);
        isFailure(poll(GpuSourceKind.AMD_SMI, "echo 'amdgpu not loaded'; exit 1\n", patient), FailureReason.EXITED);
        isFailure(poll(GpuSourceKind.AMD_SMI, "echo '{\"gpu_data\": 3}'\n", patient), FailureReason.UNREADABLE);
        isFailure(poll(GpuSourceKind.ROCM_SMI, "echo '{\"card0\": [1]}'\n", patient), FailureReason.UNREADABLE);
        isFailure(poll(GpuSourceKind.ROCM_SMI, "echo '{\"card0\": '\n", patient), FailureReason.UNREADABLE);
        isFailure(poll(GpuSourceKind.ROCM_SMI, "yes '{' \n", Duration.ofSeconds(60)), FailureReason.TOO_LARGE);
    }

    private static void isFailure(Poll<GpuSample> poll, FailureReason reason) {
        assertThat(poll)
                .isInstanceOfSatisfying(
                        Poll.Failed.class,
                        failed ->
                                assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason));
    }
}
