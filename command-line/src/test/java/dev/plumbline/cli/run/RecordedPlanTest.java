package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.history.RunRecords;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.judgement.run.SimulatedRun;
import dev.plumbline.reports.ArtifactLimits;
import dev.plumbline.reports.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class RecordedPlanTest {

    private static final String SECRET = "S3CR3T";

    @TempDir
    private Path root;

    private static Map<String, String> recorded(String... arguments) {
        CommandLine line = new CommandLine(new RunCommand());
        line.parseArgs(arguments);
        return RunCommand.recorded(line).texts();
    }

    @Test
    void secretsReachNeitherAFileOfTheRunNorTheTopicOfRuns() throws IOException {
        Map<String, String> plan = recorded(
                "--url",
                "http://user:S3CR3T@127.0.0.1:8000/openai/v1?api-version=1&key=S3CR3T",
                "--metrics-url",
                "https://S3CR3T@metrics.example:9090/metrics?token=S3CR3T#S3CR3T",
                "-H",
                "X-Key: S3CR3T",
                "--canary-url",
                "http://user:S3CR3T@127.0.0.1:8001/?key=S3CR3T",
                "--canary-header",
                "X-Key: S3CR3T",
                "--set",
                "plumbline.target.headers.\"X-Key\"=S3CR3T",
                "--set",
                "plumbline.kafka.properties.\"sasl.jaas.config\"=module required password=\"S3CR3T\";",
                "--set",
                "plumbline.load.event-loops=2",
                "--proxy",
                "http://user:S3CR3T@proxy:3128");
        SimulatedRun simulated = new SimulatedRun(1);
        RunResult run = simulated.run();
        RunResult result = new RunResult(
                run.identity(), plan, run.environment(), run.ending(), run.totals(), run.windows(), run.alerts());
        RunVerdict verdict = RunJudge.judge(result, List.of(), List.of(), JudgementSettings.defaults());

        RunFolder folder = RunFolder.open(root, simulated.runId(), ArtifactLimits.defaults());
        Path complete = folder.finish(result, verdict, RunFile::encode);

        try (Stream<Path> files = Files.walk(complete).filter(Files::isRegularFile)) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(5)
                    .allSatisfy(file -> assertThat(Files.readString(file))
                            .as(file.toString())
                            .doesNotContain(SECRET));
        }
        assertThat(new String(Codec.RUNS.encode(RunRecords.of(result, verdict)), StandardCharsets.UTF_8))
                .doesNotContain(SECRET)
                .contains("X-Key");
        assertThat(plan)
                .containsEntry("url", "http://127.0.0.1:8000/openai/v1?<hidden>")
                .containsEntry("metrics-url", "https://metrics.example:9090/metrics?<hidden>")
                .containsEntry("header", "X-Key")
                .containsEntry("proxy", "http://proxy:3128")
                .containsEntry(
                        "set",
                        "plumbline.target.headers.\"X-Key\"=<hidden>,"
                                + " plumbline.kafka.properties.\"sasl.jaas.config\"=<hidden>,"
                                + " plumbline.load.event-loops=2");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8000, localhost:8000",
        "https://h/v1/chat/completions, https://h/v1/chat/completions",
        "h?key=S3CR3T, h?<hidden>",
        "S3CR3T@h:1/p, h:1/p",
        "http://user:pa/S3CR3T@h, <hidden>",
        "http://user:pa?S3CR3T@h, <hidden>",
        "http://u:S3C@R3T@h/p, http://h/p",
        "http://h/p#S3CR3T, http://h/p?<hidden>",
    })
    void ofAnAddressOnlyTheAddressIsKept(String typed, String kept) {
        assertThat(recorded("--url", typed)).containsEntry("url", kept);
    }

    @Test
    void whatTellsARunIsKeptAsItWasGiven() {
        assertThat(recorded("--url", "h", "--concurrency", "8", "--duration", "forever", "--metadata", "image=a:1"))
                .containsEntry("concurrency", "8")
                .containsEntry("duration", "forever")
                .containsEntry("metadata", "image=a:1")
                .containsEntry("scenario", "chat")
                .containsEntry("artifact-dir", "plumbline-runs")
                .containsEntry("request-timeout", "5m")
                .containsKeys("plumblineVersion", "producerHost");
    }

    @SuppressWarnings("UnusedVariable") // picocli reads them
    @Command(name = "later")
    private static final class Later {
        @Option(names = "--token")
        String token = "S3CR3T";

        @Option(names = "--tokens")
        List<String> tokens = List.of("S3CR3T");
    }

    @Test
    void anOptionThatNobodyHasThoughtAboutIsHidden() {
        assertThat(RecordedPlan.of(new CommandLine(new Later()).getCommandSpec().options())
                        .texts())
                .containsOnly(Map.entry("token", "<hidden>"), Map.entry("tokens", "<hidden>"));
    }

    @Test
    void everyOptionOfARunHasBeenThoughtAbout() {
        CommandLine line = new CommandLine(new RunCommand());
        List<String> hidden = line.getCommandSpec().options().stream()
                .filter(option -> !option.usageHelp())
                .filter(RecordedValue::mayBeSecret)
                .map(RunCommand::key)
                .sorted()
                .toList();
        assertThat(hidden)
                .containsExactly(
                        "canary-header", "canary-url", "generic", "header", "metrics-url", "proxy", "set", "url");
    }
}
