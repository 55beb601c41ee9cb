package dev.plumbline.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.probe.GpuTool.Sight;
import dev.plumbline.cli.probe.StepOutcome.Passed;
import dev.plumbline.cli.probe.StepOutcome.Skipped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuToolTest {

    @TempDir
    private Path folder;

    private Sight look(String script) throws Exception {
        Path tool = Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        return new GpuTool("/nonexistent:" + folder).look().get(30, TimeUnit.SECONDS);
    }

    @Test
    void equalCardsAreCounted() throws Exception {
        Sight sight = look("echo 'NVIDIA H100 80GB HBM3, 570.86.15, 81559, Disabled'\n"
                + "echo 'NVIDIA H100 80GB HBM3, 570.86.15, 81559, Disabled'");

        assertThat(sight.outcome()).isEqualTo(new Passed("2 × NVIDIA H100 80GB HBM3, driver 570.86.15"));
        assertThat(sight.facts())
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

    @Test
    void aToolThatFailsSaysSoAndStopsNobody() throws Exception {
        Sight sight = look("echo 'NVIDIA-SMI has failed because it could not reach the driver'; exit 9");

        assertThat(sight.outcome()).isInstanceOf(Skipped.class).asString().contains("could not reach the driver");
        assertThat(sight.facts()).isEmpty();
    }

    @Test
    void aToolThatListsNothingAndNoToolAtAllAreSkipped() throws Exception {
        assertThat(look("true").outcome()).isInstanceOf(Skipped.class);
        assertThat(new GpuTool("").look().get(30, TimeUnit.SECONDS).outcome())
                .asString()
                .contains("not on the PATH");
    }
}
