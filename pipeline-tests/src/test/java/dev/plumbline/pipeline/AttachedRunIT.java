package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.cli.stack.Detached;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.process.ReadyFile;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code plumb up}, and {@code plumb run} in its stack, as a user starts them. */
class AttachedRunIT extends DrivenRuns {

    @Test
    void aStackThatIsUpServesSeveralRunsAndIsUpOnlyOnce() throws Exception {
        Path home = Installation.ofSystemProperties().home();
        Path upFolder = Files.createDirectory(temporary.resolve("up"));
        try (SimulatedTarget target = SimulatedTarget.start(TARGET);
                PlumbProcess up = PlumbProcess.start(upFolder, home, List.of("up", "--window", "1s"))) {
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
            List<String> slow = attached(
                    target, "--request-rate", "0.5", "--arrival-pattern", "constant", "--duration", "5s", "--quiet");
            slow.addAll(AnyMachine.flags());
            PlumbProcess run = PlumbProcess.start(temporary, home, slow);
            assertThat(run.exitValue()).as(run.output()).isZero();
            assertComplete(runs().getFirst());
            assertEverySecondIsMeasured(runs().getFirst());
            assertThat(runs().getFirst().resolve("producer.log"))
                    .content()
                    .as("taken, not started")
                    .contains("Standing by");

            assertATraceIsProvedAndStartsWithAnEmptyCache(home, waiting);
            assertACanaryThatIsSlowerFailsTheRun(home, waiting);

            awaitStandby(waiting);
            PlumbProcess failed;
            try (SimulatedTarget dying = SimulatedTarget.start(TARGET)) {
                failed = PlumbProcess.start(temporary, home, attached(dying, "--duration", "60s", "--give-up", "1s"));
                awaitEvents(2);
            }
            assertThat(failed.exitValue()).as(failed.output()).isEqualTo(4);
            assertThat(failed.output()).contains("FAILED").contains("CONNECT");
            assertComplete(runs().getLast());

            awaitStandby(waiting);
            PlumbProcess killed = PlumbProcess.start(temporary, home, attached(target, "--duration", "forever"));
            awaitEvents(3);
            assertThat(waiting).doesNotExist();
            killed.kill();

            awaitStandby(waiting);
            PlumbProcess orphaned = PlumbProcess.start(temporary, home, attached(target, "--duration", "60s"));
            awaitEvents(4);
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
            assertARunGoesOnWithoutItsTerminalUntilItIsEnded(home, target);

            awaitStandby(waiting);
            PlumbProcess left = PlumbProcess.start(temporary, home, attached(target, "--duration", "forever"));
            awaitEvents(6);
            assertThat(other(home, "down").lines()).singleElement().asString().contains("ended     the stack");
            assertThat(up.exitValue()).as(up.output()).isZero();
            assertThat(RunningStack.read(home)).isEmpty();
            assertThat(up.leftOver()).isEmpty();
            assertThat(left.exitValue()).as(left.output()).isEqualTo(4);
            assertThat(left.output()).contains("'plumb up' has ended");
            assertComplete(runs().getLast());
        }
    }

    private void assertARunGoesOnWithoutItsTerminalUntilItIsEnded(Path home, SimulatedTarget target) throws Exception {
        PlumbProcess terminal =
                PlumbProcess.start(temporary, home, attached(target, "--duration", "forever", "--detach"));
        assertThat(terminal.exitValue()).as(terminal.output()).isZero();
        assertThat(terminal.output()).contains("load begins", "goes on without this terminal");
        awaitEvents(5);
        Detached run = Detached.running(home).getLast();
        assertThat(other(home, "status"))
                .contains("up since", "aggregator", "serves", run.name(), Long.toString(run.pid()))
                .doesNotContain("does not answer");
        assertThat(other(home, "down", run.name())).contains("ended     " + run.name());
        assertThat(Detached.running(home)).doesNotContain(run);
        assertThat(Path.of(run.log()))
                .content()
                .contains("load begins")
                .contains("interrupted; what was measured is complete");
        assertComplete(runs().getLast());
        Files.delete(Path.of(run.log()));
    }

    /** What another terminal is told. */
    private String other(Path home, String... arguments) throws Exception {
        Path folder = Files.createTempDirectory(temporary, "other");
        PlumbProcess command = PlumbProcess.start(folder, home, List.of(arguments));
        assertThat(command.exitValue()).as(command.output()).isZero();
        return command.output();
    }

    /** In the stack that is up. */
    private static List<String> attached(SimulatedTarget target, String... more) {
        List<String> arguments = arguments(target, more);
        arguments.addAll(List.of("--budget", "error_rate<90%", "--inconclusive", "pass"));
        return arguments;
    }

