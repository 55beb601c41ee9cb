package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProducerPropertiesTest {

    private static final Map<String, String> FIRST = Map.of(
            "plumbline.workload.seed", "42",
            "plumbline.load.warmup-duration", "10000ms",
            "plumbline.load.warmup-requests", "5",
            "plumbline.selfwarmup.duration", "0s",
            "plumbline.producer.id", "run-1");

    private static RunPlan plan(Map<String, String> settings) {
        OutputOptions output = new OutputOptions();
        output.settings = new LinkedHashMap<>(settings);
        return RunPlan.checked(
                "r1", new LoadOptions(), new SpendOptions(), new JudgementOptions(), output, new StackOptions(), false);
    }

    @Test
    void aSuccessorWarmsItselfAndNotTheTargetAgainAndHasPromptsOfItsOwn() {
        Map<String, String> second = ProducerProperties.ofSuccessor(FIRST, 1, true, plan(Map.of()));
        Map<String, String> third = ProducerProperties.ofSuccessor(FIRST, 2, true, plan(Map.of()));

        assertThat(second)
                .containsEntry("plumbline.load.warmup-duration", "0s")
                .containsEntry("plumbline.load.warmup-requests", "0")
                .containsEntry("plumbline.selfwarmup.duration", "2s")
                .containsEntry("plumbline.producer.id", "run-1");
        assertThat(second.get("plumbline.workload.seed"))
                .isNotEqualTo(FIRST.get("plumbline.workload.seed"))
                .isNotEqualTo(third.get("plumbline.workload.seed"));
    }

    @Test
    void aTargetThatIsNotWarmIsWarmedByTheSuccessor() {
        assertThat(ProducerProperties.ofSuccessor(FIRST, 1, false, plan(Map.of())))
                .containsEntry("plumbline.load.warmup-duration", "10000ms")
                .containsEntry("plumbline.load.warmup-requests", "5");
    }

    @Test
    void whatTheUserSetsHoldsForTheSuccessorToo() {
        assertThat(ProducerProperties.ofSuccessor(FIRST, 1, true, plan(Map.of("plumbline.load.warmup-duration", "7s"))))
                .containsEntry("plumbline.load.warmup-duration", "7s");
    }

    @Test
    void aLoadThatOutlivesItsBrokerKeepsWhatKafkaHasNotTaken() {
        String timeout = "plumbline.kafka.properties.\"delivery.timeout.ms\"";
        String recovery = "plumbline.kafka.properties.\"metadata.recovery.strategy\"";

        assertThat(ProducerProperties.patient(FIRST, true))
                .containsEntry(timeout, "120000")
                .containsEntry(recovery, "none")
                .containsAllEntriesOf(FIRST);
        assertThat(ProducerProperties.patient(FIRST, false)).doesNotContainKey(recovery);
        assertThat(ProducerProperties.patient(Map.of(timeout, "7000", recovery, "rebootstrap"), true))
                .containsEntry(timeout, "7000")
                .containsEntry(recovery, "rebootstrap");
    }

    @Test
    void aProducerWhoseSpendingNobodyElseKnowsIsNotStartedAgain() {
        assertThat(RunHealing.beyondHelp(FIRST)).isEmpty();
        assertThat(RunHealing.beyondHelp(Map.of("plumbline.limits.max-cost", "5")))
                .contains("only it knew what it had spent of --max-cost");
    }
}
