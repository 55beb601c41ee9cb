package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.scenario.ScenarioFile;
import dev.plumbline.cli.sweep.SweepCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
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

    @Command(
            name = "plumb",
            subcommands = {RunCommand.class, SweepCommand.class})
    private static final class Root {}

    private final StringWriter complaints = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "concurency: 8; :2: concurency is no setting of a run; did you mean concurrency?",
                "duration: soon; :2: duration: 'soon' is not a time",
                "arrival-pattern: wild; :2: arrival-pattern: expected one of [constant, poisson, gamma]",
                "concurrency: many; :2: concurrency: 'many' is not a whole number",
                "request-rate: 0,5; :2: request-rate: '0,5' is not a number: write 0.5",
                "streaming: maybe; :2: streaming: 'maybe' is neither true nor false",
                "json: maybe; :2: json: 'maybe' is neither true nor false",
                "duration: 5s\\nbenchmark-duration: 6s; :3: benchmark-duration is duration, which stands in line 2",
                "no-streaming: true\\nstreaming: true; :3: streaming is no-streaming, which stands in line 2",
                "isl: 1\\nrandom-input-len: 2; :3: random-input-len is isl, which stands in line 2",
                "metadata: [image=a, image=b]; :2: metadata image is given twice",
                "header: {Host: a}; :2: header: Host is set by the connection itself",
                "'header:\\n  - A: b'; :3: header needs a value, not a list or a map inside: put quotes around what holds ': '",
                "header: [\"A: b\", C]; :2: header: a header is written 'NAME: VALUE'",
                "budget: p95(speed)<5; :2: budget: budget 'p95(speed)<5', position 5: unknown latency 'speed'",
                "'budget:\\n  - error_rate<1%\\n  - p95(ttft)<0,5s'; :4: budget: ",
                "goodput: speed:5; :2: goodput: 'speed:5' is not a goal",
                "breaker: often; :2: breaker is often, allowed is a share",
                "max-cost: 5; :2: max-cost needs a price",
                "concurrency: 0; :2: concurrency is 0, allowed is",
                "threshold: 50%; :2: threshold is 50",
                "concurrency: 4\\nrequest-rate: 2; :3: request-rate excludes --concurrency",
                "wait: 0s; :2: wait must be longer",
                "kafka: here; :2: kafka: 'here' is not HOST:PORT",
                "kafka-config: none.properties; :2: kafka-config '",
                "api-key-file: none; :2: api-key-file: ",
                "proxy: ftp://h; :2: proxy: ",
                "metrics-url: 'http://h:x'; :2: metrics-url: ",
                "endpoint-type: soap; :2: endpoint-type: ",
                "generation: wild; :2: generation: expected one of [deterministic, defaults]",
                "top-p: 2; :2: top-p: is 2.0, allowed is above 0 to 1",
                "'extra-body:\\n  user: me'; :3: extra-body: user: the value is not JSON",
                "'extra-body:\\n  stream: false'; :3: extra-body: 'stream' is what the run",
                "max-tokens-field: none\\nmax-cost: 5; :2: max-tokens-field is none and --max-cost is given",
                "metric-compat: k6; :2: metric-compat: expected one of [vllm, aiperf, guidellm]",
                "dataset: none.jsonl; :2: dataset '",
                "dataset-format: parquet; :2: dataset-format: 'parquet' is no format: auto, lines, whole, csv, jsonl",
                "dataset-format: csv; :2: dataset-format is of a file: give --dataset, too",
                "isl: lognormal(5); :2: isl: 'lognormal(5)' is no length such as 128",
                "workload: none.yaml; :2: workload ",
                "mix: chta=2; :2: mix 'chta' is no built-in class: did you mean chat?",
                "mix: chat\\nworkload: w.yaml; :2: mix excludes --workload",
                "mix: chat\\nosl: 5; :3: osl is of a load without classes: with --mix each class says",
                "isl: uniform(1,9)\\nisl-stddev: 5; :3: isl-stddev is of a plain number, and --isl is uniform(1,9)",
                "shape: wave:1,2@3s; :2: shape: is no shape: 'wave:1,2@3s' is no shape of a load: write ramp:10..100/60s",
                "concurrency-shape: ramp:1..2.5/3s; :2: concurrency-shape: ramp:1..2.5/3s: requests at a time are whole numbers",
                "'shape: ramp:1..20/2m\\nrequest-rate: 5'; :2: shape excludes --request-rate",
                "share: 3/2; :2: share: is 3/2, allowed is",
                "begin-at: noon; :2: begin-at: 'noon' is not a time with its offset",
                "smoke-expect: (; :2: smoke-expect: is no regular expression",
                "'set:\\n  plumbline.load.grcae: 5s'; :3: set plumbline.load.grcae is no setting of the load producer; did you mean plumbline.load.grace?",
            })
    void namesFileLineKeyAndWhatIsAllowed(String setting, String words) throws IOException {
        Path file = file("url: http://127.0.0.1:1\n" + setting.replace("\\n", "\n") + "\n");

        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(complaints.toString()).startsWith(file + words);
    }

    @Test
    void aWorkloadFileThatIsWrongIsToldWithItsOwnLine() throws IOException {
        Files.writeString(folder.resolve("w.yaml"), "classes:\n  rag:\n    isl: 5\n    osl: many\n");
        Path file = file("url: http://127.0.0.1:1\nworkload: w.yaml\n");

        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(complaints.toString())
                .startsWith(
                        file + ":2: workload " + folder.resolve("w.yaml") + ":4: classes.rag.osl: 'many' is no length")
                .doesNotContain("\n");
    }

    @Test
    void aFlagThatIsWrongIsNotBlamedOnTheFile() throws IOException {
        Path file = file("url: http://127.0.0.1:1\nbudget: error_rate<1%\nconcurrency: 4\n");

        assertThat(run(file.toString(), "--budget", "p95(speed)<5")).isEqualTo(2);
        assertThat(complaints.toString()).startsWith("--budget ").contains("speed");
    }

    @Test
    void filesOfAScenarioLieBesideItWhereverItIsStartedFrom() throws IOException {
        Path file = file("url: http://127.0.0.1:1\napi-key-file: keys/key\n");
        assertThat(run(file.toString())).isEqualTo(2);
        assertThat(complaints.toString()).contains(folder.resolve("keys/key") + " cannot be read");

        complaints.getBuffer().setLength(0);
        assertThat(run("--api-key-file", "keys/key", file.toString())).isEqualTo(2);
        assertThat(complaints.toString()).contains("--api-key-file: keys/key cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "api-key-file,/etc/key,/etc/key",
        "artifact-dir,out,FOLDER/out",
        "state,~/soak,HOME/soak",
        "ca-file,../ca.pem,FOLDER/../ca.pem",
        "baseline,last-green,last-green",
        "dataset,sets/x.jsonl,FOLDER/sets/x.jsonl",
        "prompt-file,~/p.txt,HOME/p.txt",
        "baseline,missing.json,missing.json",
        "baseline,there.json,FOLDER/there.json"
    })
    void pathsAreTakenFromTheFolderOfTheFile(String key, String written, String taken) throws IOException {
        Path file = file("");
        Files.writeString(folder.resolve("there.json"), "{}");
        CommandLine.Model.OptionSpec option =
                new CommandLine(new RunCommand()).getCommandSpec().findOption("--" + key);
        assertThat(ScenarioFlags.argument(option, new ScenarioFile.Setting(key, written, "", 1), file))
                .isEqualTo("--" + key + "="
                        + taken.replace("FOLDER", folder.toString()).replace("HOME", System.getProperty("user.home")));
    }

    @ParameterizedTest
    @CsvSource({
        "streaming,true,--streaming",
        "streaming,yes,--streaming",
        "streaming,Off,--no-streaming",
        "no-streaming,on,--no-streaming",
        "no-streaming,no,--streaming",
        "quiet,YES,--quiet=true"
    })
    void yesAndNoMeanWhatTheyDoInYaml(String key, String written, String taken) throws IOException {
        CommandLine.Model.CommandSpec spec = new CommandLine(new RunCommand()).getCommandSpec();
        CommandLine.Model.OptionSpec option = Stream.of("--" + key, "--no-" + key)
                .map(spec::findOption)
                .filter(java.util.Objects::nonNull)
                .findFirst()
                .orElseThrow();
        assertThat(ScenarioFlags.argument(option, new ScenarioFile.Setting(key, written, "", 1), file("")))
                .isEqualTo(taken);
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
            return List.copyOf(files.filter(file -> file.toString().endsWith(".yaml"))
                            .sorted()
                            .toList())
                    .stream();
        }
    }

    /** Every shipped scenario gets as far as the first thing that is wrong on purpose: a rate that is out of range. */
    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedScenarioIsUnderstood(Path shipped) throws IOException {
        boolean isSweep = Pattern.compile("(?m)^(over|until):")
                .matcher(Files.readString(shipped))
                .find();
        assertThat(command(isSweep ? "sweep" : "run", "--threshold", "500%", shipped.toString()))
                .isEqualTo(2);
        assertThat(complaints.toString()).matches("(?s)([a-z-]+ [0-9]+: )?--threshold is 5.*");
    }

    private int run(String... arguments) {
        return command(Stream.concat(Stream.of("run"), Stream.of(arguments)).toArray(String[]::new));
    }

    private int command(String... arguments) {
        CommandLine line = new CommandLine(new Root());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setErr(new PrintWriter(complaints, true));
        line.setParameterExceptionHandler((ParameterException e, String[] ignored) -> {
            complaints.append(e.getMessage());
            return 2;
        });
        return line.execute(arguments);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("scenario.yaml"), content);
    }
}
