package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.GpuTool.Reading;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuToolTest {

    @TempDir
    private Path folder;

    private Reading look(String script) throws Exception {
        Path tool = Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        return new GpuTool("/nonexistent:" + folder).read().get(30, TimeUnit.SECONDS);
    }

    @Test
    void equalCardsAreCounted() throws Exception {
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
    void differentCardsAreBothNamed() throws Exception {
        assertThat(look("echo 'A, 1, 10, [N/A]'; echo 'B, 1, 20, [N/A]'").facts())
                .containsEntry("gpu", "A + B");
    }

    /** Two cards that do not tell their memory have not the same memory. */
    @Test
    void whatTheToolDoesNotKnowIsUnknown() throws Exception {
        for (String nothing : List.of("[N/A]", "N/A", "[Not Supported]", "[Unknown Error]", "ERR!", "")) {
            assertThat(look("echo 'NVIDIA GB10, 580.95.05, " + nothing + ", [N/A]'")
                            .facts())
                    .as(nothing)
                    .containsEntry("gpuMemoryMebibytes", "unknown")
                    .containsEntry("gpuMig", "unsupported")
                    .containsEntry("gpu", "NVIDIA GB10");
        }
        assertThat(look("echo 'A, 1, 10, Disabled'; echo 'A, 1, [N/A], Disabled'")
                        .facts())
                .as("one of two")
                .containsEntry("gpuMemoryMebibytes", "unknown");
    }

    @Test
    void aToolThatFailsSaysSoAndStopsNobody() throws Exception {
        Reading reading = look("echo 'NVIDIA-SMI has failed because it could not reach the driver'; exit 9");

        assertThat(reading.outcome()).isInstanceOf(Skipped.class).asString().contains("could not reach the driver");
        assertThat(reading.facts()).isEmpty();
    }

    @Test
    void aToolThatListsNothingAndNoToolAtAllAreSkipped() throws Exception {
        assertThat(look("true").outcome()).isInstanceOf(Skipped.class);
        assertThat(new GpuTool("").read().get(30, TimeUnit.SECONDS).outcome())
                .asString()
                .contains("not on the PATH");
    }
}
