package dev.plumbline.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.CommandFailure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TraceCommandTest {

    private static final Path AZURE = Path.of("../scenarios/traces/azure-code-excerpt.csv");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int trace(String... arguments) {
        CommandLine line = new CommandLine(new TraceCommand());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setParameterExceptionHandler((e, ignored) -> {
            err.append(e.getMessage());
            return 2;
        });
        line.setExecutionExceptionHandler((e, ignored, parsed) -> {
            err.append(e.getMessage());
            return e instanceof CommandFailure failure ? failure.exitCode() : 1;
        });
        return line.execute(arguments);
    }

    @Test
    void inspectSaysWhatATraceIs() {
        assertThat(trace("inspect", AZURE.toString(), "--speed", "2")).isZero();
        assertThat(out.toString())
                .contains("format    Azure LLM inference trace, without blocks")
                .contains("rows      150")
                .contains("at speed 2")
                .contains("prompts   p50 ")
                .contains("a prefix cache finds nothing");
    }

    @Test
    void inspectOfWhatCannotBeReplayedEndsWithTwoAndSaysWhy() {
        assertThat(trace("inspect", AZURE.toString(), "--context", "2000")).isEqualTo(2);
        assertThat(out.toString()).contains("refused   ").contains("context of 2,000 tokens");
    }

    @Test
    void whatIsNoTraceIsOneLine() throws Exception {
        Path file = Files.writeString(folder.resolve("x.csv"), "a,b\n1,2\n");
        assertThat(trace("inspect", file.toString())).isEqualTo(2);
        assertThat(err.toString())
                .startsWith(file + ":1: no trace that is known has the columns a, b: expected Azure LLM")
                .doesNotContain("\n");
    }

    @Test
    void aFileThatIsNotThereIsOneLine() {
        assertThat(trace("inspect", "none.csv")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("none.csv does not exist: check the path");
    }

    @Test
    void aFolderOfServeGenIsInspectedAndAnonymized() throws Exception {
        Path clients = Path.of("../scenarios/traces/servegen-example");
        assertThat(trace("inspect", clients.toString())).isZero();
        assertThat(out.toString())
                .contains("format    ServeGen clients")
                .contains("by 'client': each is a series of its own");
        Path to = folder.resolve("out.jsonl");
        assertThat(trace("anonymize", clients.toString(), to.toString())).isZero();
        assertThat(Files.readString(to)).contains("\"class\":\"c1\"").doesNotContain("client");
    }

    @Test
    void numbersOutOfRangeNameTheirFlag() {
        assertThat(trace("inspect", AZURE.toString(), "--speed", "0")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("--speed is 0.0, allowed is 0.001 to 10000");
    }

    @Test
    void anonymizeWritesATraceWithoutTheTexts() throws Exception {
        Path log = Files.writeString(
                folder.resolve("proxy.jsonl"),
                "{\"startTime\":1764411300.5,\"endTime\":1764411301,\"trace_id\":\"alice\",\"prompt_tokens\":90,"
                        + "\"completion_tokens\":7,\"messages\":[{\"role\":\"user\",\"content\":\"my secret "
                        + "x".repeat(350) + "\"}]}\n");
        Path to = folder.resolve("out.jsonl");
        assertThat(trace("anonymize", log.toString(), to.toString())).isZero();
        assertThat(Files.readString(to))
                .isEqualTo(
                        "{\"timestamp\":0,\"input_length\":90,\"output_length\":7,\"session_id\":\"s0\",\"hash_ids\":[0,1]}\n");
        assertThat(out.toString()).contains("1 rows of LiteLLM log, 2 different blocks, 1 sessions");
        assertThat(trace("inspect", to.toString())).isZero();

        assertThat(trace("anonymize", log.toString(), to.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("exists");
        assertThat(trace(
                        "anonymize",
                        log.toString(),
                        folder.resolve("none/out.jsonl").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).endsWith("out.jsonl cannot be written: its folder does not exist");
    }
}
