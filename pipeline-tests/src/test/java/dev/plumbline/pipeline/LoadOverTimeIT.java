package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.stack.Installation;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.SimulatedTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A load that is changed while it runs, and one that never begins, as a user sees them. */
class LoadOverTimeIT extends DrivenRuns {

    private static final long MILLI = 1_000_000;

    private final Path home = Installation.ofSystemProperties().home();

    @Test
    void aLoadIsChangedWhileItRunsAndTheRunSaysSo() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            List<String> adjustable = arguments(
                    target,
                    "--shape",
                    "adjustable:10",
                    "--arrival-pattern",
                    "constant",
                    "--duration",
                    "10s",
                    "--osl",
                    "4",
                    "--smoke-expect",
                    "[a-z]");
            adjustable.addAll(AnyMachine.flags());
            PlumbProcess run = PlumbProcess.start(temporary, home, adjustable);
            awaitEvents(1);
            PlumbProcess rate =
                    PlumbProcess.start(Files.createDirectory(temporary.resolve("rate")), home, List.of("rate", "50"));
            assertThat(rate.exitValue()).as(rate.output()).isZero();
            assertThat(rate.output()).contains("changed from 10 to 50 requests per second");
            assertThat(run.exitValue()).as(run.output()).isZero();
            Path folder = runs().getLast();
            assertThat(folder.resolve("run.log")).content().contains("load 10 -> 50 requests/s");
            assertThat(folder.resolve("run.json")).content().contains("s-adjustable10-constant");
            long[] at = target.emitRecords().stream()
                    .filter(each -> each.requestId().startsWith("run-"))
                    .map(EmitRecord::stamps)
                    .mapToLong(stamps -> stamps.receivedNanos())
                    .sorted()
                    .toArray();
            assertThat(medianGapMillis(LongStream.of(at).limit(8).toArray())).isBetween(60L, 160L);
            assertThat(medianGapMillis(LongStream.of(at).skip(at.length - 40).toArray()))
                    .isBetween(8L, 40L);
        }
    }

    private static long medianGapMillis(long[] at) {
        long[] gaps = IntStream.range(1, at.length)
                .mapToLong(i -> at[i] - at[i - 1])
                .sorted()
                .toArray();
        return gaps[gaps.length / 2] / MILLI;
    }

    @Test
    void aScenarioWhoseTargetSaysTheWrongThingIsNotRun() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(TARGET)) {
            List<String> arguments = arguments(target, "--smoke-expect", "no such words");
            arguments.add(1, home.resolve("scenarios/square.yaml").toString());
            PlumbProcess run = PlumbProcess.start(temporary, home, arguments);
            assertThat(run.exitValue()).as(run.output()).isEqualTo(4);
            assertThat(run.output()).contains("smoke: the answer to the request before the load");
            assertThat(target.emitRecords().stream()
                            .filter(each -> each.requestId().startsWith("run-")
                                    || each.requestId().startsWith("wrun-")))
                    .isEmpty();
        }
    }
}
