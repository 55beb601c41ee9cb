package dev.plumbline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class PlumblineMainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine line = PlumblineMain.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void anUnknownFlagIsOneLineThatNamesItAndTheHelp() {
        assertThat(execute("demo", "--bogus")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("--bogus")
                .contains("plumb demo --help");
    }

    @Test
    void aSettingOutsideItsRangeIsOneLineThatNamesIt() {
        assertThat(execute("demo", "--concurrency", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("--concurrency")
                .contains("1..64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--api-key=S3CR3T", "--set=S3CR3T"})
    void aFlagThatIsWrongIsNamedWithoutWhatMayBeASecret(String argument) {
        assertThat(execute("run", "--url", "h", argument)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).doesNotContain("S3CR3T").contains(argument.substring(0, argument.indexOf('=')));
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertThat(execute("dmeo")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("dmeo");
    }

    @Test
    void aPartThatIsNotBuiltIsNamed() {
        String home = System.setProperty("plumbline.home", "/nonexistent");
        try {
            assertThat(execute("demo")).isEqualTo(ExitCode.INFRASTRUCTURE);
        } finally {
            if (home == null) {
                System.clearProperty("plumbline.home");
            } else {
                System.setProperty("plumbline.home", home);
            }
        }
        assertThat(err.toString()).contains("the broker is not built");
    }

    static Stream<Throwable> faults() {
        return Stream.of(
                new IllegalStateException("the chart has\n no axis"),
                new UncheckedIOException("cannot remove /tmp/x", new IOException("busy")),
                new KafkaException("poll"),
                new OutOfMemoryError("Java heap space"),
                new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultOfOursIsOneLineAndNeverARegression(Throwable fault) throws IOException {
        CommandLine line = PlumblineMain.commandLine();
        line.addSubcommand("fail", new Failing(fault));
        line.setErr(new PrintWriter(err));
        assertThat(PlumblineMain.execute(line, "fail")).isEqualTo(ExitCode.INFRASTRUCTURE);
        String told = err.toString().strip();
        assertThat(told.lines()).hasSize(1);
        assertThat(told).startsWith("plumb: ").contains("; the stack trace is in ");
        Path trace = Path.of(told.substring(told.indexOf("is in ") + 6));
        assertThat(trace).content().contains(fault.getClass().getName(), "PlumblineMainTest");
        Files.delete(trace);
    }

    @Test
    void aKafkaThatNobodyKnowsIsSaidBeforeAnythingStarts() {
        assertThat(execute("run", "--url", "http://127.0.0.1:1", "--quiet", "--kafka", "nohost.invalid:9092"))
                .isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("Kafka at nohost.invalid:9092")
                .contains("nohost.invalid: check the spelling in --kafka");
    }

    @Command(name = "fail")
    private static final class Failing implements Callable<Integer> {

        private final Throwable fault;

        Failing(Throwable fault) {
            this.fault = fault;
        }

        @Override
        public Integer call() throws Exception {
            if (fault instanceof Error error) {
                throw error;
            }
            throw (Exception) fault;
        }
    }

    @Test
    void everyCommandHasHelpOfUsefulLength() {
        for (Map.Entry<String, CommandLine> command :
                PlumblineMain.commandLine().getSubcommands().entrySet()) {
            assertThat(command.getValue().getUsageMessage())
                    .as(command.getKey())
                    .contains("Usage: plumb " + command.getKey());
            assertThat(command.getValue()
                            .getUsageMessage()
                            .lines()
                            .mapToInt(String::length)
                            .max()
                            .orElse(0))
                    .isLessThanOrEqualTo(100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "version"})
    void helpAndVersionPass(String argument) {
        assertThat(execute(argument)).isEqualTo(ExitCode.PASS);
        assertThat(out.toString()).isNotBlank();
    }
}
