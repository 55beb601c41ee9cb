package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.process.ReadyFile;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code plumb run} and {@code plumb up} as a user starts them: files complete, codes right, nothing left behind. */
class RunIT {

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

    /** Looks like a variable and an escape to whoever reads settings; must arrive as it is, on both ways to a producer. */
    private static final String KEY = "sk-${HOME}$1\\u0041\\${x}";

    private static final SimulatedTargetSettings TARGET = new SimulatedTargetSettings(
            new SimulatedTargetSettings.Endpoint("127.0.0.1", 0, "simulated", Optional.of(KEY)),
            SimulatedTargetSettings.DEFAULT.seed(),
            SimulatedTargetSettings.DEFAULT.timing(),
            SimulatedTargetSettings.DEFAULT.output(),
            SimulatedTargetSettings.DEFAULT.capacity(),
            Optional.empty(),
            List.of());

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path temporary;

    @BeforeEach
    void writeKey() throws IOException {
        Files.writeString(temporary.resolve("key"), KEY);
    }

    @Test
    void aRunIsJudgedByItsBudgetThenByTheLastGreenRunAndOtherConditionsAreRefused() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            PlumbProcess first = run(target, "--duration", "6s", "--json", "--budget", "max(ttft)<60s, error_rate<90%");
            assertThat(first.exitValue()).as(first.output()).isZero();
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
            assertThat(second.exitValue()).as(second.output()).isIn(0, 1, 3);
            assertThat(second.output()).doesNotContain("NOT_JUDGED");

