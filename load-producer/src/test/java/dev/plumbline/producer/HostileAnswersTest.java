package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.protocol.scripted.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many servers that never end a line, at once, and a producer with little memory: a process of its own. */
class HostileAnswersTest {

    private static final int STREAMS = 100;

    @TempDir
    private Path folder;

    @Test
    void linesThatNeverEndAreCutBeforeTheyFillTheHeap() throws Exception {
        CountDownLatch said = new CountDownLatch(STREAMS);
        String piece = "x".repeat(10_000);
        try (ScriptedServer server = new ScriptedServer(out -> {
            ScriptedServer.streamHead(out);
            try {
                ScriptedServer.chunk(out, "data: ");
                // Less than one alone may say.
                for (int i = 0; i < 100; i++) {
                    ScriptedServer.chunk(out, piece);
                }
            } finally {
                said.countDown();
            }
            // Nobody is let go before all have it.
            assertThat(said.await(60, TimeUnit.SECONDS)).isTrue();
            return false;
        })) {
            List<String> outcomes = drive(server.port());
            assertThat(outcomes).hasSize(STREAMS).allMatch(line -> line.contains("MALFORMED"));
        }
    }

    private List<String> drive(int port) throws Exception {
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        HostileDrive.class.getName(),
                        Integer.toString(port),
                        Integer.toString(STREAMS))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("not over").isTrue();
        String said = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        return said.lines()
                .filter(line -> line.matches("(Completed|Failed|Dropped|Cancelled).*"))
                .toList();
    }
}
