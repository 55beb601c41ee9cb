package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.TargetUrl;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProducerPropertiesTest {

    private static final Map<String, String> FIRST = Map.of(
            "plumbline.workload.seed", "42",
            "plumbline.load.warmup-duration", "10000ms",
            "plumbline.load.warmup-requests", "5",
            "plumbline.selfwarmup.duration", "0s",
            "plumbline.producer.id", "run-1");

    private static RunPlan plan(Map<String, String> settings) {
        RunOptions options = new RunOptions();
        options.output.settings = new LinkedHashMap<>(settings);
        return RunPlan.checked("r1", options, false);
    }

    /** What {@code plumb check} accepts is what a run drives. */
    @ParameterizedTest
    @CsvSource({
        "http://h:1, chat, http://h:1/v1/chat/completions",
        "https://h/openai/v1, chat, https://h:443/openai/v1/chat/completions",
        "http://h:1/openai/deployments/x/chat/completions?api-version=7, chat, http://h:1/openai/deployments/x/chat/completions?api-version=7",
        "http://h:1/api/v3/chat/completions, chat, http://h:1/api/v3/chat/completions",
        "http://h:1/v1/chat/completions/, chat, http://h:1/v1/chat/completions/",
        "http://h:1/v1?key=1, messages, http://h:1/v1/messages?key=1",
        "http://h:1/p, ollama-chat, http://h:1/p/api/chat"
    })
    void theProducerAsksWhereTheProbeAsked(String typed, String type, String asked) {
        EndpointType endpointType = Stream.of(EndpointType.values())
                .filter(known -> known.shortName().equals(type))
                .findFirst()
                .orElseThrow();
        Map<String, String> properties = DrivenTarget.properties(typed, endpointType);

        TargetUrl url = TargetUrl.below(
                properties.get("plumbline.target.url"),
                endpointType,
                Optional.ofNullable(properties.get("plumbline.target.path")),
                Map.of());
        assertThat(url.uri()).hasToString(asked);
    }

    @Test
    void aBatchIsTheProducers() {
        assertThat(DrivenTarget.properties("http://h:1", EndpointType.COMPLETIONS, "--batch", "8"))
                .containsEntry("plumbline.load.batch", "8");
        assertThat(DrivenTarget.properties("http://h:1", EndpointType.COMPLETIONS))
                .doesNotContainKey("plumbline.load.batch");
    }

    @Test
    void shapesPhasesAndSharesAreTheProducers() {
        assertThat(DrivenTarget.properties(
                        "http://h:1",
                        EndpointType.CHAT,
                        "--shape",
                        "burst:10,50x2s/30s",
                        "--burstiness",
                        "0.5",
                        "--share",
                        "2/3",
                        "--begin-at",
                        "2026-12-01T13:00:00+01:00",
                        "--smoke-expect",
                        "\\d+",
                        "--cooldown",
                        "5s"))
                .containsAllEntriesOf(Map.of(
                        "plumbline.load.shape", "burst:10,50x2s/30s",
                        "plumbline.load.arrival-pattern", "GAMMA",
                        "plumbline.load.burstiness", "0.5",
                        "plumbline.load.share", "2/3",
                        "plumbline.load.begin-at", "2026-12-01T12:00:00Z",
                        "plumbline.smoke.expect", "\\d+",
                        "plumbline.load.cool-down", "5000ms"))
                .doesNotContainKeys("plumbline.load.request-rate", "plumbline.load.concurrency");
        assertThat(DrivenTarget.properties(
                        "http://h:1",
                        EndpointType.CHAT,
                        "--concurrency-shape",
                        "ramp:2..16/60s",
                        "--smoke",
                        "--warmup-until-steady",
                        "--warmup-max",
                        "1m"))
                .containsAllEntriesOf(Map.of(
                        "plumbline.load.concurrency-shape", "ramp:2..16/60s",
                        "plumbline.smoke.enabled", "true",
                        "plumbline.load.warmup-until-steady", "true",
                        "plumbline.load.warmup-max", "60000ms"));
        assertThat(DrivenTarget.properties("http://h:1", EndpointType.CHAT).keySet())
                .noneMatch(key -> key.contains("shape") || key.contains("smoke") || key.contains("share"));
    }

    /** What {@code plumb check} looks at is what is sampled. */
    @Test
    void metricsThatAreElsewhereAreSampledThere() {
        TargetAddress.Wanted elsewhere = new TargetAddress.Wanted(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(BaseUrl.parse("http://exporter:9400/metrics?names=a,b")));

        assertThat(DrivenTarget.properties("http://h:1", EndpointType.CHAT, elsewhere))
                .containsEntry("plumbline.engine.url", "http://exporter:9400/metrics?names=a\\,b");
        assertThat(DrivenTarget.properties("http://h:1", EndpointType.CHAT)).doesNotContainKey("plumbline.engine.url");
    }

    private static final Optional<LoadStanding> STANDING =
            Optional.of(new LoadStanding(OptionalLong.of(1_796_126_400_000L), 17, OptionalDouble.of(40)));

    @Test
    void aSuccessorWarmsItselfAndNotTheTargetAgain() {
        // Its prompts are its own, because each start salts them.
        assertThat(ProducerProperties.ofSuccessor(FIRST, STANDING, plan(Map.of())))
                .containsEntry("plumbline.load.goes-on.since", "2026-12-01T12:00:00Z")
                .containsEntry("plumbline.load.goes-on.sessions", "17")
                .containsEntry("plumbline.load.goes-on.level", "40.0")
                .containsEntry("plumbline.load.warmup-duration", "0s")
                .containsEntry("plumbline.load.warmup-requests", "0")
                .containsEntry("plumbline.selfwarmup.duration", "2s")
                .containsEntry("plumbline.producer.id", "run-1")
                .containsEntry("plumbline.workload.seed", FIRST.get("plumbline.workload.seed"));
    }

    @Test
    void aTargetThatIsNotWarmIsWarmedByTheSuccessor() {
        assertThat(ProducerProperties.ofSuccessor(FIRST, Optional.empty(), plan(Map.of())))
                .containsEntry("plumbline.load.warmup-duration", "10000ms")
                .containsEntry("plumbline.load.warmup-requests", "5")
                .doesNotContainKey("plumbline.load.goes-on.sessions");
    }

    @Test
    void whatTheUserSetsHoldsForTheSuccessorToo() {
        assertThat(ProducerProperties.ofSuccessor(
                        FIRST, STANDING, plan(Map.of("plumbline.load.warmup-duration", "7s"))))
                .containsEntry("plumbline.load.warmup-duration", "7s");
    }

    @Test
    void theEndOfALoadOutlivesANodeOfAForeignClusterThatWasKilled() {
        String grace = "plumbline.emit.stop-grace";

        assertThat(ProducerProperties.onCluster(FIRST))
                .containsEntry(grace, "20000ms")
                .containsAllEntriesOf(FIRST);
        assertThat(ProducerProperties.onCluster(Map.of(grace, "1s"))).containsEntry(grace, "1s");
        assertThat(LoadControl.STOP_WITHIN_MILLIS)
                .as("whoever asks for the end waits longer than the producer does")
                .isGreaterThan(ProducerProperties.LEAVES_CLUSTER_WITHIN.toMillis());
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
