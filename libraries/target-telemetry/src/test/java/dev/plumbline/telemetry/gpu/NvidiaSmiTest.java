package dev.plumbline.telemetry.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.RunningClock;
import dev.plumbline.telemetry.sampling.Viewpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executables that print captured rows, hang, die or talk nonsense stand in for the one thing that cannot be had here. */
class NvidiaSmiTest {

    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PATIENT = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    private Path folder;

    private NvidiaSmi smi = new NvidiaSmi(viewpoint(), List.of("/none"), 1, 1);

    private static Viewpoint viewpoint() {
        return new Viewpoint("p", "t", "nvidia-smi", new RunningClock());
    }

    private Poll<GpuSample> poll(Path tool, long timeoutNanos) throws InterruptedException {
        smi = new NvidiaSmi(viewpoint(), List.of(tool.toString()), INTERVAL, timeoutNanos);
        return smi.poll();
    }

    @AfterEach
    void end() {
        smi.close();
    }

    private static List<GpuSample> samples(Poll<GpuSample> poll) {
        assertThat(poll).isInstanceOf(Poll.Taken.class);
        return ((Poll.Taken<GpuSample>) poll).samples();
    }

    private static void isFailure(Poll<GpuSample> poll, FailureReason reason, String words) {
        assertThat(poll).isInstanceOfSatisfying(Poll.Failed.class, failed -> {
            assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason);
            assertThat(failed.detail()).contains(words);
        });
    }

    @Test
    void oneProcessGivesRoundAfterRoundOfAllGpus() throws IOException, InterruptedException {
        List<GpuSample> first = samples(poll(FakeTool.nvidiaSmi(folder, "8 10 16", ""), PATIENT));
        assertThat(first).extracting(sample -> sample.gpu().index()).containsExactly("0", "1", "2");
        assertThat(first)
                .extracting(sample -> sample.power().drawWatts().orElseThrow())
                .containsExactly(631.95, 433.78, 110.23);
        assertThat(first.get(1).absent()).containsEntry("utilizationRatio", "[N/A], MIG is enabled");
        assertThat(first.get(0).absent())
                .as("a field that the tool does not know")
                .containsEntry("memoryHertz", "this nvidia-smi does not know clocks.current.memory");
        Poll.Taken<GpuSample> second = (Poll.Taken<GpuSample>) smi.poll();
        assertThat(second.samples()).hasSize(3);
        assertThat(second.samples().get(0).observation().atEpochMillis())
                .as("how far apart they are read depends on the machine, too")
                .isGreaterThanOrEqualTo(first.get(0).observation().atEpochMillis());
    }

    @Test
    void anOlderDriverIsAskedByItsOlderName() throws IOException, InterruptedException {
        Path tool = FakeTool.nvidiaSmi(folder, "1", "s/clocks_event_reasons/clocks_throttle_reasons/g");
        GpuSample sample = samples(poll(tool, PATIENT)).get(0);
        assertThat(sample.clocks().throttleActive()).hasSize(9);
    }

    @Test
    void aToolThatHangsIsATimeoutAndIsEnded() throws IOException, InterruptedException {
        Path pid = folder.resolve("pid");
        Path tool = FakeTool.script(folder, "nvidia-smi", "echo $$ > '" + pid + "'\nexec sleep 300\n");
        isFailure(poll(tool, INTERVAL), FailureReason.TIMEOUT, "printed nothing for 400 ms");
        if (Files.exists(pid)) {
            isGone(Long.parseLong(Files.readString(pid).strip()));
        }
    }

    private static void isGone(long pid) {
        ProcessHandle.of(pid).ifPresent(process -> assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(60)));
    }

    @Test
    void aToolThatDiesIsTriedAgainAtTheNextPoll() throws IOException, InterruptedException {
        Path tool = FakeTool.script(
                folder,
                "nvidia-smi",
                "echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\"\nexit 9\n");
        isFailure(poll(tool, PATIENT), FailureReason.EXITED, "ended with 9: NVIDIA-SMI has failed");
        FakeTool.nvidiaSmi(folder, "8", "");
        assertThat(samples(smi.poll())).hasSize(1);
    }

    @Test
    void aToolThatDiesInMidStreamGivesWhatItSaidAndThenTheReason() throws IOException, InterruptedException {
        Path row = Files.writeString(
                folder.resolve("row"), "0, GPU-1, H100, Disabled, 5, 1, 10, 100, 70, 700, 40, 41, 345, 2619, 0x1\n");
        Path flag = folder.resolve("once");
        Path tool = FakeTool.script(
                folder,
                "nvidia-smi",
                "if [ -e '" + flag + "' ]; then echo 'Unable to determine the device handle for GPU0'; exit 15; fi\n"
                        + "touch '" + flag + "'\ncat '" + row + "'\nexit 0\n");
        GpuSample sample = samples(poll(tool, PATIENT)).get(0);
        assertThat(sample.absent()).isEmpty();
        assertThat(sample.clocks().memoryHertz()).hasValue(2_619_000_000L);
        smi.close();
        smi = new NvidiaSmi(viewpoint(), List.of(tool.toString()), INTERVAL, PATIENT);
        isFailure(smi.poll(), FailureReason.EXITED, "15: Unable to determine");
    }

    @Test
    void nonsenseWithoutEndIsUnreadable() throws IOException, InterruptedException {
        Path tool = FakeTool.script(
                folder,
                "nvidia-smi",
                "i=0; while :; do i=$((i+1)); echo \"garbage, $i\"; head -c 9000 /dev/zero; done\n");
        isFailure(poll(tool, PATIENT), FailureReason.UNREADABLE, "no rows");
    }

    @Test
    void noToolIsNotStarted() throws InterruptedException {
        isFailure(poll(folder.resolve("none"), PATIENT), FailureReason.NOT_STARTED, "none");
    }

    @Test
    void aToolIsFoundOnTheSearchPathInOrder() throws IOException {
        assertThat(GpuSources.findTool(folder.toString())).isEmpty();
        assertThat(GpuSources.findTool("")).isEmpty();
        Files.writeString(folder.resolve("nvidia-smi"), "not executable");
        FakeTool.script(folder, "rocm-smi", "exit 0\n");
        assertThat(GpuSources.findTool("/does/not/exist:" + folder)).contains(GpuSourceKind.ROCM_SMI);
        FakeTool.script(folder, "amd-smi", "exit 0\n");
        assertThat(GpuSources.findTool(folder.toString())).contains(GpuSourceKind.AMD_SMI);
    }
}
