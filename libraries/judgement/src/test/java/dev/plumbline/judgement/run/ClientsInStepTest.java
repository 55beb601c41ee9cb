package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ClientsInStepTest {

    /** @param inStep of ten rounds of each window */
    private static RunResult run(String load, int... inStep) {
        SimulatedRun simulated = new SimulatedRun(1);
        simulated.loadPoint = load;
        simulated.windows = inStep.length;
        RunResult run = simulated.run();
        List<RunWindow> windows = new ArrayList<>();
        for (int i = 0; i < inStep.length; i++) {
            RunWindow window = run.windows().get(i);
            GaugeSum rounds = new GaugeSum(10, 1_000L * inStep[i], inStep[i] > 0 ? 1_000 : 0);
            windows.add(new RunWindow(
                    window.startEpochMillis(),
                    window.lengthMillis(),
                    around(
                            window.measured(),
                            new Circumstances(
                                    Map.of(Circumstances.ROUNDS_IN_STEP, rounds),
                                    Map.of(),
                                    OptionalLong.empty(),
                                    Optional.empty())),
                    window.excluded(),
                    window.coverage(),
                    window.partial()));
        }
        return run.withWindows(windows);
    }

    private static WindowSummary around(WindowSummary summary, Circumstances circumstances) {
        return new WindowSummary(
                summary.requests(),
                summary.latencies(),
                summary.tokens(),
                summary.offered(),
                summary.inFlightNanos(),
                summary.slowest(),
                summary.grades(),
                Optional.of(circumstances),
                summary.edges());
    }

    @Test
    void clientsThatSentTogetherAreNamedWithWhatToDo() {
        assertThat(ClientsInStep.of(run("c8", 10, 9, 10, 9)).orElseThrow().text())
                .isEqualTo(
                        "the 8 clients sent together in 95 % of 40 rounds: each TTFT holds the prefills of the others;"
                                + " ask at a rate (--request-rate), or let lengths differ more (--osl-stddev)");
        assertThat(ClientsInStep.of(run("s-ramp2-16x60s-slots", 10, 10))
                        .orElseThrow()
                        .text())
                .startsWith("the clients sent together");
    }

    @Test
    void whatFellIntoStepOnTheWayIsFoundInTheLaterHalf() {
        ClientsInStep found =
                ClientsInStep.of(run("c4", 0, 0, 0, 1, 10, 10, 10)).orElseThrow();

        assertThat(found.isLater()).isTrue();
        assertThat(found.rounds()).isEqualTo(30);
        assertThat(found.text()).contains("in 100 % of the last 30 rounds");
    }

    @Test
    void aFewRoundsAreChanceAndNothingIsNothing() {
        assertThat(ClientsInStep.of(run("c8", 0, 4, 0, 4, 2))).isEmpty();
        // Only at first: the warm-up was too short, and it is over.
        assertThat(ClientsInStep.of(run("c8", 10, 0, 0, 0))).isEmpty();
        assertThat(ClientsInStep.of(new SimulatedRun(1).run())).isEmpty();
    }

    @Test
    void twoRoundsAreNoRounds() {
        RunResult run = run("c8", 10);
        RunWindow window = run.windows().getFirst();
        Circumstances two = new Circumstances(
                Map.of(Circumstances.ROUNDS_IN_STEP, new GaugeSum(2, 2_000, 1_000)),
                Map.of(),
                OptionalLong.empty(),
                Optional.empty());

        assertThat(ClientsInStep.of(run.withWindows(List.of(new RunWindow(
                        window.startEpochMillis(),
                        window.lengthMillis(),
                        around(window.measured(), two),
                        window.excluded(),
                        1,
                        true)))))
                .isEmpty();
    }
}
