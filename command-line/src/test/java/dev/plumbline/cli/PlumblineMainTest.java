package dev.plumbline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    /** What a person wrote, in their own words, and what to write instead. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "--duration -5s; --duration '-5s' is not a time: write 250ms, 90s, 10m, 2h, or forever",
                "--duration=-5s; --duration '-5s' is not a time",
                "--benchmark-duration soon; --benchmark-duration 'soon' is not a time",
                "--duration 1,5m; --duration '1,5m' is not a time: write 1.5m",
                "--num-prompts many; --num-prompts 'many' is not a whole number",
                "--num-prompts 1,000; --num-prompts '1,000' is not a whole number: write 1000",
                "--num-prompts 1e3; --num-prompts '1e3' is not a whole number",
                "--concurrency 2.5; --concurrency '2.5' is not a whole number",
                "--concurrency 99999999999; --concurrency '99999999999' is too large",
                "--max-concurrency 0; --max-concurrency is 0, allowed is 1 to 100000",
                "--request-rate 0,5; --request-rate '0,5' is not a number: write 0.5",
                "--request-rate fast; --request-rate 'fast' is not a number",
                "--request-rate NaN; --request-rate 'NaN' is not a number",
                "--request-rate 5f; --request-rate '5f' is not a number",
                "--request-rate 5/s; --request-rate '5/s' is not a number",
                "--request-rate inf; --request-rate inf sends as fast as answers come: say how many at once",
                "--request-rate -1; --request-rate is -1, allowed is 0.001",
                "--temperature 0,7; --temperature '0,7' is not a number: write 0.7",
                "--max-cost 1,50; --max-cost '1,50' is not a number: write 1.50",
                "--threshold 7,5%; --threshold '7,5%' is not a share: write 7.5%",
                "--breaker 7,5%; --breaker is 7,5%, allowed is a share",
                "--artifact-bytes 1,5GiB; --artifact-bytes '1,5GiB' is not a size",
                "--budget p95(ttft)<0,5s; '0,5' has a comma: write 0.5",
                "--goodput ttft:0,2; '0,2' has a comma: write 0.2",
                "--isl; --isl",
                "--arrival-pattern wild; --arrival-pattern expected one of [constant, poisson, gamma]",
                "--metadata image; --metadata is written KEY=VALUE, not 'image'",
                "--window 1,5s; --window '1,5s' is not a time: write 1.5s",
                "--scenario=; --scenario is empty, allowed are 1 to 200 characters",
                "--variant=; --variant is empty",
                "--tenant=; --tenant is empty",
                "--target-name=; --target-name is empty",
                "--model=; --model is empty: name the model",
                "--price-per-1k-input -1; --price-per-1k-input is -1.0, allowed is 0 to 1000000",
            })
    void anAnswerNamesTheFlagThatWasWritten(String arguments, String words) {
        List<String> all = new ArrayList<>(List.of("run", "--url", "http://127.0.0.1:1", "--quiet"));
        all.addAll(List.of(arguments.split(" ")));
        assertThat(execute(all.toArray(String[]::new))).as(err.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines()).singleElement().asString().contains(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"M\ufffdller", "--metadata=owner=M\ufffdller"})
    void anArgumentOfWhichLettersAreLostIsRefused(String argument) {
        CommandLine line = PlumblineMain.commandLine();
        line.setErr(new PrintWriter(err));
        assertThat(PlumblineMain.execute(line, "run", "--url", "h", argument)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().strip())
                .isEqualTo(
                        "plumb: argument 4 is not UTF-8: write it in UTF-8, and where the locale is another, start with"
                                + " LC_ALL=C.UTF-8");
    }

    @Test
    void infIsAsManyAtOnceAsAreSaid() {
        assertThat(execute(
                        "run",
                        "--url",
                        "http://127.0.0.1:1",
                        "--quiet",
                        "--request-rate",
                        "inf",
                        "--num-prompts",
                        "8",
                        "--burstiness",
                        "2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--burstiness is of an open loop");
    }

    @ParameterizedTest
    @CsvSource({
        "--concurrency 2 --concurrency 8,--concurrency",
        "--concurrency=2 --max-concurrency 8,--max-concurrency",
        "--url a --url b,--url",
        "--streaming --no-streaming,--no-streaming",
        "--no-keep-alive --keep-alive,--keep-alive",
        "--streaming --streaming,--streaming"
    })
    void aFlagThatIsGivenTwiceIsRefused(String flags, String named) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(List.of(flags.split(" ")));
        assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(named, "give it once");
    }

    /** The help's lines are formats: a share that is not escaped is a warning above them. */
    @Test
    void everyLineOfTheHelpCanBeFormatted() {
        List<CommandLine> commands = new ArrayList<>(List.of(PlumblineMain.commandLine()));
        for (int i = 0; i < commands.size(); i++) {
            commands.addAll(commands.get(i).getSubcommands().values());
        }
        assertThat(commands).hasSizeGreaterThan(5);
        PrintStream before = System.err;
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
            commands.forEach(CommandLine::getUsageMessage);
        } finally {
            System.setErr(before);
        }
        assertThat(warnings.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "run --url h --concurency 8; there is no option --concurency; did you mean --concurrency?",
                "run --url h --Budget x; there is no option --Budget; did you mean --budget?",
                "run --url h --bugdet=p95(ttft)<5ms; there is no option --bugdet; did you mean --budget?",
                "run --url h --streming; there is no option --streming; did you mean --streaming?",
                "runs list --jsn; there is no option --jsn; did you mean --json?",
                "dmeo; there is no command 'dmeo'; did you mean demo?",
                "runs shwo last; there is no command 'shwo'; did you mean show?",
                "baseline pni a last; there is no command 'pni'; did you mean pin?",
                "run localhost:8000; an address is given with --url: ./plumb run --url localhost:8000",
                "run http://localhost:8000; an address is given with --url: ./plumb run --url http://localhost:8000",
                "run https://h/?key=S3CR3T; an address is given with --url: ./plumb run --url ...",
                "check localhost:8000; an address is given with --url: ./plumb check --url localhost:8000",
                "check 10.0.0.1; an address is given with --url: ./plumb check --url 10.0.0.1",
            })
    void whatIsMistypedIsToldWhatWasMeant(String arguments, String words) {
        assertThat(execute(arguments.split(" "))).as(err.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains(words)
                .doesNotContain("S3CR3T");
    }

    @Test
    void whatResemblesNothingIsToldNothing() {
        assertThat(execute("run", "--url", "h", "--zzzzzzzz")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("qqqqqqqqq")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).doesNotContain("did you mean");
    }

    @Test
    void theFirstScreenNamesSomethingToTryAgainst() {
        assertThat(execute("--help")).isEqualTo(ExitCode.PASS);
        assertThat(out.toString()).contains("./plumb target --port 8000", "no server at hand");
    }

    /** It is not built under this home: that this is said shows that its flags were left to it. */
    @ParameterizedTest
    @ValueSource(strings = {"target", "target --port 8000 --regress decode=1.2@90s", "target --help"})
    void theTargetUnderstandsItsFlagsItself(String arguments) {
        String home = System.setProperty("plumbline.home", "/nonexistent");
        try {
            assertThat(execute(arguments.split(" "))).isEqualTo(ExitCode.INFRASTRUCTURE);
        } finally {
            if (home == null) {
                System.clearProperty("plumbline.home");
            } else {
                System.setProperty("plumbline.home", home);
            }
        }
        assertThat(err.toString()).contains("the target is not built");
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

    /** Before a broker is started, which takes seconds; that there is none to start shows which came first. */
    @Test
    void certificatesThatAreNoneAreSaidBeforeAnythingStarts() {
        String home = System.setProperty("plumbline.home", "/nonexistent");
        try {
            assertThat(execute("run", "--url", "https://127.0.0.1:1", "--quiet", "--ca-file", "none.pem"))
                    .as(err.toString())
                    .isEqualTo(ExitCode.USAGE);
        } finally {
            if (home == null) {
                System.clearProperty("plumbline.home");
            } else {
                System.setProperty("plumbline.home", home);
            }
        }
        assertThat(err.toString()).contains("none.pem").doesNotContain("not built");
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
    @ValueSource(strings = {"help", "--help", "version", "--version"})
    void helpAndVersionPass(String argument) {
        assertThat(execute(argument)).isEqualTo(ExitCode.PASS);
        assertThat(out.toString()).isNotBlank();
    }
}
