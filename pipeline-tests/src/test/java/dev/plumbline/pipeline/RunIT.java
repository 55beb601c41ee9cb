package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code plumb run} and {@code plumb up} as a user starts them: files complete, codes right, nothing left behind. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RunIT {

    private static final Duration LONGEST = Duration.ofSeconds(120);
    private static final List<String> FILES = List.of(
            "events.jsonl",
            "junit.xml",
            "report.html",
            "requests.csv",
            "run.json",
            "run.log",
            "summary.json",
            "summary.md",
            "windows.json");

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path temporary;

    @Test
    void aRunIsJudgedByItsBudgetThenByTheLastGreenRunAndOtherConditionsAreRefused() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            PlumbProcess first = run(target, "--duration", "6s", "--json", "--budget", "max(ttft)<60s, error_rate<90%");
            assertThat(first.exitValue(LONGEST)).as(first.output()).isZero();
            JsonNode summary = json.readTree(first.output());
            assertThat(summary.at("/verdict/findings")).hasSize(2);
            Path folder = runs().getFirst();
            assertThat(summary)
                    .isEqualTo(json.readTree(folder.resolve("summary.json").toFile()));
            assertComplete(folder);
            long acknowledged = summary.at("/totals/acknowledgedEvents").asLong();
            assertThat(acknowledged).isPositive();
            assertThat(summary.at("/totals/countedEvents").asLong()).isEqualTo(acknowledged);
            assertThat(lines(folder.resolve("events.jsonl"))).isEqualTo(acknowledged);
            assertThat(lines(folder.resolve("requests.csv"))).isEqualTo(acknowledged + 1);

            PlumbProcess second = run(target, "--duration", "6s", "--quiet", "--baseline", "last-green");
            // Two runs of six seconds on a shared machine may differ: any verdict is fine, none is not.
            assertThat(second.exitValue(LONGEST)).as(second.output()).isIn(0, 1, 3);
            assertThat(second.output()).doesNotContain("NOT_JUDGED");

            PlumbProcess other =
                    run(target, "--osl", "8", "--baseline", folder.getFileName().toString());
            assertThat(other.exitValue(LONGEST)).as(other.output()).isEqualTo(2);
            assertThat(other.complaints()).singleElement().asString().contains("maxTokens");
            assertThat(runs()).hasSize(2);
            assertThat(other.leftOver("state", "runs")).isEmpty();
        }
    }

    @Test
    void aTargetThatDiesEndsTheRunWithCodeFourAndCompleteFiles() throws Exception {
        PlumbProcess run;
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            run = run(target, "--duration", "60s", "--give-up", "1s");
            awaitEvents();
        }
        assertThat(run.exitValue(LONGEST)).as(run.output()).isEqualTo(4);
        assertThat(run.output()).contains("FAILED").contains("CONNECT");
        assertComplete(runs().getFirst());
        assertThat(run.leftOver("state", "runs")).isEmpty();
    }

    @Test
    void ctrlCFinishesEverythingThatWasMeasured() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            PlumbProcess run = run(target, "--duration", "forever");
            awaitEvents();
            List<ProcessHandle> children = run.children();
            assertThat(children).hasSizeBetween(2, 4);
            run.signal(run.isInterruptIgnored() ? "-TERM" : "-INT");
            assertThat(run.exitValue(LONGEST)).as(run.output()).isEqualTo(130);
            PlumbProcess.awaitEnd(children);
            Path folder = runs().getFirst();
            assertComplete(folder);
            JsonNode summary = json.readTree(folder.resolve("summary.json").toFile());
            assertThat(summary.at("/totals/countedEvents").asLong())
                    .isEqualTo(summary.at("/totals/acknowledgedEvents").asLong())
                    .isPositive();
            assertThat(run.leftOver("state", "runs")).isEmpty();
        }
    }

    @Test
    void aStackThatIsUpServesSeveralRunsAndIsUpOnlyOnce() throws Exception {
        Path home = Installation.ofSystemProperties().home();
        Path upFolder = Files.createDirectory(temporary.resolve("up"));
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            PlumbProcess up = PlumbProcess.start(upFolder, home, List.of("up", "--window", "1s"));
            up.awaitOutput("up after");
            Path again = Files.createDirectory(temporary.resolve("again"));
            PlumbProcess refused = PlumbProcess.start(again, home, List.of("up"));
            assertThat(refused.exitValue(LONGEST)).isEqualTo(2);
            assertThat(refused.complaints()).singleElement().asString().contains(Long.toString(up.pid()));

            PlumbProcess run = PlumbProcess.start(
                    temporary,
                    home,
                    List.of(
                            "run",
                            "--url",
                            target.baseUrl(),
                            "--artifact-dir",
                            "runs",
                            "--duration",
                            "3s",
                            "--quiet",
                            "--warmup-duration",
                            "1s"));
            assertThat(run.exitValue(LONGEST)).as(run.output()).isZero();
            assertComplete(runs().getFirst());

            up.signal("-TERM");
            assertThat(up.exitValue(LONGEST)).as(up.output()).isZero();
            assertThat(RunningStack.read(home)).isEmpty();
            assertThat(up.leftOver()).isEmpty();
        }
    }

    /** With a state folder of its own, so that a stack that happens to be up is left alone. */
    private PlumbProcess run(SimulatedTarget target, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--url",
                target.baseUrl(),
                "--artifact-dir",
                "runs",
                "--state",
                "state",
                "--window",
                "1s",
                "--warmup-duration",
                "1s"));
        arguments.addAll(List.of(more));
        return PlumbProcess.start(temporary, arguments.toArray(String[]::new));
    }

    private List<Path> runs() throws IOException {
        try (Stream<Path> folders = Files.list(temporary.resolve("runs"))) {
            return folders.filter(folder -> !Files.isSymbolicLink(folder))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    private void awaitEvents() throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + LONGEST.toNanos();
        while (!Files.isDirectory(temporary.resolve("runs"))
                || runs().isEmpty()
                || lines(runs().getFirst().resolve("events.jsonl")) == 0) {
            assertThat(System.nanoTime()).isLessThan(deadlineNanos);
            Thread.sleep(100);
        }
    }

    private static void assertComplete(Path folder) throws IOException {
        assertThat(folder.getFileName().toString()).doesNotEndWith(".partial");
        for (String file : FILES) {
            assertThat(folder.resolve(file)).exists().isNotEmptyFile();
        }
    }

    private static long lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> all = Files.lines(file)) {
            return all.count();
        }
    }
}
