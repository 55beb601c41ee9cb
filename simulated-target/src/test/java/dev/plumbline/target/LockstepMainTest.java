package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.process.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The process with an engine that works in steps, and the program that shows its GPU. */
@Timeout(240)
class LockstepMainTest {

    @TempDir
    Path folder;

    @Test
    void writesAProgramThatShowsItsGpu() throws Exception {
        Path tool = folder.resolve("nvidia-smi");
        Process target =
                start("--step-ms", "2", "--gpu-memory", "24G", "--weights", "3.5G", "--nvidia-smi", tool.toString());
        try {
            assertThat(target.inputReader().readLine()).startsWith("READY target ");
            assertThat(output(tool, 0, "--query-gpu=memory.used,memory.total", "--format=csv,noheader,nounits"))
                    .containsExactly("3584, 24576");
            assertThat(output(tool, 2, "--query-gpu=index,nonsense", "--format=csv")
                            .getFirst())
                    .isEqualTo("Field \"nonsense\" is not a valid field to query.");
            assertThat(output(tool, 2, "--fan", "high").getFirst()).startsWith("Option \"--fan\" is not recognized");
            Process looping = new ProcessBuilder(
                            tool.toString(), "--query-gpu=index", "--format=csv,noheader", "-lms", "10")
                    .start();
            try {
                assertThat(looping.inputReader().lines().limit(3)).containsExactly("0", "0", "0");
            } finally {
                looping.destroyForcibly();
            }
            target.getOutputStream().close();
            assertThat(target.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(output(tool, 9, "--query-gpu=index", "--format=csv").getFirst())
                    .startsWith("NVIDIA-SMI has failed");
        } finally {
            target.destroyForcibly();
        }
    }

    @Test
    void namesItsClassesSoThatTheyAreFoundFromEveryFolder() {
        String here = Path.of("").toAbsolutePath().toString();

        assertThat(NvidiaSmiTool.absolute("target/a.jar" + File.pathSeparator + here + "/b.jar"))
                .isEqualTo(here + "/target/a.jar" + File.pathSeparator + here + "/b.jar");
    }

    @ParameterizedTest
    @CsvSource({
        "--max-running 5, --max-running needs --step-ms",
        "--step-ms 2 --slots 5, --slots has no meaning with --step-ms",
        "--step-ms 2 --gpu-memory much, --gpu-memory must be a size",
        "--step-ms 2 --kv-blocks 10, a KV cache of 160 tokens does not hold",
        "--step-ms 0, baseNanos must be",
        "--step-ms 2 --max-running 300 --prefill-tokens-per-step 299, tokensPerStep must be 300 to"
    })
    void saysWhatIsWrongWithItsFlags(String arguments, String message) throws Exception {
        Process target = start(arguments.split(" "));
        try {
            assertThat(target.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(target.exitValue()).isEqualTo(2);
            assertThat(Files.readString(folder.resolve("stderr"))).contains(message);
        } finally {
            target.destroyForcibly();
        }
    }

    private List<String> output(Path tool, int status, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(tool.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Process process =
                new ProcessBuilder(command).redirectOutput(out.toFile()).start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(status);
            return Files.readAllLines(out);
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-D" + ChildProcess.SUPERVISED_PROPERTY + "=true",
                "-cp",
                System.getProperty("java.class.path"),
                SimulatedTargetMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
    }
}
