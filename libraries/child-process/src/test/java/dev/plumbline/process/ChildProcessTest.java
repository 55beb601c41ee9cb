package dev.plumbline.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real child JVMs: only a real pipe shows what its closing does. */
@Timeout(60)
class ChildProcessTest {

    @TempDir
    Path folder;

    @Test
    void runsTheOrderlyStopWhenThePipeCloses() throws Exception {
        try (Child child = Child.start(folder, "orderly", true)) {
            child.closePipe();

            assertThat(child.exitStatus()).isEqualTo(7);
            assertThat(folder.resolve("stopped")).exists();
        }
    }

    @Test
    void staysWhileThePipeIsOpenWhateverComesThroughIt() throws Exception {
        try (Child child = Child.start(folder, "orderly", true)) {
            // More than a pipe holds: it can only be written while the child reads on.
            child.process.getOutputStream().write(new byte[1 << 20]);
            child.process.getOutputStream().flush();

            assertThat(child.process.isAlive()).isTrue();
            assertThat(folder.resolve("stopped")).doesNotExist();
        }
    }

    @Test
    void haltsWhenTheOrderlyStopHangs() throws Exception {
        try (Child child = Child.start(folder, "stuck", true)) {
            child.closePipe();

            assertThat(child.exitStatus()).isEqualTo(ChildProcess.HALTED_STATUS);
        }
    }

    @Test
    void haltsWhenTheOrderlyStopFails() throws Exception {
        try (Child child = Child.start(folder, "failing", true)) {
            child.closePipe();

            assertThat(child.exitStatus()).isEqualTo(ChildProcess.HALTED_STATUS);
            assertThat(folder.resolve("stderr")).content().contains("no way to stop");
        }
    }

    @Test
    void leavesAProcessWithoutSupervisorAlone() throws Exception {
        try (Child child = Child.start(folder, "orderly", false)) {
            child.closePipe();

            assertThat(child.process.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(folder.resolve("stopped")).doesNotExist();
        }
    }

    @Test
    void publishesItsReadyFileWithItsOwnPid() throws Exception {
        try (Child child = Child.start(folder, "orderly", true)) {
            assertThat(ReadyFile.read(folder.resolve("child.ready")))
                    .contains(new ReadyFile("child", child.process.pid(), Map.of("http", 1234)));
        }
    }

    @Test
    void refusesAGraceThatIsNotPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChildProcess.endWithSupervisor(() -> {}, Duration.ZERO))
                .withMessageContaining("PT0S");
    }

    private record Child(Process process) implements AutoCloseable {

        static Child start(Path folder, String mode, boolean supervised) throws IOException {
            Process process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-D" + ChildProcess.SUPERVISED_PROPERTY + "=" + supervised,
                            "-D" + ReadyFile.PATH_PROPERTY + "=" + folder.resolve("child.ready"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            ChildMain.class.getName(),
                            mode,
                            folder.toString()))
                    .redirectError(folder.resolve("stderr").toFile())
                    .start();
            BufferedReader output = process.inputReader();
            assertThat(output.readLine()).as(() -> stderr(folder)).isEqualTo("up");
            return new Child(process);
        }

        private static String stderr(Path folder) {
            try {
                return Files.readString(folder.resolve("stderr"));
            } catch (IOException e) {
                return e.toString();
            }
        }

        void closePipe() throws IOException {
            process.getOutputStream().close();
        }

        int exitStatus() throws InterruptedException {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** What runs in the child JVM. */
    static final class ChildMain {
        private ChildMain() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[1]);
            Runnable stop = switch (args[0]) {
                case "orderly" ->
                    () -> {
                        try {
                            Files.createFile(folder.resolve("stopped"));
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                        System.exit(7);
                    };
                case "stuck" ->
                    () -> {
                        try {
                            new CountDownLatch(1).await(1, TimeUnit.HOURS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    };
                case "failing" ->
                    () -> {
                        throw new IllegalStateException("no way to stop");
                    };
                default -> throw new IllegalArgumentException(args[0]);
            };
            // Only a stop that never comes may run out of its grace, on a busy machine, too.
            Duration grace = args[0].equals("orderly") ? Duration.ofSeconds(60) : Duration.ofMillis(300);
            ChildProcess.endWithSupervisor(stop, grace);
            ReadyFile.publishIfAsked("child", Map.of("http", 1234));
            System.out.println("up");
            // A child that nobody ends does not stay for ever.
            new CountDownLatch(1).await(5, TimeUnit.MINUTES);
        }
    }
}
