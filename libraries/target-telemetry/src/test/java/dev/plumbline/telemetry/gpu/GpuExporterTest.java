package dev.plumbline.telemetry.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.ThrottleReason;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.RunningClock;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import dev.plumbline.telemetry.scrape.Resources;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exporters' pages over a real HTTP server. */
class GpuExporterTest {

    private final PageClient client = new PageClient();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Poll<GpuSample> poll(GpuSourceKind exporter) throws InterruptedException {
        return GpuSources.page(
                        new Viewpoint("p", "t", "gpu-exporter", new RunningClock()),
                        exporter,
                        client,
                        PageAddress.of(server.url() + "/metrics", Map.of()),
                        Duration.ofSeconds(10))
                .poll();
    }

    private List<GpuSample> samples(GpuSourceKind exporter) throws InterruptedException {
        Poll<GpuSample> poll = poll(exporter);
        assertThat(poll).isInstanceOf(Poll.Taken.class);
        return ((Poll.Taken<GpuSample>) poll).samples();
    }

    @Test
    void dcgmGivesEveryGpuOfItsPage() throws IOException, InterruptedException {
        server.on("/metrics", 200, "text/plain", Resources.text("/gpu/dcgm.prom"));
        List<GpuSample> samples = samples(GpuSourceKind.AUTO);
        assertThat(samples).hasSize(2);
        GpuSample busy = samples.get(0);
        assertThat(busy.gpu().uuid()).contains("GPU-aaaa");
        assertThat(busy.gpu().name()).contains("NVIDIA H100 80GB HBM3");
        assertThat(busy.load().utilizationRatio()).hasValue(1);
        assertThat(busy.load().engineActiveRatio()).hasValue(0.963);
        assertThat(busy.load().tensorActiveRatio()).hasValue(0.41);
        assertThat(busy.memory().usedBytes()).hasValue(19818L << 20);
        assertThat(busy.memory().totalBytes()).as("used + free + reserved").hasValue(81559L << 20);
        assertThat(busy.clocks().memoryHertz()).hasValue(2_619_000_000L);
        assertThat(busy.clocks().powerViolationNanosTotal()).hasValue(12_000_000_000L);
        assertThat(busy.clocks().thermalViolationNanosTotal()).isEmpty();
        assertThat(busy.clocks().throttleActive())
                .containsEntry(ThrottleReason.SW_POWER_CAP, true)
                .containsEntry(ThrottleReason.HW_THERMAL_SLOWDOWN, true)
                .containsEntry(ThrottleReason.GPU_IDLE, false);
        GpuSample other = samples.get(1);
        assertThat(other.clocks().smHertz()).hasValue(345_000_000);
        assertThat(other.temperature().coreCelsius())
                .as("DCGM's blank is no temperature")
                .isEmpty();
        assertThat(other.absent()).containsEntry("coreCelsius", "blank");
        assertThat(other.memory().usedBytes()).isEmpty();
    }

    @Test
    void aMigInstanceIsAGpuOfItsOwn() throws IOException, InterruptedException {
        server.on("/metrics", 200, "text/plain", Resources.text("/gpu/dcgm-mig.prom"));
        List<GpuSample> samples = samples(GpuSourceKind.DCGM);
        assertThat(samples).extracting(sample -> sample.gpu().index()).containsExactly("0/1", "0/7");
        assertThat(samples.get(0).load().utilizationRatio()).isEmpty();
        assertThat(samples.get(0).load().engineActiveRatio()).hasValue(0.5);
        assertThat(new GpuEventValues("").apply(samples)).containsEntry("gpu0mig7UsedBytes", 100.0 * (1 << 20));
    }

    @Test
    void amdsExporterIsReadWhateverItsPrefix() throws IOException, InterruptedException {
        String page = Resources.text("/gpu/amd-exporter.prom");
        for (String prefix : List.of("amd_", "", "site_amd_")) {
            server.on("/metrics", ScriptedServer.reply(200, "text/plain", page.replace("amd_gpu", prefix + "gpu")));
            List<GpuSample> samples = samples(prefix.isEmpty() ? GpuSourceKind.AUTO : GpuSourceKind.AMD_EXPORTER);
            assertThat(samples).extracting(sample -> sample.gpu().index()).containsExactly("0", "0/1");
            GpuSample gpu = samples.get(0);
            assertThat(gpu.load().utilizationRatio()).hasValue(0.97);
            assertThat(gpu.power().drawWatts()).hasValue(748);
            assertThat(gpu.temperature().coreCelsius())
                    .as("junction before edge")
                    .hasValue(76);
            assertThat(gpu.memory().usedBytes()).hasValue(183265L << 20);
            assertThat(gpu.clocks().smHertz()).hasValue(1_533_000_000L);
            assertThat(samples.get(1).load().utilizationRatio()).hasValue(0.12);
            assertThat(samples.get(1).power().drawWatts())
                    .as("a partition's zero")
                    .isEmpty();
        }
    }

    @Test
    void whatIsNoSuchPageIsAReason() throws IOException, InterruptedException {
        isFailure(poll(GpuSourceKind.AUTO), FailureReason.HTTP_STATUS);
        server.on("/metrics", ScriptedServer.reply(200, "text/plain", "<html>hello</html>"));
        isFailure(poll(GpuSourceKind.AUTO), FailureReason.UNREADABLE);
        server.on("/metrics", 200, "text/plain", Resources.text("/engine/tgi.prom"));
        isFailure(poll(GpuSourceKind.AUTO), FailureReason.NOTHING_KNOWN);
        server.on("/metrics", 200, "text/plain", Resources.text("/gpu/amd-exporter.prom"));
        isFailure(poll(GpuSourceKind.DCGM), FailureReason.NOTHING_KNOWN);
    }

    private static void isFailure(Poll<GpuSample> poll, FailureReason reason) {
        assertThat(poll)
                .isInstanceOfSatisfying(
                        Poll.Failed.class,
                        failed ->
                                assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason));
    }
}
