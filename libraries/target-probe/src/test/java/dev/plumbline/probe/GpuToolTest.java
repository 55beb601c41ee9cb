package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.GpuTool.Reading;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuToolTest {

    @TempDir
    private Path folder;

    private Reading look(String script) throws IOException {
        Path tool = Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        return new GpuTool("/nonexistent:" + folder).read().join();
    }

    @Test
    void equalCardsAreCounted() throws IOException {
        Reading reading = look("echo 'NVIDIA H100 80GB HBM3, 570.86.15, 81559, Disabled'\n"
                + "echo 'NVIDIA H100 80GB HBM3, 570.86.15, 81559, Disabled'");

        assertThat(reading.outcome()).isEqualTo(new Passed("2 × NVIDIA H100 80GB HBM3, driver 570.86.15"));
        assertThat(reading.facts())
                .containsEntry("gpu", "NVIDIA H100 80GB HBM3")
                .containsEntry("gpuCount", "2")
                .containsEntry("gpuDriver", "570.86.15")
                .containsEntry("gpuMemoryMebibytes", "81559")
                .containsEntry("gpuMig", "Disabled");
    }

    @Test
    void differentCardsAreBothNamed() throws IOException {
        assertThat(look("echo 'A, 1, 10, [N/A]'; echo 'B, 1, 20, [N/A]'").facts())
                .containsEntry("gpu", "A + B");
    }

    @Test
    void aToolThatFailsSaysSoAndStopsNobody() throws IOException {
        Reading reading = look("echo 'NVIDIA-SMI has failed because it could not reach the driver'; exit 9");

        assertThat(reading.outcome()).isInstanceOf(Skipped.class).asString().contains("could not reach the driver");
        assertThat(reading.facts()).isEmpty();
    }

    @Test
    void aToolThatListsNothingAndNoToolAtAllAreSkipped() throws IOException {
        assertThat(look("true").outcome()).isInstanceOf(Skipped.class);
        assertThat(new GpuTool("").read().join().outcome()).asString().contains("not on the PATH");
    }
}
