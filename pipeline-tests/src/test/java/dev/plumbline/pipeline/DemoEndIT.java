package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plumb demo} cut short: whatever ends it, it says so and leaves nothing behind. */
class DemoEndIT {

    @TempDir
    private Path temporary;

    @Test
    void ctrlCEndsEveryProcessAndRemovesEveryFile() throws Exception {
        PlumbProcess demo = start();
        demo.awaitOutput("all parts ready");
        List<ProcessHandle> children = demo.children();
        assertThat(children).hasSize(5);
        boolean isInterruptIgnored = demo.isInterruptIgnored();
        demo.signal(isInterruptIgnored ? "-TERM" : "-INT");
        assertThat(demo.exitValue()).isEqualTo(isInterruptIgnored ? 143 : 130);
        PlumbProcess.awaitEnd(children);
        assertThat(demo.leftOver()).isEmpty();
    }

    @Test
    void aKilledSupervisorLeavesNoProcessAndNoFile() throws Exception {
        PlumbProcess demo = start();
        demo.awaitOutput("all parts ready");
        List<ProcessHandle> children = demo.children();
        assertThat(children).hasSize(5);
        demo.kill();
        PlumbProcess.awaitEnd(children);
        await().atMost(Patience.LONGEST)
                .untilAsserted(() -> assertThat(demo.leftOver()).isEmpty());
    }

    @Test
    void aKilledPartIsNamedInOneLineWithExitCodeFour() throws Exception {
        PlumbProcess demo = start();
        demo.awaitOutput("all parts ready");
        assertThat(demo.app("aggregator").destroyForcibly()).isTrue();
        assertThat(demo.exitValue()).isEqualTo(4);
        assertThat(demo.complaints())
                .singleElement()
                .asString()
                .contains("aggregator")
                .contains("137");
        assertThat(demo.leftOver()).isEmpty();
    }

    @Test
    void aPortInUseIsOneLineThatNamesItWithExitCodeFour() throws Exception {
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            for (String option : List.of("--kafka-port", "--target-port")) {
                PlumbProcess demo = start(option, Integer.toString(taken.getLocalPort()));
                assertThat(demo.exitValue()).as(demo.output()).isEqualTo(4);
                assertThat(demo.complaints())
                        .singleElement()
                        .asString()
                        .contains(Integer.toString(taken.getLocalPort()))
                        .containsAnyOf("is taken", "already in use");
                assertThat(demo.leftOver()).isEmpty();
            }
        }
    }

    private PlumbProcess start(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("demo"));
        arguments.addAll(List.of(more));
        return PlumbProcess.start(temporary, arguments.toArray(String[]::new));
    }
}
