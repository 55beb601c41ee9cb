package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.reports.SampleRuns.Sample;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that may write 400 KiB per file meets the same refusal as on a full disk: a write that is cut off. */
class RunFolderOnAFullDiskTest {

    private static final int EVENTS = 1_000;

    @TempDir
    private Path root;

    @Test
    void oneFailureIsToldAndEveryLineStaysReadable() throws Exception {
        assumeTrue(new File("/bin/bash").canExecute(), "no bash, no ulimit");
        File output = root.resolve("output").toFile();
        Process process = new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        "ulimit -f 400 && exec \"$0\" -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp \"$1\" \"$2\" \"$3\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        root.resolve("runs").toString())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<String> said = Files.readAllLines(output.toPath());
        assertThat(said).as("output").hasSize(2);
        assertThat(said.get(0))
                .startsWith("refused: write failed: ")
                .contains("run-1.partial", "is there and readable");

        Path complete = Path.of(said.get(1));
        List<String> events = Files.readAllLines(complete.resolve("events.jsonl"));
        assertThat(events)
                .hasSizeGreaterThan(100)
                .allSatisfy(line -> assertThat(Codec.EVENTS.decode(line.getBytes(StandardCharsets.UTF_8)))
                        .isInstanceOf(Decoded.Value.class));
        assertThat(complete.resolve("events.jsonl")).content().endsWith("}\n");
        JsonNode summary =
                ArtifactJson.MAPPER.readTree(complete.resolve("summary.json").toFile());
        assertThat(summary.get("unwrittenLines").asLong())
                .isGreaterThanOrEqualTo(EVENTS - events.size())
                .isLessThanOrEqualTo(2L * (EVENTS - events.size()));
    }

    /** The other process. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            RunFolder folder = RunFolder.open(Path.of(args[0]), "run-1", ArtifactLimits.defaults());
            for (int i = 0; i < EVENTS; i++) {
                RequestEvent event = SampleEvents.completed(i, SampleRuns.START + i);
                try {
                    folder.event(Codec.EVENTS.encode(event), event);
                } catch (ArtifactException e) {
                    System.out.println("refused: " + e.getMessage());
                }
            }
            folder.tick();
            Sample sample = SampleRuns.onlyFailures();
            System.out.println(
                    folder.finish(sample.result(), sample.verdict(), (result, verdict) -> new byte[] {'{', '}'}));
        }
    }
}
