package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Scenario files as the command takes them: everything here ends before anything is started. */
class ScenarioRunTest {

    @TempDir
    private Path folder;

    @Command(name = "plumb", subcommands = RunCommand.class)
    private static final class Root {}

    private final StringWriter complaints = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "concurency: 8; :2: concurency is no setting of a run; did you mean concurrency?",
                "duration: soon; :2: duration: 'soon' is not a time",
                "arrival-pattern: wild; :2: arrival-pattern: expected one of [constant, poisson, gamma]",
                "concurrency: many; :2: concurrency: 'many' is not an int",
                "endpoint-type: soap; :2: endpoint-type: ",
            })
    void namesFileLineKeyAndWhatIsAllowed(String setting, String words) throws IOException {
        Path file = file("url: http://127.0.0.1:1\n" + setting + "\n");

        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(complaints.toString()).startsWith(file + words);
    }

    @Test
    void rulesThatSpanSettingsNameTheFlag() throws IOException {
        Path file = file("url: http://127.0.0.1:1\nbudget:\n  - p95(speed)<5\n");

        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(complaints.toString()).startsWith("--budget ").contains("speed");
    }

    @Test
    void aFlagWinsOverTheFile() throws IOException {
        Path file = file("url: http://127.0.0.1:1\nconcurrency: 4\n");

        assertThat(run("--concurrency", "0", file.toString())).isEqualTo(2);
        assertThat(complaints.toString()).startsWith("--concurrency is 0");
    }

    @Test
    void withoutAUrlNothingIsStarted() throws IOException {
        assertThat(run(file("concurrency: 4\n").toString())).isEqualTo(2);
        assertThat(complaints.toString()).startsWith("--url is missing");
    }

    static Stream<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../scenarios"))) {
            return List.copyOf(files.sorted().toList()).stream();
        }
    }

    /** Every shipped scenario gets as far as the first thing that is wrong on purpose: a rate that is out of range. */
    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedScenarioIsUnderstood(Path shipped) {
        assertThat(run("--threshold", "500%", shipped.toString())).isEqualTo(2);
        assertThat(complaints.toString()).startsWith("--threshold is 5");
    }

    private int run(String... arguments) {
        CommandLine line = new CommandLine(new Root());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setErr(new PrintWriter(complaints, true));
        line.setParameterExceptionHandler((ParameterException e, String[] ignored) -> {
            complaints.append(e.getMessage());
            return 2;
        });
        String[] all = Stream.concat(Stream.of("run"), Stream.of(arguments)).toArray(String[]::new);
        return line.execute(all);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("scenario.yaml"), content);
    }
}
