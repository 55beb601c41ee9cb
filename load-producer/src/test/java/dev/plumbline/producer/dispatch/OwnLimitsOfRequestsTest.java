package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.protocol.scripted.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this machine has too little of is no failure of the target. */
class OwnLimitsOfRequestsTest {

    @TempDir
    private Path folder;

    @Test
    void requestsThatFoundNoFileDescriptorAreOursAndNotTheTargets() throws Exception {
        try (ScriptedServer server = new ScriptedServer((out, request) -> ScriptedServer.wholeAnswer(out))) {
            List<String> lines = drive(800, server.port());
            assertThat(lines).hasSize(21).anyMatch(line -> line.contains("OPEN_FILES"));
            assertThat(lines).noneMatch(line -> line.startsWith("Failed"));
            assertThat(lines.getLast()).isEqualTo("counted {}");
        }
    }

    /** In a process of its own, which may open so many files. */
    private List<String> drive(int openFiles, int port) throws Exception {
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n " + openFiles + " && exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LimitedDrive.class.getName(),
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("not over").isTrue();
        String said = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        return said.lines()
                .filter(line -> line.matches("(Completed|Failed|Dropped|Cancelled|counted).*"))
                .toList();
    }
}
