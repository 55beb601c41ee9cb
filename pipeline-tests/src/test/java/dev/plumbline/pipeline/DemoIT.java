package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.stack.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code plumb demo} as a user starts it: found, explained, exact; and nothing left behind, however it ends. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DemoIT {

    @TempDir
    private Path temporary;

    @Test
    void aTwentyPercentShiftIsFoundAndExplained() throws Exception {
        Process demo = start();
        assertThat(demo.waitFor(200, TimeUnit.SECONDS)).isTrue();
        String output = output();
        assertThat(demo.exitValue()).as(output).isZero();
        assertThat(output)
                .contains("ALERT")
                .contains("p50(tpot)")
                .contains("evidence")
                .contains("slowest")
                .contains("no alert before the shift")
                .doesNotContain("NOT EQUAL");
        assertNothingLeft();
    }

    @Test
    void ctrlCEndsEveryProcessAndRemovesEveryFile() throws Exception {
        Process demo = start();
        awaitOutput("all parts ready");
        List<ProcessHandle> children = children(demo);
        assertThat(children).hasSize(5);
        // A shell that starts this build in the background leaves SIGINT ignored, and the JVM inherits that.
        boolean isInterruptIgnored = isInterruptIgnored(demo.pid());
        signal(isInterruptIgnored ? "-TERM" : "-INT", demo.pid());
        assertThat(demo.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(isInterruptIgnored ? 143 : 130);
        awaitEnd(children);
        assertNothingLeft();
    }

    @Test
    void aKilledSupervisorLeavesNoProcessAndNoFile() throws Exception {
        Process demo = start();
        awaitOutput("all parts ready");
        List<ProcessHandle> children = children(demo);
        assertThat(children).hasSize(5);
        demo.destroyForcibly().waitFor();
        awaitEnd(children);
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!leftOver().isEmpty() && System.nanoTime() < deadlineNanos) {
            Thread.sleep(100);
        }
        assertNothingLeft();
    }

    @Test
    void aKilledPartIsNamedInOneLineWithExitCodeFour() throws Exception {
        Process demo = start();
        awaitOutput("all parts ready");
        ProcessHandle aggregator = children(demo).stream()
                .filter(child -> commandLine(child.pid()).contains("aggregator/target"))
                .findFirst()
                .orElseThrow();
        assertThat(aggregator.destroyForcibly()).isTrue();
        assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(4);
        assertThat(output().lines().filter(line -> line.startsWith("plumb: ")))
                .singleElement()
                .asString()
                .contains("aggregator")
                .contains("137");
        assertNothingLeft();
    }

    @Test
    void aPortInUseIsOneLineThatNamesItWithExitCodeFour() throws Exception {
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            for (String option : List.of("--kafka-port", "--target-port")) {
                Process demo = start(option, Integer.toString(taken.getLocalPort()));
                assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(demo.exitValue()).as(output()).isEqualTo(4);
                assertThat(output().lines().filter(line -> line.startsWith("plumb: ")))
                        .singleElement()
                        .asString()
                        .contains(Integer.toString(taken.getLocalPort()))
                        .containsAnyOf("is taken", "already in use");
                assertNothingLeft();
            }
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Whether a process was started with SIGINT ignored, where the system tells. */
    private static boolean isInterruptIgnored(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (!Files.exists(status)) {
            return false;
        }
        long ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
        return (ignored & 0b10) != 0;
    }

    private Process start(String... more) throws IOException {
        Installation installation = Installation.ofSystemProperties();
        Path jar;
        try (Stream<Path> files = Files.list(installation.home().resolve("command-line/target"))) {
            jar = files.filter(file -> file.getFileName().toString().matches("command-line-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        List<String> command = new ArrayList<>(List.of(
                installation.java().resolve("bin/java").toString(),
                "-Xmx128m",
                "-Djava.io.tmpdir=" + temporary,
                "-Dplumbline.home=" + installation.home(),
                "-Dplumbline.java=" + installation.java(),
                "-jar",
                jar.toString(),
                "demo"));
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(outputFile().toFile())
                .start();
    }

    private Path outputFile() {
        return temporary.resolve("output.txt");
    }

    private String output() throws IOException {
        return Files.readString(outputFile(), StandardCharsets.UTF_8);
    }

    private void awaitOutput(String text) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!output().contains(text)) {
            assertThat(System.nanoTime()).as(output()).isLessThan(deadlineNanos);
            Thread.sleep(50);
        }
    }

    private static List<ProcessHandle> children(Process demo) {
        return demo.descendants().toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return ProcessHandle.of(pid)
                    .flatMap(handle -> handle.info().commandLine())
                    .orElse("");
        }
    }

    private static void awaitEnd(List<ProcessHandle> processes) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        for (ProcessHandle process : processes) {
            while (process.isAlive()) {
                assertThat(System.nanoTime())
                        .as("still alive: " + commandLine(process.pid()))
                        .isLessThan(deadlineNanos);
                Thread.sleep(50);
            }
        }
    }

    private List<Path> leftOver() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> !file.equals(outputFile()))
                    // The JVM's own counters of running processes; it removes them itself.
                    .filter(file -> !file.getFileName().toString().startsWith("hsperfdata"))
                    .toList();
        }
    }

    private void assertNothingLeft() throws IOException {
        assertThat(leftOver()).isEmpty();
    }
}
