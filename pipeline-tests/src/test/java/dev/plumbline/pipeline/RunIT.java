package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code plumb run} with a stack of its own, as a user starts it: files complete, codes right, nothing left behind. */
class RunIT extends DrivenRuns {

    @Test
    void aRunIsJudgedByItsBudgetThenByTheLastGreenRunAndOtherConditionsAreRefused() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET.withLockstep(LockstepSettings.DEFAULT))) {
            PlumbProcess first = run(
                    target,
                    "--duration",
                    "6s",
                    "--json",
                    "--budget",
                    "max(ttft)<60s, error_rate<90%",
                    "--goodput",
                    "ttft:60000");
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

            assertWindowsSayWhatTheRunSays(summary, folder);

            PlumbProcess second = run(target, "--duration", "6s", "--quiet", "--baseline", "last-green");
            // Two runs of six seconds on a shared machine may differ: any verdict is fine, none is not.
            assertThat(second.exitValue()).as(second.output()).isIn(0, 1, 3);
            assertThat(second.output()).doesNotContain("NOT JUDGED");
            for (Path run : runs()) {
                assertThat(inWindows(run, "/delta/tokens/prompt")).isPositive();
                assertThat(inWindows(run, "/delta/tokens/cached"))
                        .as("of a prompt, the target's prefix cache knows nothing: " + run)
                        .isZero();
            }

            PlumbProcess other = run(
                    target,
                    "--cache",
                    "reuse",
                    "--baseline",
                    folder.getFileName().toString());
            assertThat(other.exitValue()).as(other.output()).isEqualTo(2);
            assertThat(other.complaints())
                    .singleElement()
                    .asString()
                    .contains("cache is 'reuse' here and 'avoid' there");
            assertThat(runs()).hasSize(2);
            assertThat(other.leftOver("state", "runs", "key")).isEmpty();
        }
    }

    private long inWindows(Path folder, String pointer) throws IOException {
        long sum = 0;
        for (String line : Files.readAllLines(folder.resolve("windows.jsonl"))) {
            JsonNode number = json.readTree(line).at(pointer);
            assertThat(number.isIntegralNumber()).as(pointer + " of " + line).isTrue();
            sum += number.asLong();
        }
        return sum;
    }

    /** Goodput of the windows is that of the requests; all are of one kind of work, and say how late the generator was. */
    private void assertWindowsSayWhatTheRunSays(JsonNode summary, Path folder) throws IOException {
        long good = 0;
        long ended = 0;
        long ticks = 0;
        long leftOut = 0;
        Set<String> conditions = new HashSet<>();
        for (String line : Files.readAllLines(folder.resolve("windows.jsonl"))) {
            JsonNode window = json.readTree(line);
            good += window.at("/delta/grades/goodput/good").asLong();
            ended += window.at("/delta/grades/goodput/ended").asLong();
            ticks += window.at("/delta/circumstances/generatorDelay/count").asLong();
            // What a producer did not vouch for is counted, and in no grade.
            leftOut += window.at("/excluded/requests/completed").asLong();
            conditions.add(window.at("/id/series/conditions").asText());
        }
        assertThat(conditions).singleElement().asString().matches("[0-9a-f]{16}");
        assertThat(ended + leftOut)
                .isEqualTo(summary.at("/totals/goodput/ended").asLong());
        assertThat(good + leftOut).isEqualTo(summary.at("/totals/goodput/good").asLong());
        assertThat(leftOut > 0 || ticks > 0).isTrue();
    }

    /** Of a terminal that is gone. Ctrl-C goes the same way, and the one of a service manager ends {@link HealingIT}. */
    @Test
    void aSignalToTheWholeGroupFinishesEverythingThatWasMeasured() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            PlumbProcess run = run(target, "--duration", "forever");
            awaitEvents(1);
            List<ProcessHandle> children = run.children();
            assertThat(children).hasSizeBetween(2, 4);
            run.signalGroup(run.isHangUpIgnored() ? "-TERM" : "-HUP");
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

    /** The shipped scenario, as a person starts it: the target sees its prompts in their order, and no file of the run has them. */
    @Test
    void aScenarioAsksItsOwnDataset() throws Exception {
        Path scenarios = Path.of("../scenarios").toRealPath();
        List<Integer> promptTokens = new ArrayList<>();
        List<Integer> limits = new ArrayList<>();
        List<String> prompts = new ArrayList<>();
        for (String line : Files.readAllLines(scenarios.resolve("datasets/own-prompts.jsonl"))) {
            JsonNode entry = json.readTree(line);
            prompts.add(entry.path("prompt").asText());
            promptTokens.add(
                    (entry.path("system").asText().length() + prompts.getLast().length() + 3) / 4);
            limits.add(entry.path("max_tokens").asInt(48));
        }
        try (SimulatedTarget target = SimulatedTarget.start(TARGET.withOutput(new OutputSettings(500, 0, 1, false))
                .withTiming(new TimingSettings(1_000_000, 0, 1_000_000, 0)))) {
            PlumbProcess run = run(
                    target,
                    scenarios.resolve("own-prompts.yaml").toString(),
                    "--dataset-order",
                    "file",
                    "--osl-stddev",
                    "0",
                    "--concurrency",
                    "1",
                    "--request-count",
                    "9");
            // Whether nine requests are enough for its budget is not what this is about.
            assertThat(run.exitValue()).as(run.output()).isIn(0, 3);
            assertThat(run.output())
                    .contains(
                            "prompts   6 prompts of own-prompts.jsonl (vllm-custom), in their order, sent as they are")
                    .contains("there are 6 prompts for 9 requests: each is sent 1.50 times");
            List<EmitRecord> measured = target.emitRecords().stream()
                    .filter(record -> record.requestId().startsWith("run-"))
                    .sorted(Comparator.comparingLong(EmitRecord::ordinal))
                    .toList();
            promptTokens.addAll(promptTokens.subList(0, 3));
            limits.addAll(limits.subList(0, 3));
            assertThat(measured.stream().map(EmitRecord::promptTokens)).isEqualTo(promptTokens);
            assertThat(measured.stream().map(EmitRecord::outputTokens)).isEqualTo(limits);
            try (Stream<Path> files = Files.list(runs().getFirst())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(file)).as(file.toString()).doesNotContain(prompts);
                }
            }
        }
    }

    /** With a state folder of its own, so that a stack that happens to be up is left alone. */
    private PlumbProcess run(SimulatedTarget target, String... more) throws IOException {
        List<String> arguments = arguments(target, more);
        arguments.addAll(List.of("--state", "state", "--window", "1s"));
        arguments.addAll(AnyMachine.flags());
        return PlumbProcess.start(temporary, arguments.toArray(String[]::new));
    }
}
