package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
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

/** The process as its supervisor sees it. */
@Timeout(120)
class SimulatedTargetMainTest {

    @TempDir
    Path folder;

    @Test
    void tellsItsPortAndEndsWithItsSupervisor() throws Exception {
        Path log = folder.resolve("emit.jsonl");
        Process target = start("--model", "m", "--regress", "decode=1.2@1h", "--emit-log", log.toString());
        try {
            String ready = target.inputReader().readLine();
            ReadyFile published = ReadyFile.read(folder.resolve("target.ready")).orElseThrow();

            assertThat(ready)
                    .isEqualTo(
                            "READY target http://127.0.0.1:" + published.ports().get("http"));
            assertThat(published.pid()).isEqualTo(target.pid());
            target.getOutputStream().close();
            assertThat(target.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(target.exitValue()).isZero();
            assertThat(log).content().contains("epochMillis");
        } finally {
            target.destroyForcibly();
        }
    }

    @Test
    void saysInOneLineThatItsPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());

            assertThat(exitOf("--port", port)).isEqualTo(4);
            assertThat(stderrLines()).singleElement().asString().contains(port).contains("--port");
        }
    }

    @Test
    void saysInOneLineThatItsLogCannotBeWritten() throws Exception {
        Path nowhere = folder.resolve("no/such/folder/log");

        assertThat(exitOf("--emit-log", nowhere.toString())).isEqualTo(4);
        assertThat(stderrLines()).singleElement().asString().contains(nowhere.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "--speed 3, --speed",
        "--slots 0, slots must be 1 to",
        "--port 65536, port must be",
        "--regress decode@90s, decode@90s",
        "--decode-ms -1, --decode-ms must be"
    })
    void saysWhatIsWrongWithItsFlags(String arguments, String message) throws Exception {
        assertThat(exitOf(arguments.split(" "))).isEqualTo(2);
        assertThat(stderrLines().getFirst()).contains(message);
    }

    @Test
    void itsHelpTellsNoDefaultThatIsNone() throws Exception {
        Process target = start("--help");
        String help = new String(target.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(target.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(target.exitValue()).isZero();
        assertThat(help).contains("--emit-log", "--regress", "--port 8000").doesNotContain("Optional", "[]");
    }

    private int exitOf(String... arguments) throws Exception {
        Process target = start(arguments);
        try {
            assertThat(target.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return target.exitValue();
        } finally {
            target.destroyForcibly();
        }
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-D" + ChildProcess.SUPERVISED_PROPERTY + "=true",
                "-D" + ReadyFile.PATH_PROPERTY + "=" + folder.resolve("target.ready"),
                "-cp",
                System.getProperty("java.class.path"),
                SimulatedTargetMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
    }

    /** Without what newer JDKs say about Netty's use of Unsafe. */
    private List<String> stderrLines() throws IOException {
        try (var lines = Files.lines(folder.resolve("stderr"))) {
            return lines.filter(line -> !line.startsWith("WARNING: ")).toList();
        }
    }
}