    /** Twice the same prompts: without the reset the second replay would find all of them in the cache. */
    private void assertATraceIsProvedAndStartsWithAnEmptyCache(Path home, Path waiting) throws Exception {
        Path folder = withKey("traced");
        try (SimulatedTarget target = SimulatedTarget.start(TARGET.withLockstep(LockstepSettings.DEFAULT))) {
            List<Double> found = new ArrayList<>();
            for (int replay = 1; replay <= 2; replay++) {
                awaitStandby(waiting);
                List<String> arguments = attached(
                        target,
                        "--trace",
                        home.resolve("scenarios/traces/copilot-example.jsonl").toString(),
                        "--trace-mode",
                        "session",
                        "--trace-rows",
                        "24",
                        "--concurrency",
                        "8",
                        "--speed",
                        "20",
                        "--cache",
                        "reuse",
                        "--ignore-eos",
                        "--reset-kv-cache");
                arguments.addAll(AnyMachine.flags());
                PlumbProcess run = PlumbProcess.start(folder, home, arguments);
                assertThat(run.exitValue()).as(run.output()).isZero();
                assertThat(run.output()).contains("sent 24 of 24 rows", "prefix structure sent 100.0 %");
                JsonNode summary = summary(folder, replay);
                assertThat(summary.at("/replay/sent").asLong()).isEqualTo(24);
                assertThat(summary.at("/replay/outputShare").asDouble()).isEqualTo(1);
                assertThat(summary.at("/replay/structureShare").asDouble()).isEqualTo(1);
                assertThat(summary.at("/series").findValuesAsText("name")).contains("model-a", "model-b");
                found.add(summary.at("/replay/realisedHitShare").asDouble());
            }
            assertThat(found.get(0)).isPositive();
            assertThat(found.get(1)).isLessThan(found.get(0) + 0.1);
        }
    }

    private void assertACanaryThatIsSlowerFailsTheRun(Path home, Path waiting) throws Exception {
        Path folder = withKey("canary");
        TimingSettings slower = new TimingSettings(400_000_000, 20_000, 6_000_000, 0.08);
        try (SimulatedTarget stable = SimulatedTarget.start(TARGET);
                SimulatedTarget canary = SimulatedTarget.start(TARGET.withTiming(slower))) {
            awaitStandby(waiting);
            List<String> arguments =
                    attached(stable, "--canary-url", canary.baseUrl(), "--duration", "8s", "--osl", "4");
            arguments.addAll(AnyMachine.flags());
            PlumbProcess run = PlumbProcess.start(folder, home, arguments);
            assertThat(run.exitValue()).as(run.output()).isEqualTo(1);
            assertThat(run.output()).contains("REGRESSION", "canary", "p50(ttft)");
            JsonNode summary = summary(folder, 1);
            assertThat(summary.at("/series").findValuesAsText("name")).contains("stable", "canary");
            assertThat(stable.emitRecords()).hasSizeGreaterThan(8);
            assertThat(canary.emitRecords()).hasSizeGreaterThan(8);
        }
    }

    /** A folder with the key of the target, for runs of its own. */
    private Path withKey(String name) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        Files.copy(temporary.resolve("key"), folder.resolve("key"));
        return folder;
    }

    /** Of the last run in a folder that has so many. */
    private JsonNode summary(Path folder, int runs) throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("runs"))) {
            List<Path> ended = all.filter(each -> !Files.isSymbolicLink(each) && Files.isDirectory(each))
                    .sorted()
                    .toList();
            assertThat(ended).hasSize(runs);
            assertComplete(ended.getLast());
            return json.readTree(ended.getLast().resolve("summary.json").toFile());
        }
    }

    private static void awaitStandby(Path socket) {
        await("a producer stands by").atMost(Patience.LONGEST).until(() -> Files.exists(socket));
    }

    /**
     * Of five seconds in which two or three requests fell due, by when in its gap the load began, each is in a window, so rates are
     * over five seconds.
     */
    private void assertEverySecondIsMeasured(Path folder) throws IOException {
        JsonNode summary = json.readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.at("/totals/offered").asLong()).isBetween(2L, 3L);
        assertThat(summary.at("/run/durationSeconds").asDouble()).isEqualTo(5.0);
        long start = summary.at("/run/startEpochMillis").asLong();
        long end = summary.at("/run/endEpochMillis").asLong();
        List<Long> starts = new ArrayList<>();
        long wholeCompleted = 0;
        long wholeOffered = 0;
        long whole = 0;
        for (JsonNode window : json.readTree(folder.resolve("windows.json").toFile())) {
            if (window.get("startEpochMillis").asLong() >= end) {
                assertThat(window.get("partial").asBoolean()).as("%s", window).isTrue();
                assertThat(window.at("/measured/offered").asLong())
                        .as("an answer that came behind the end, %s", window)
                        .isZero();
                continue;
            }
            starts.add(window.get("startEpochMillis").asLong() / 1_000);
            if (!window.get("partial").asBoolean()) {
                whole++;
                wholeCompleted += window.at("/measured/requests/completed").asLong();
                wholeOffered += window.at("/measured/offered").asLong();
            }
        }
        assertThat(starts)
                .containsExactlyElementsOf(LongStream.rangeClosed(start / 1_000, (end - 1) / 1_000)
                        .boxed()
                        .toList());
        assertThat(whole).isBetween(4L, 5L);
        assertThat(summary.at("/rates/windows").asLong()).isEqualTo(whole);
        assertThat(summary.at("/rates/completedPerSecond").asDouble()).isEqualTo((double) wholeCompleted / whole);
        assertThat(summary.at("/rates/offeredPerSecond").asDouble()).isEqualTo((double) wholeOffered / whole);
    }
}
