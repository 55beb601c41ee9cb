package dev.plumbline.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process as its supervisor sees it. */
@Timeout(120)
class EmbeddedBrokerMainTest {

    @TempDir
    Path folder;

    @Test
    void leavesNothingBehindWhenItsSupervisorVanishes() throws Exception {
        Path stack = Files.createDirectories(folder.resolve("stack"));
        Process sibling = new ProcessBuilder("sleep", "2").start();
        new ReadyFile("sibling", sibling.pid(), Map.of()).write(stack.resolve("sibling.ready"));
        Process broker = start(
                stack.resolve("broker.ready"),
                "--directory",
                stack.resolve("data").toString(),
                "--stack-directory",
                stack.toString());
        try {
            String ready = broker.inputReader().readLine();
            ReadyFile published = ReadyFile.read(stack.resolve("broker.ready")).orElseThrow();
            int port = published.ports().get("kafka");
            assertThat(published.pid()).isEqualTo(broker.pid());
            assertThat(ready).isEqualTo("READY broker 127.0.0.1:" + port);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port))) {
                assertThat(admin.describeCluster().nodes().get(60, TimeUnit.SECONDS))
                        .hasSize(1);
            }

            broker.getOutputStream().close();

            assertThat(broker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(sibling.isAlive())
                    .as("it waits for the rest of the stack")
                    .isFalse();
            assertThat(stack).doesNotExist();
            assertThat(stderrLines()).isEmpty();
        } finally {
            broker.destroyForcibly();
            sibling.destroyForcibly();
        }
    }

    @Test
    void keepsItsDataWhenItIsToldToStop() throws Exception {
        Path data = folder.resolve("data");
        Process broker = start(folder.resolve("broker.ready"), "--directory", data.toString());
        try {
            assertThat(broker.inputReader().readLine()).startsWith("READY broker ");
            broker.destroy();

            assertThat(broker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(broker.exitValue()).isEqualTo(143);
            assertThat(data.resolve(".kafka_cleanshutdown")).exists();
        } finally {
            broker.destroyForcibly();
        }
    }

    @Test
    void saysInOneLineThatItsPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());

            assertThat(exitOf("--directory", folder.resolve("data").toString(), "--port", port))
                    .isEqualTo(4);
            assertThat(stderrLines()).singleElement().asString().contains(port).contains("--port");
        }
    }

    @Test
    void saysInOneLineThatItsFolderCannotBeUsed() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(exitOf("--directory", file.resolve("data").toString())).isEqualTo(4);
        assertThat(stderrLines())
                .singleElement()
                .asString()
                .contains(file.toString())
                .contains("--directory");
    }

    @Test
    void aFolderInUseIsRefusedAcrossProcessesAndFreeOnceItsOwnerWasKilled() throws Exception {
        Path data = folder.resolve("data");
        Process first = start(folder.resolve("broker.ready"), "--directory", data.toString());
        try {
            assertThat(first.inputReader().readLine()).startsWith("READY broker ");

            assertThat(exitOf("--directory", data.toString())).isEqualTo(4);
            assertThat(stderrLines())
                    .singleElement()
                    .asString()
                    .contains(data.toString())
                    .contains("process " + first.pid())
                    .contains("--directory");
            assertThat(first.isAlive()).isTrue();
        } finally {
            first.destroyForcibly();
        }
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        EmbeddedBroker.start(data, 0).close();
    }

    @Test
    void saysInOneLineThatItWasCalledWrongly() throws Exception {
        assertThat(exitOf("--dir", "x")).isEqualTo(2);
        assertThat(stderrLines()).singleElement().asString().contains("--dir").contains("--help");
    }

    private int exitOf(String... arguments) throws Exception {
        Process broker = start(folder.resolve("broker.ready"), arguments);
        assertThat(broker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return broker.exitValue();
    }

    private Process start(Path readyFile, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-D" + ChildProcess.SUPERVISED_PROPERTY + "=true",
                "-D" + ReadyFile.PATH_PROPERTY + "=" + readyFile,
                "-cp",
                System.getProperty("java.class.path"),
                EmbeddedBrokerMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
    }

    /** Without what newer JDKs say about Kafka's use of Unsafe. */
    private List<String> stderrLines() throws IOException {
        try (var lines = Files.lines(folder.resolve("stderr"))) {
            return lines.filter(line -> !line.startsWith("WARNING: ")).toList();
        }
    }
}
