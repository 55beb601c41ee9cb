package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepSequenceTest {

    private final AtomicLong clock = new AtomicLong(100);
    private final List<String> told = new ArrayList<>();
    private final StepSequence sequence = new StepSequence(clock::get, new ProbeListener() {
        @Override
        public void ended(StepResult result) {
            told.add("ended " + result.step());
        }

        @Override
        public void waiting(Step step, String what) {}
    });

    /** Ends as it is told to, ten nanoseconds after it began. */
    private final class Scripted implements ProbeStep {

        private final Step step;
        private final Needs needs;
        private final StepOutcome outcome;
        private final boolean holds;

        Scripted(Step step, Needs needs, StepOutcome outcome, boolean holds) {
            this.step = step;
            this.needs = needs;
            this.outcome = outcome;
            this.holds = holds;
        }

        @Override
        public Step step() {
            return step;
        }

        @Override
        public Needs needs() {
            return needs;
        }

        @Override
        public void begin(Findings known) {
            told.add("begun " + step);
        }

        @Override
        public StepEnd run(Findings known) {
            clock.addAndGet(10);
            return new StepEnd(outcome, holds, known.withGpu(Map.of("seen", step.name())));
        }
    }

    private Scripted passing(Step step, Needs needs) {
        return new Scripted(step, needs, new Passed("well"), true);
    }

    private Scripted failing(Step step) {
        return new Scripted(step, Needs.NOTHING, new Failed(FailureKind.TIMEOUT, "late: wait"), false);
    }

    @Test
    void aStepThatFailsSkipsThoseThatNeedItAndNoOther() throws InterruptedException {
        sequence.run(
                List.of(
                        passing(Step.DNS, Needs.NOTHING),
                        failing(Step.CONNECT),
                        passing(Step.TLS, Needs.of("a connection", Step.CONNECT)),
                        passing(Step.HTTP, Needs.of("TLS", Step.TLS)),
                        passing(Step.GPU_TOOL, Needs.of("DNS", Step.DNS))),
                100);

        assertThat(sequence.results())
                .extracting(StepResult::outcome)
                .containsExactly(
                        new Passed("well"),
                        new Failed(FailureKind.TIMEOUT, "late: wait"),
                        new Skipped("needs a connection"),
                        new Skipped("needs TLS"),
                        new Passed("well"));
        assertThat(sequence.holds(Step.DNS)).isTrue();
        assertThat(sequence.holds(Step.CONNECT)).isFalse();
        assertThat(sequence.holds(Step.TLS)).isFalse();
    }

    @Test
    void whatNeedsASkippedStepGoesOnOnlyWhereThereWasNothingToDo() throws InterruptedException {
        sequence.run(
                List.of(
                        new LeftOutStep(Step.TLS, Needs.NOTHING, "plain http", true),
                        new LeftOutStep(Step.HTTP, Needs.NOTHING, "not asked for", false),
                        passing(Step.MODEL, Needs.of("a connection", Step.TLS)),
                        passing(Step.ANSWER, Needs.of("HTTP and model", Step.HTTP, Step.MODEL))),
                100);

        assertThat(sequence.results())
                .extracting(StepResult::outcome)
                .containsExactly(
                        new Skipped("plain http"),
                        new Skipped("not asked for"),
                        new Passed("well"),
                        new Skipped("needs HTTP and model"));
    }

    @Test
    void aStepBeginsOnceAndAsSoonAsItCan() throws InterruptedException {
        sequence.run(
                List.of(
                        passing(Step.DNS, Needs.NOTHING),
                        passing(Step.CONNECT, Needs.NOTHING),
                        failing(Step.TLS),
                        passing(Step.HTTP, Needs.of("TLS", Step.TLS)),
                        passing(Step.GPU_TOOL, Needs.of("DNS", Step.DNS))),
                100);

        assertThat(told)
                .containsExactly(
                        "begun DNS",
                        "begun CONNECT",
                        "begun TLS",
                        "ended DNS",
                        "begun GPU_TOOL",
                        "ended CONNECT",
                        "ended TLS",
                        "ended HTTP",
                        "ended GPU_TOOL");
    }

    @Test
    void eachStepTakesTheTimeSinceTheOneBeforeItEnded() throws InterruptedException {
        sequence.run(
                List.of(
                        passing(Step.DNS, Needs.NOTHING),
                        passing(Step.TLS, Needs.of("a connection", Step.CONNECT)),
                        passing(Step.GPU_TOOL, Needs.NOTHING)),
                93);

        assertThat(sequence.results()).extracting(StepResult::durationNanos).containsExactly(17L, 0L, 10L);
        assertThat(sequence.known().gpu()).containsExactly(Map.entry("seen", "GPU_TOOL"));
    }

    @Test
    void aStepThatFailedHoldsForNobody() {
        Failed failed = new Failed(FailureKind.TIMEOUT, "late: wait");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StepEnd(failed, true, Findings.NONE))
                .withMessageContaining("does not hold");
        assertThat(StepEnd.of(failed, Findings.NONE).holds()).isFalse();
    }
}
