package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.emission.EmissionCounters;
import dev.plumbline.producer.emission.EventSender;
import dev.plumbline.producer.emission.LoadSurroundings;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.emission.SenderSettings;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.SteppedTime;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two loops drive a server over real sockets, and a sender writes what they leave, while somebody sets the clock of their
 * machine. Only Kafka is a mock: what it has taken is looked at record by record.
 */
class ClockStepTest {

    private static final long MILLI = 1_000_000;
    private static final int LOOPS = 2;

    private final SteppedTime clock = new SteppedTime();
    private final MarkedQueue queue = new MarkedQueue(100_000, LOOPS);
    private final EmissionCounters emission = new EmissionCounters();
    private final MockProducer<byte[], byte[]> kafka = kafka();
    private final List<Vertx> vertxes = new ArrayList<>();
    private final List<LoadLoop> loops = new ArrayList<>();
    private EventSender sender;

    @BeforeEach
    void start() {
        for (int i = 0; i < LOOPS; i++) {
            Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
            vertxes.add(vertx);
            loops.add(new LoadLoop(
                    i,
                    vertx,
                    clock,
                    Set.of(Drive.SERIES),
                    queue,
                    50 * MILLI,
                    // So generous that a busy machine is not accused.
                    new Budgets(5 * MILLI, 60_000 * MILLI, 60_000 * MILLI, 2, 1, 1),
                    ProcessCpu.ofThisProcess(),
                    LostTime::unknown,
                    new LoadCounters(),
                    request -> {}));
        }
        sender = new EventSender(
                queue,
                () -> kafka,
                clock,
                "p",
                Set.of(Drive.SERIES),
                LOOPS,
                new SenderSettings("events", 50 * MILLI, MILLI, TimeUnit.SECONDS.toNanos(30)),
                emission,
                LoadSurroundings.UNSEEN);
        new Thread(sender, "sender-under-test").start();
        loops.forEach(LoadLoop::start);
    }

    @AfterEach
    void end() {
        sender.stop();
        vertxes.forEach(vertx -> assertThat(vertx.close().toCompletionStage().toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(60)));
    }

    @ParameterizedTest(name = "set by {0} ms")
    @ValueSource(longs = {3_600_000, 2_000, -2_000, -60_000})
    void everyEventOfAfterIsAtTheRightTimeAndEachIsThereOnce(long byMillis) throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            List<CompletableFuture<Void>> runs = new ArrayList<>();
            Course course = Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.empty())
                    .sharedBy(LOOPS);
            for (int i = 0; i < LOOPS; i++) {
                runs.add(loops.get(i)
                        .offer(
                                new InferenceClient(
                                        vertxes.get(i),
                                        Drive.at(server.port(), EndpointType.CHAT),
                                        Drive.timeouts(60_000, 60_000, 60_000),
                                        clock,
                                        4,
                                        ConnectionReuse.upTo(3),
                                        new AnswerNotes()),
                                Drive.source("r", Drive.at(server.port(), EndpointType.CHAT), Drive.chat(), clock),
                                new LoadPlan.Closed(2, 0),
                                course));
            }
            await(() -> emission.acknowledgedEvents() > 50);
            clock.setWall(byMillis);
            await(() -> clock.timesReanchored() > 0);
            await(() -> clock.nanos() >= clock.reanchoredFromNanos());
            long across = emission.acknowledgedEvents();
            await(() -> emission.acknowledgedEvents() > across + 100);
            for (LoadLoop loop : loops) {
                assertThat(loop.finish()).succeedsWithin(Duration.ofSeconds(60));
            }
            for (CompletableFuture<Void> run : runs) {
                run.get(60, TimeUnit.SECONDS);
            }
            sender.stop();
            assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        }
        List<Event> events = events();
        List<RequestEvent> requests = events.stream()
                .filter(RequestEvent.class::isInstance)
                .map(RequestEvent.class::cast)
                .toList();
        assertThat(requests).hasSize(Math.toIntExact(emission.acknowledgedEvents()));
        assertThat(emission.lostEvents()).isZero();
        assertThat(requests)
                .extracting(request -> request.attempt().requestId())
                .doesNotHaveDuplicates();
        long fromNanos = clock.reanchoredFromNanos();
        assertThat(beside(requests.stream().filter(ended -> ended.stamps().endNanos() >= fromNanos)))
                .as("how far what ended after lies beside its true time, ms")
                .containsExactly(0L);
        assertThat(beside(requests.stream().filter(ended -> ended.stamps().endNanos() < fromNanos)))
                .as("what ended before keeps its place")
                .containsExactly(-byMillis);
        assertThat(requests)
                .as("no duration is touched")
                .allMatch(request -> request.e2eNanos().orElse(0) < TimeUnit.SECONDS.toNanos(60));
        assertNumberedAndClaimedTruly(events);
        assertOfferedOnce(events, requests);
    }

    private Set<Long> beside(Stream<RequestEvent> requests) {
        return requests.map(ended -> ended.endEpochMillis()
                        - clock.wallEpochMillisAt(ended.stamps().endNanos()))
                .collect(Collectors.toSet());
    }

    /** Per epoch: numbers from 1 on without a gap, and nothing behind a heartbeat that vouched for it. */
    private static void assertNumberedAndClaimedTruly(List<Event> events) {
        Map<Long, Long> claimed = new TreeMap<>();
        Map<Long, Long> last = new HashMap<>();
        for (Event event : events) {
            Origin origin = origin(event);
            assertThat(origin.sequence()).isEqualTo(last.merge(origin.epoch(), 1L, Long::sum));
            switch (event) {
                case RequestEvent request ->
                    assertThat(request.endEpochMillis())
                            .as("behind a heartbeat that vouched for it")
                            .isGreaterThan(claimed.get(origin.epoch()));
                case Heartbeat heartbeat -> claimed.merge(origin.epoch(), heartbeat.untilEpochMillis(), Math::max);
                case ProducerExpelled expelled -> throw new AssertionError(expelled);
            }
        }
        assertThat(claimed).hasSize(2);
        assertThat(origin(events.getLast()).epoch())
                .as("the later epoch is the larger one, and the last word")
                .isEqualTo(((TreeMap<Long, Long>) claimed).lastKey());
    }

    private static void assertOfferedOnce(List<Event> events, List<RequestEvent> requests) {
        assertThat(events.stream()
                        .filter(Heartbeat.class::isInstance)
                        .flatMap(event -> ((Heartbeat) event).activity().stream())
                        .mapToLong(Activity::offered)
                        .sum())
                .isEqualTo(requests.size());
    }

    private static Origin origin(Event event) {
        return switch (event) {
            case RequestEvent request -> request.origin();
            case Heartbeat heartbeat -> heartbeat.origin();
            case ProducerExpelled expelled -> throw new AssertionError(expelled);
        };
    }

    private List<Event> events() {
        return kafka.history().stream()
                .map(record -> ((Decoded.Value<Event>) Codec.EVENTS.decode(record.value())).value())
                .toList();
    }

    private static MockProducer<byte[], byte[]> kafka() {
        Node node = new Node(0, "localhost", 1);
        Cluster cluster = new Cluster(
                "c",
                List.of(node),
                List.of(new PartitionInfo("events", 0, node, new Node[] {node}, new Node[] {node})),
                Set.of(),
                Set.of());
        return new MockProducer<>(cluster, true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }
}
