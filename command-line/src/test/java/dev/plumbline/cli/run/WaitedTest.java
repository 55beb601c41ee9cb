package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.Step;
import dev.plumbline.probe.StepOutcome;
import dev.plumbline.probe.StepResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitedTest {

    private final List<String> told = new ArrayList<>();
    private long nowMillis = 5_000;
    private final Waited waited = new Waited(told::add, () -> nowMillis);

    private void ends(Step step) {
        waited.ended(new StepResult(step, new StepOutcome.Passed("there"), 1));
    }

    @Test
    void aTargetThatIsThereAtOnceIsNotWaitedFor() {
        ends(Step.DNS);
        ends(Step.CONNECT);
        assertThat(waited.text()).isEmpty();
    }

    @Test
    void whatIsWaitedForStepByStepIsAddedUp() {
        waited.waiting(Step.CONNECT, "nothing listens yet");
        nowMillis += 20_000;
        waited.waiting(Step.CONNECT, "nothing listens yet");
        nowMillis += 13_000;
        ends(Step.CONNECT);
        nowMillis += 1_000;
        waited.waiting(Step.HTTP, "the engine loads its model");
        nowMillis += 30_000;
        ends(Step.HTTP);

        assertThat(waited.text()).contains("63s");
        assertThat(told).hasSize(3);
    }

    @Test
    void halfASecondIsAWaitToo() {
        waited.waiting(Step.CONNECT, "nothing listens yet");
        nowMillis += 400;
        ends(Step.CONNECT);
        assertThat(waited.text()).contains("1s");
    }
}
