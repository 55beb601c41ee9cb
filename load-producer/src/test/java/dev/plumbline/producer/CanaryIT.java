package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Asked.Role;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.target.CapacitySettings;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One producer and two targets, from the settings to what Kafka is told, against the logs of both targets. */
class CanaryIT {

    private static final long MILLI = ProducerClock.NANOS_PER_MILLI;

    @TempDir
    private static Path folder;

    private static ToldToKafka kafka;

    @BeforeAll
    static void start() throws Exception {
        kafka = new ToldToKafka(folder);
        kafka.create(Topics.TELEMETRY);
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static SimulatedTarget target(long prefillNanos, long decodeNanos) throws IOException {
        return SimulatedTarget.start(SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(prefillNanos, 0, decodeNanos, 0))
                .withOutput(new OutputSettings(8, 0, 1, false))
                .withCapacity(new CapacitySettings(100, 1_024, 503, 32_768, 1 << 20)));
    }

    private static StatusReport run(String name, String url, String canaryUrl, Map<String, String> more)
            throws Exception {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", kafka.bootstrapServers(),
                "plumbline.target.url", url,
                "plumbline.target.name", name,
                "plumbline.target.model", "simulated",
                "plumbline.canary.url", canaryUrl,
                "plumbline.selfwarmup.duration", "0s",
                "plumbline.gpu.source", "NONE",
                "plumbline.engine.source", "NONE",
                "plumbline.ollama.follow", "OFF"));
        all.putAll(more);
        ProducerConfig config = ProducerConfig.of(all);
        LoadProducer producer = new LoadProducer(config, ProducerSettings.checked(config), new SystemTime());
        CompletableFuture.runAsync(
                        () -> {
                            try {
                                producer.run();
                            } catch (InterruptedException e) {
                                throw new AssertionError("interrupted", e);
                            }
                        },
                        work -> new Thread(work, "producer").start())
                .get(60, TimeUnit.SECONDS);
        return producer.status();
    }

    private static Map<String, EmitRecord> log(SimulatedTarget target) {
        return target.emitRecords().stream().collect(Collectors.toMap(EmitRecord::requestId, Function.identity()));
    }

    private static List<RequestEvent> of(String variant, List<RequestEvent> events) {
        return events.stream()
                .filter(event -> event.series().variant().equals(variant))
                .toList();
    }

    private static String id(RequestEvent event) {
        return event.attempt().requestId();
    }

    private static Asked.Pair pair(RequestEvent event) {
        return event.attempt().asked().flatMap(Asked::pair).orElseThrow();
    }

    private static double median(LongStream values) {
        long[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static long offered(String name, String variant) {
        return kafka.activity(name).stream()
                .filter(activity -> activity.variant().equals(variant))
                .mapToLong(Activity::offered)
                .sum();
    }

    /** The canary takes a tenth longer for everything. */
    @Test
    void aPairAsksBothTargetsTheSameAtTheSameTime() throws Exception {
        try (SimulatedTarget stable = target(200 * MILLI, 10 * MILLI);
                SimulatedTarget canary = target(220 * MILLI, 11 * MILLI)) {
            StatusReport status = run(
                    "paired",
                    stable.baseUrl(),
                    canary.baseUrl(),
                    Map.of(
                            "plumbline.canary.mode", "pair",
                            "plumbline.load.request-rate", "40",
                            "plumbline.load.arrival-pattern", "poisson",
                            "plumbline.load.request-count", "100",
                            "plumbline.load.warmup-requests", "8",
                            "plumbline.load.event-loops", "2"));
            List<RequestEvent> events = kafka.requests("paired");
            Map<String, EmitRecord> ofStable = log(stable);
            Map<String, EmitRecord> ofCanary = log(canary);
            Map<String, List<RequestEvent>> pairs = events.stream()
                    .collect(Collectors.groupingBy(event -> pair(event).id()));

            assertThat(events).allMatch(event -> event.outcome() instanceof Outcome.Completed);
            assertThat(pairs).hasSize(100).allSatisfy((id, halves) -> {
                assertThat(halves)
                        .extracting(half -> pair(half).role())
                        .containsExactlyInAnyOrder(Role.BASE, Role.CANDIDATE);
                assertThat(halves.get(0).stamps().dueNanos())
                        .isEqualTo(halves.get(1).stamps().dueNanos());
                assertThat(halves.stream().filter(half -> pair(half).twin().isPresent()))
                        .hasSize(1);
                EmitRecord atStable = ofStable.get(id);
                EmitRecord atCanary = ofCanary.get(id + "c");
                assertThat(atStable.promptTokens()).isEqualTo(atCanary.promptTokens());
                assertThat(atStable.outputTokens()).isEqualTo(atCanary.outputTokens());
                assertThat(Math.min(
                                atStable.stamps().receivedNanos(),
                                atCanary.stamps().receivedNanos()))
                        .isGreaterThanOrEqualTo(halves.get(0).stamps().dueNanos());
            });
            assertThat(median(pairs.keySet().stream()
                            .mapToLong(id -> Math.abs(ofStable.get(id).stamps().receivedNanos()
                                    - ofCanary.get(id + "c").stamps().receivedNanos()))))
                    .as("between the receipts of the halves, as both targets saw them, ns")
                    .isLessThan(20.0 * MILLI);
            assertThat(ofStable.keySet().stream().filter(id -> id.startsWith("w")))
                    .as("warm-up")
                    .hasSize(8);
            assertThat(ofCanary.keySet().stream().filter(id -> id.startsWith("w")))
                    .as("warm-up")
                    .hasSize(8);
            assertTwins(pairs);
            assertThat(offered("paired", "stable")).isEqualTo(100);
            assertThat(offered("paired", "canary")).isEqualTo(100);
            assertThat(status.pairs()).isEqualTo(new StatusReport.Pairs(100, 0));
            assertThat(status.lanes())
                    .extracting(StatusReport.OfLane::variant, StatusReport.OfLane::completed)
                    .containsExactly(tuple("stable", 100L), tuple("canary", 100L));
        }
    }

    /** The half that ended last says what the other took, each by its own stamps. */
    private static void assertTwins(Map<String, List<RequestEvent>> pairs) {
        assertThat(pairs).allSatisfy((id, halves) -> {
            RequestEvent last = halves.stream()
                    .filter(half -> pair(half).twin().isPresent())
                    .findFirst()
                    .orElseThrow();
            RequestEvent first = halves.get(0).equals(last) ? halves.get(1) : halves.get(0);
            Asked.Twin twin = pair(last).twin().orElseThrow();
            assertThat(twin.ttftNanos()).isEqualTo(first.ttftNanos());
            assertThat(twin.e2eNanos()).isEqualTo(first.e2eNanos());
        });
    }

    @Test
    void aSplitGivesTheCanaryItsShareAndNoRequestToBoth() throws Exception {
        int count = 600;
        double share = 0.3;
        try (SimulatedTarget stable = target(2 * MILLI, MILLI);
                SimulatedTarget canary = target(2 * MILLI, MILLI)) {
            run(
                    "divided",
                    stable.baseUrl(),
                    canary.baseUrl(),
                    Map.of(
                            "plumbline.canary.share",
                            Double.toString(share),
                            "plumbline.canary.variant",
                            "next",
                            "plumbline.load.concurrency",
                            "8",
                            "plumbline.load.request-count",
                            Integer.toString(count)));
            List<RequestEvent> events = kafka.requests("divided");
            Map<String, EmitRecord> ofStable = log(stable);
            Map<String, EmitRecord> ofCanary = log(canary);

            assertThat(events).hasSize(count);
            assertThat(of("stable", events))
                    .extracting(CanaryIT::id)
                    .containsExactlyInAnyOrderElementsOf(ofStable.keySet());
            assertThat(of("next", events))
                    .extracting(CanaryIT::id)
                    .containsExactlyInAnyOrderElementsOf(ofCanary.keySet());
            assertThat((double) ofCanary.size())
                    .as("the share by the canary's own log, four standard deviations")
                    .isCloseTo(count * share, within(4 * Math.sqrt(count * share * (1 - share))));
            assertThat(events)
                    .allMatch(event ->
                            event.attempt().asked().flatMap(Asked::pair).isEmpty());
            assertThat(offered("divided", "stable")).isEqualTo(ofStable.size());
            assertThat(offered("divided", "next")).isEqualTo(ofCanary.size());
        }
    }

    @Test
    void aCanaryThatIsNotThereDoesNotStopTheTarget() throws Exception {
        try (SimulatedTarget stable = target(2 * MILLI, MILLI)) {
            StatusReport status = run(
                    "alone",
                    stable.baseUrl(),
                    "http://127.0.0.1:9",
                    Map.of(
                            "plumbline.canary.mode", "pair",
                            "plumbline.breaker.requests", "10",
                            "plumbline.load.concurrency", "4",
                            "plumbline.load.request-count", "100"));
            List<RequestEvent> events = kafka.requests("alone");

            assertThat(of("stable", events))
                    .hasSize(100)
                    .allMatch(event -> event.outcome() instanceof Outcome.Completed);
            assertThat(log(stable)).hasSize(100);
            assertThat(of("canary", events)).hasSize(100);
            assertThat(of("canary", events).stream().filter(event -> event.outcome() instanceof Outcome.Dropped))
                    .hasSizeGreaterThan(80);
            assertThat(status.pairs()).isEqualTo(new StatusReport.Pairs(0, 100));
            assertThat(status.breakerOpenSinceEpochMillis()).isEmpty();
            assertThat(status.lanes().getFirst().breakerOpenSinceEpochMillis()).isEmpty();
            assertThat(status.lanes().getLast().breakerOpenSinceEpochMillis()).isPresent();
        }
    }
}
