package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plumb demo} as a user starts it: found, explained, exact, and nothing left behind. */
class DemoIT {

    @TempDir
    private Path temporary;

    @Test
    void aTwentyPercentShiftIsFoundAndExplained() throws Exception {
        PlumbProcess demo = PlumbProcess.start(temporary, "demo");
        assertThat(demo.exitValue()).as(demo.output()).isZero();
        assertThat(demo.output())
                .contains("ALERT")
                .contains("p50(tpot)")
                .contains("evidence")
                .contains("slowest")
                .contains("no alert before the shift")
                .doesNotContain("NOT EQUAL");
        assertThat(demo.leftOver()).isEmpty();
    }
}
