package dev.plumbline.judgement.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.judgement.run.SimulatedMix;
import dev.plumbline.judgement.run.SimulatedRun;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A copy that changes one thing keeps everything else: a run of several series that forgot them would be judged as one. */
class RunResultCopiesTest {

    private static final RunResult RUN = SimulatedMix.of(
            SimulatedMix.classes("chat", "rag"), List.of(new SimulatedRun(1).run(), new SimulatedRun(2).run()));

    @Test
    void theSampleHasSomethingToForget() {
        assertThat(RUN.series()).hasSizeGreaterThan(1);
    }

    @Test
    void furtherFactsChangeThePlanOnly() {
        assertThat(changed(RUN.withFacts(Map.of("a", "b")))).isSubsetOf("plan");
        assertThat(RUN.withFacts(Map.of("a", "b")).plan()).containsEntry("a", "b");
    }

    @Test
    void otherWindowsChangeTheWindowsOnly() {
        assertThat(changed(RUN.withWindows(RUN.windows().subList(0, 1)))).isSubsetOf("windows");
        assertThat(changed(RUN.withFewerWindows(windows -> windows.subList(0, 1))))
                .isSubsetOf("windows", "series");
        assertThat(RUN.withFewerWindows(windows -> windows).series()).isEqualTo(RUN.series());
    }

    private static Set<String> changed(RunResult copy) {
        return Arrays.stream(RunResult.class.getRecordComponents())
                .filter(component -> !of(component, copy).equals(of(component, RUN)))
                .map(RecordComponent::getName)
                .collect(Collectors.toSet());
    }

    private static Object of(RecordComponent component, RunResult result) {
        try {
            return component.getAccessor().invoke(result);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