            PlumbProcess other =
                    run(target, "--osl", "8", "--baseline", folder.getFileName().toString());
            assertThat(other.exitValue()).as(other.output()).isEqualTo(2);
            assertThat(other.complaints()).singleElement().asString().contains("maxTokens");
            assertThat(runs()).hasSize(2);
            assertThat(other.leftOver("state", "runs", "key")).isEmpty();
        }
    }

    @Test
    void aTargetThatDiesEndsTheRunWithCodeFourAndCompleteFiles() throws Exception {
        PlumbProcess run;
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            run = run(target, "--duration", "60s", "--give-up", "1s");
            awaitEvents(1);
        }
        assertThat(run.exitValue()).as(run.output()).isEqualTo(4);
        assertThat(run.output()).contains("FAILED").contains("CONNECT");
        assertComplete(runs().getFirst());
        assertThat(run.leftOver("state", "runs", "key")).isEmpty();
    }

    /** Of a terminal that is gone. Ctrl-C goes the same way, and the one of a service manager ends {@link HealingIT}. */
    @Test
    void aSignalToTheWholeGroupFinishesEverythingThatWasMeasured() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            PlumbProcess run = run(target, "--duration", "forever");
            awaitEvents(1);
            List<ProcessHandle> children = run.children();
            assertThat(children).hasSizeBetween(2, 4);
            run.signalGroup("-HUP");
            assertThat(run.exitValue()).as(run.output()).isEqualTo(130);
            PlumbProcess.awaitEnd(children);
            Path folder = runs().getFirst();
            assertComplete(folder);
            JsonNode summary = json.readTree(folder.resolve("summary.json").toFile());
            assertThat(summary.at("/totals/countedEvents").asLong())
                    .isEqualTo(summary.at("/totals/acknowledgedEvents").asLong())
                    .isPositive();
            assertThat(run.leftOver("state", "runs", "key")).isEmpty();
        }
    }

    @Test
    void whatThisMachineHasTooLittleOfIsNoFailureOfTheTarget() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            List<String> arguments = arguments(target, "--request-rate", "400", "--max-in-flight", "400");
            arguments.addAll(List.of("--state", "state", "--duration", "60s", "--osl", "200"));
            PlumbProcess run = PlumbProcess.startWithOpenFiles(400, temporary, arguments);
            assertThat(run.exitValue()).as(run.output()).isEqualTo(4);
            assertThat(run.output())
                    .contains("note      this process may open 400 files")
                    .contains("this machine, not http://127.0.0.1", "too many open files", "ulimit -n");
            JsonNode summary =
                    json.readTree(runs().getFirst().resolve("summary.json").toFile());
            assertThat(summary.at("/ending/detail").asText()).contains("too many open files");
        }
    }

    @Test
    void theFirstSignalEndsARunThatStillStartsAtOnceAndLeavesNothing() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        PlumbProcess run = PlumbProcess.start(
                temporary, "run", "--url", "http://127.0.0.1:" + closed, "--wait", "100s", "--artifact-dir", "runs");
        run.awaitOutput("nothing listens");
        List<ProcessHandle> children = run.children();
        run.signal(run.isInterruptIgnored() ? "-TERM" : "-INT");
        assertThat(run.exitValue()).as(run.output()).isEqualTo(130);
        assertThat(run.complaints()).containsExactly("plumb: interrupted before the load began: nothing was measured");
        PlumbProcess.awaitEnd(children);
        assertThat(run.leftOver("key")).isEmpty();
    }

    @Test
    void aStackThatIsUpServesSeveralRunsAndIsUpOnlyOnce() throws Exception {
        Path home = Installation.ofSystemProperties().home();
        Path upFolder = Files.createDirectory(temporary.resolve("up"));
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            PlumbProcess up = PlumbProcess.start(upFolder, home, List.of("up", "--window", "1s"));
            up.awaitOutput("up after");
            Path again = Files.createDirectory(temporary.resolve("again"));
            PlumbProcess refused = PlumbProcess.start(again, home, List.of("up"));
            assertThat(refused.exitValue()).isEqualTo(2);
            assertThat(refused.complaints()).singleElement().asString().contains(Long.toString(up.pid()));

            Path waiting =
                    Path.of(RunningStack.read(home).orElseThrow().standby().orElseThrow());
            awaitStandby(waiting);
            assertThat(up.app("aggregator").destroyForcibly()).isTrue();
            up.awaitOutput("the aggregator serves again");
            PlumbProcess run = PlumbProcess.start(
                    temporary,
                    home,
                    attached(
                            target,
                            "--request-rate",
                            "0.5",
                            "--arrival-pattern",
                            "constant",
                            "--duration",
                            "5s",
                            "--quiet",
                            "--set",
                            "plumbline.self-check.dispatch-lag=10s",
                            "--set",
                            "plumbline.self-check.event-loop-stall=10s",
                            "--set",
                            "plumbline.self-check.cpu-saturation=1"));
            assertThat(run.exitValue()).as(run.output()).isZero();
            assertComplete(runs().getFirst());
            assertEverySecondIsMeasured(runs().getFirst());
            assertThat(runs().getFirst().resolve("producer.log"))
                    .content()
                    .as("taken, not started")
                    .contains("Standing by");

            awaitStandby(waiting);
            PlumbProcess killed = PlumbProcess.start(temporary, home, attached(target, "--duration", "forever"));
            awaitEvents(2);
            assertThat(waiting).doesNotExist();
            killed.kill();

            awaitStandby(waiting);
            PlumbProcess orphaned = PlumbProcess.start(temporary, home, attached(target, "--duration", "60s"));
            awaitEvents(3);
            ReadyFile lent =
                    ReadyFile.read(waiting.resolveSibling("producer.ready")).orElseThrow();
            assertThat(ProcessHandle.of(lent.pid()).orElseThrow().destroyForcibly())
                    .isTrue();
            assertThat(orphaned.exitValue()).as(orphaned.output()).isEqualTo(4);
            assertThat(orphaned.output()).contains("the producer that stood by in 'plumb up' ended unexpectedly");
            assertComplete(runs().getLast());
            assertThat(runs().getLast().resolve("producer.log"))
                    .content()
                    .as("not its successor's")
                    .contains("Offering c4");

            awaitStandby(waiting);
            PlumbProcess left = PlumbProcess.start(temporary, home, attached(target, "--duration", "forever"));
            awaitEvents(4);
            up.signal("-TERM");
            assertThat(up.exitValue()).as(up.output()).isZero();
            assertThat(RunningStack.read(home)).isEmpty();
            assertThat(up.leftOver()).isEmpty();
            assertThat(left.exitValue()).as(left.output()).isEqualTo(4);
            assertThat(left.output()).contains("'plumb up' has ended");
            assertComplete(runs().getLast());
        }
    }

    /** With a state folder of its own, so that a stack that happens to be up is left alone. */
    private PlumbProcess run(SimulatedTarget target, String... more) throws IOException {
        List<String> arguments = arguments(target, more);
        arguments.addAll(List.of(
                "--state",
                "state",
                "--window",
                "1s",
                // What is tested is the way of a run, not whether this machine leaves the producer enough of its time.
                "--set",
                "plumbline.self-check.dispatch-lag=10s",
                "--set",
                "plumbline.self-check.event-loop-stall=10s",
                "--set",
                "plumbline.self-check.cpu-saturation=1"));
        return PlumbProcess.start(temporary, arguments.toArray(String[]::new));
    }

    /** In the stack that is up. */
    private static List<String> attached(SimulatedTarget target, String... more) {
        List<String> arguments = arguments(target, more);
        arguments.addAll(List.of("--budget", "error_rate<90%", "--inconclusive", "pass"));
        return arguments;
    }

    private static List<String> arguments(SimulatedTarget target, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--url",
                target.baseUrl(),
                "--api-key-file",
                "key",
                "--yes-spend",
                "--artifact-dir",
                "runs",
                "--warmup-duration",
                "1s"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static void awaitStandby(Path socket) {
        await("a producer stands by").atMost(Patience.LONGEST).until(() -> Files.exists(socket));
    }

    private List<Path> runs() throws IOException {
        try (Stream<Path> folders = Files.list(temporary.resolve("runs"))) {
            return folders.filter(folder -> !Files.isSymbolicLink(folder))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    /** Until so many runs have begun and the last of them has heard of an event. */
    private void awaitEvents(int runs) {
        await("run " + runs + " has heard of an event")
                .atMost(Patience.LONGEST)
                .until(() -> Files.isDirectory(temporary.resolve("runs"))
                        && runs().size() >= runs
                        && lines(runs().getLast().resolve("events.jsonl")) > 0);
    }

    /** Of five seconds in which two requests fell due each is in a window, so rates are over five seconds. */
    private void assertEverySecondIsMeasured(Path folder) throws IOException {
        JsonNode summary = json.readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.at("/totals/offered").asLong()).isEqualTo(2);
        assertThat(summary.at("/run/durationSeconds").asDouble()).isEqualTo(5.0);
        long start = summary.at("/run/startEpochMillis").asLong();
        long end = summary.at("/run/endEpochMillis").asLong();
        List<Long> starts = new ArrayList<>();
        long wholeCompleted = 0;
        long whole = 0;
        for (JsonNode window : json.readTree(folder.resolve("windows.json").toFile())) {
            starts.add(window.get("startEpochMillis").asLong() / 1_000);
            if (!window.get("partial").asBoolean()) {
                whole++;
                wholeCompleted += window.at("/measured/requests/completed").asLong();
            }
        }
        assertThat(starts)
                .containsExactlyElementsOf(LongStream.rangeClosed(start / 1_000, (end - 1) / 1_000)
                        .boxed()
                        .toList());
        assertThat(whole).isBetween(4L, 5L);
        assertThat(summary.at("/rates/windows").asLong()).isEqualTo(whole);
        assertThat(summary.at("/rates/completedPerSecond").asDouble()).isEqualTo((double) wholeCompleted / whole);
        assertThat(summary.at("/rates/offeredPerSecond").asDouble()).isBetween(0.4, 0.5);
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
