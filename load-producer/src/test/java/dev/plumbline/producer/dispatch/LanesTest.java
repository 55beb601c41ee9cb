package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Asked.Role;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
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
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several lanes in one load: what each target is asked, over real sockets, and what is told of it, to a Kafka that is a mock. */
@Timeout(120)
class LanesTest {

    /** More than are sent before the first answer has come, however late that is on a busy machine. */
    private static final int PAIRS_TO_A_DEAD_CANARY = 400;

    private static final long MILLI = ProducerClock.NANOS_PER_MILLI;
    private static final long LONG_PAUSE = TimeUnit.MINUTES.toNanos(10);

    /** Two targets, event loops, and a topic of three partitions. */
    private static final class Rig implements AutoCloseable {
        private final SystemTime clock = new SystemTime();
        private final List<Vertx> vertxes = new ArrayList<>();
        private final Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();
        private final List<LoadLoop> loops = new ArrayList<>();
        private final EmissionCounters emission = new EmissionCounters();
        private final MockProducer<byte[], byte[]> kafka = kafka();
        private final LaneTable lanes;
        private final Workload workload;
        private final LoadCounters counters;
        private final EventSender sender;
        private final Protection protection;
        private final List<InferenceClient> clients = new ArrayList<>();
        private int mostSlots = 100;

        Rig(int loopCount, Workload workload, LaneTable lanes, SpendLimits spend, BreakerSettings breaker) {
            this.lanes = lanes;
            this.workload = workload;
            Set<Series> series =
                    lanes.lanes().stream().map(Lane::series).collect(Collectors.toCollection(LinkedHashSet::new));
            this.counters = new LoadCounters(series);
            this.protection = new Protection(
                    new SpendGuard(spend),
                    lanes.lanes().stream()
                            .map(Lane::variant)
                            .distinct()
                            .collect(Collectors.toMap(variant -> variant, variant -> new CircuitBreaker(breaker))));
            MarkedQueue queue = new MarkedQueue(100_000, loopCount);
            for (int i = 0; i < loopCount; i++) {
                Vertx vertx =
                        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
                vertx.exceptionHandler(unhandled::add);
                vertxes.add(vertx);
                loops.add(new LoadLoop(
                        i,
                        vertx,
                        clock,
                        series,
                        queue,
                        50 * MILLI,
                        new Budgets(5 * MILLI, 60_000 * MILLI, 60_000 * MILLI, 2, 1, 1),
                        ProcessCpu.ofThisProcess(),
                        LostTime::unknown,
                        counters,
                        request -> {}));
            }
            sender = new EventSender(
                    queue,
                    () -> kafka,
                    clock,
                    "p",
                    series,
                    loopCount,
                    new SenderSettings("events", 50 * MILLI, MILLI, TimeUnit.SECONDS.toNanos(30)),
                    emission,
                    LoadSurroundings.UNSEEN);
            new Thread(sender, "sender-under-test").start();
            loops.forEach(LoadLoop::start);
        }

        /** Offers, and waits until it is over. */
        void offer(Function<Integer, LoadPlan> plan, long count, RetryPolicy retries) throws Exception {
            for (CompletableFuture<Void> run : begin(plan, count, retries)) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> run.isDone() || !unhandled.isEmpty());
                assertThat(unhandled).isEmpty();
                run.get(1, TimeUnit.SECONDS);
            }
        }

        List<CompletableFuture<Void>> begin(Function<Integer, LoadPlan> plan, long count, RetryPolicy retries) {
            RequestSource source = new RequestSource(
                    "r", workload, lanes, RequestSource.Counting.BY_SERVER, Optional.empty(), retries, clock);
            Course course = Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(count))
                    .sharedBy(loops.size());
            List<CompletableFuture<Void>> runs = new ArrayList<>();
            for (int i = 0; i < loops.size(); i++) {
                Map<String, InferenceClient> ofLoop = new HashMap<>();
                for (Lane lane : lanes.lanes()) {
                    Vertx vertx = vertxes.get(i);
                    ofLoop.computeIfAbsent(lane.variant(), unused -> {
                        InferenceClient client = new InferenceClient(
                                vertx,
                                lane.target().endpoint(),
                                lane.target().timeouts(),
                                clock,
                                mostSlots,
                                ConnectionReuse.upTo(3),
                                new AnswerNotes());
                        clients.add(client);
                        return client;
                    });
                }
                LoadLoop loop = loops.get(i);
                runs.add(loop.offer(
                        loop.prepare(source, source, loops.size()),
                        lane -> ofLoop.get(lane.variant()),
                        plan.apply(i),
                        course,
                        protection,
                        request -> {}));
            }
            return runs;
        }

        /** Ends in order, so that everything is told. */
        List<Event> told() throws InterruptedException {
            for (LoadLoop loop : loops) {
                assertThat(loop.finish()).succeedsWithin(Duration.ofSeconds(60));
            }
            sender.stop();
            assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(emission.lostEvents()).isZero();
            return kafka.history().stream()
                    .map(record -> ((Decoded.Value<Event>) Codec.EVENTS.decode(record.value())).value())
                    .toList();
        }

        List<RequestEvent> toldRequests() throws InterruptedException {
            return told().stream()
                    .filter(RequestEvent.class::isInstance)
                    .map(RequestEvent.class::cast)
                    .toList();
        }

        @Override
        public void close() {
            sender.stop();
            clients.forEach(InferenceClient::close);
            vertxes.forEach(
                    vertx -> assertThat(vertx.close().toCompletionStage().toCompletableFuture())
                            .succeedsWithin(Duration.ofSeconds(60)));
        }

        private static MockProducer<byte[], byte[]> kafka() {
            Node node = new Node(0, "localhost", 1);
            List<PartitionInfo> partitions = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                partitions.add(new PartitionInfo("events", i, node, new Node[] {node}, new Node[] {node}));
            }
            return new MockProducer<>(
                    new Cluster("c", List.of(node), partitions, Set.of(), Set.of()),
                    true,
                    null,
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }
    }

    private static final BreakerSettings NEVER = new BreakerSettings(2, 1, 1);
    private static final Workload CHAT = LaneTableTest.Dealt.of(1, 0);

    private static Rig rig(
            int loops, Workload workload, Division division, int stable, int canary, BreakerSettings breaker) {
        LaneTable.Maker of = LaneTableTest.maker("stable", stable);
        return new Rig(
                loops,
                workload,
                division instanceof Division.Undivided
                        ? LaneTable.of(workload, of)
                        : LaneTable.of(workload, of, LaneTableTest.maker("canary", canary), division),
                SpendLimits.none(),
                breaker);
    }

    private static LoadPlan closed(int slots) {
        return new LoadPlan.Closed(slots, 0);
    }

    private static Map<String, String> bodiesById(ScriptedServer server) {
        return server.requests().stream()
                .collect(Collectors.toMap(
                        request -> request.header("x-request-id").orElseThrow(), ScriptedServer.Request::body));
    }

    /** Of a server that takes its time. */
    private static void pause(long millis) throws InterruptedException {
        var unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private static boolean refuse(OutputStream out) throws IOException {
        ScriptedServer.status(out, "500 Internal Server Error", "", "{\"error\":\"dead\"}");
        return true;
    }

    private static Asked.Pair pair(RequestEvent event) {
        return event.attempt().asked().flatMap(Asked::pair).orElseThrow();
    }

    private static List<RequestEvent> of(String variant, List<RequestEvent> events) {
        return events.stream()
                .filter(event -> event.series().variant().equals(variant))
                .toList();
    }

    private static long count(List<RequestEvent> events, Class<? extends Outcome> outcome) {
        return events.stream()
                .filter(event -> outcome.isInstance(event.outcome()))
                .count();
    }

    private static Map<String, List<RequestEvent>> byPair(List<RequestEvent> events) {
        return events.stream()
                .collect(Collectors.groupingBy(event -> pair(event).id(), TreeMap::new, Collectors.toList()));
    }

    @Test
    void bothHalvesOfAPairAreAskedTheSameAndDueAtTheSameTime() throws Exception {
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(ScriptedServer::wholeAnswer);
                Rig rig = rig(1, CHAT, new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            rig.offer(loop -> closed(3), 60, RetryPolicy.NEVER);
            List<RequestEvent> events = rig.toldRequests();

            Map<String, String> ofStable = bodiesById(stable);
            Map<String, String> ofCanary = bodiesById(canary);
            assertThat(ofStable).hasSize(60);
            assertThat(ofCanary).hasSize(60);
            ofStable.forEach((id, body) -> assertThat(ofCanary).containsEntry(id + "c", body));
            assertThat(byPair(events)).hasSize(60).allSatisfy((id, halves) -> {
                assertThat(halves)
                        .extracting(half -> pair(half).role())
                        .containsExactlyInAnyOrder(Role.BASE, Role.CANDIDATE);
                assertThat(halves.get(0).stamps().dueNanos())
                        .isEqualTo(halves.get(1).stamps().dueNanos());
                assertThat(halves)
                        .extracting(half -> half.attempt().asked().orElseThrow().ordinal())
                        .doesNotContain(OptionalLong.empty())
                        .hasSize(2);
                assertThat(halves.get(0).series().group())
                        .isEqualTo(halves.get(1).series().group());
            });
            assertThat(rig.counters.pairs()).isEqualTo(60);
            assertThat(rig.counters.brokenPairs()).isZero();
        }
    }

    @Test
    void theHalfThatEndedLastHasTheLatenciesOfTheOther() throws Exception {
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(ScriptedServer::wholeAnswer);
                Rig rig = rig(2, CHAT, new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            rig.offer(loop -> closed(3), 60, RetryPolicy.NEVER);
            assertThat(byPair(rig.toldRequests())).hasSize(60).allSatisfy((id, halves) -> {
                // As they lie in the topic, which is as they ended.
                RequestEvent first = halves.get(0);
                RequestEvent last = halves.get(1);
                assertThat(first.stamps().endNanos())
                        .isLessThanOrEqualTo(last.stamps().endNanos());
                assertThat(pair(first).twin()).isEmpty();
                assertThat(pair(last).twin())
                        .contains(new Asked.Twin(first.ttftNanos(), first.tpotNanos(), first.e2eNanos()));
            });
        }
    }

    /** Whoever is second waits for the writing of the first. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void neitherHalfIsAlwaysTheFirst(int loops) throws Exception {
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(ScriptedServer::wholeAnswer);
                Rig rig = rig(loops, CHAT, new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            rig.offer(loop -> closed(2), 80, RetryPolicy.NEVER);
            byPair(rig.toldRequests()).values().forEach(halves -> {
                RequestEvent base = halves.stream()
                        .filter(half -> pair(half).role() == Role.BASE)
                        .findFirst()
                        .orElseThrow();
                RequestEvent candidate = halves.stream()
                        .filter(half -> pair(half).role() == Role.CANDIDATE)
                        .findFirst()
                        .orElseThrow();
                long ordinal = base.attempt().asked().orElseThrow().ordinal().orElseThrow();
                boolean isCandidateFirst = candidate.stamps().takenNanos().orElseThrow()
                        < base.stamps().takenNanos().orElseThrow();
                assertThat(isCandidateFirst)
                        .as("of session %d, on %d loops", ordinal, loops)
                        .isEqualTo(ordinal / loops % 2 == 1);
            });
        }
    }

    @Test
    void aSlotOfAClosedLoopWaitsForBothHalves() throws Exception {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ScriptedServer.Script slow = out -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            ScriptedServer.streamHead(out);
            ScriptedServer.role(out);
            pause(5);
            ScriptedServer.content(out);
            ScriptedServer.finish(out);
            atOnce.decrementAndGet();
            ScriptedServer.streamEnd(out);
            return true;
        };
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(slow);
                Rig rig = rig(1, CHAT, new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            rig.offer(loop -> closed(2), 30, RetryPolicy.NEVER);
            assertThat(rig.toldRequests()).hasSize(60);
            assertThat(most.get()).isLessThanOrEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeadCanaryIsLeftAloneAndTheTargetBesideItIsNot(boolean isOpen) throws Exception {
        BreakerSettings breaker = new BreakerSettings(0.5, 4, LONG_PAUSE);
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(LanesTest::refuse);
                Rig rig = rig(1, CHAT, new Division.Split(0.5, 1), stable.port(), canary.port(), breaker)) {
            rig.offer(
                    loop -> isOpen ? new LoadPlan.Open(FireTimes.constant(500, 0), 200) : closed(2),
                    200,
                    RetryPolicy.NEVER);
            List<RequestEvent> events = rig.toldRequests();
            assertThat(events).hasSize(200);
            assertThat(of("stable", events)).allMatch(event -> event.outcome() instanceof Outcome.Completed);
            List<RequestEvent> dead = of("canary", events);
            assertThat(dead).hasSizeBetween(60, 140);
            assertThat(count(dead, Outcome.Failed.class))
                    .as("until it was left alone")
                    .isBetween(4L, 20L);
            assertThat(dead.stream().filter(event -> !(event.outcome() instanceof Outcome.Failed)))
                    .allMatch(event -> event.outcome().equals(new Outcome.Dropped(Outcome.DropReason.CIRCUIT_BREAKER)));
            assertThat(rig.protection.breakers().get("canary").timesOpened()).isEqualTo(1);
            assertThat(rig.protection.breakers().get("stable").timesOpened()).isZero();
            assertThat(rig.protection.leftAloneSinceNanos()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPairWithADroppedHalfIsTold(boolean isOpen) throws Exception {
        BreakerSettings breaker = new BreakerSettings(0.5, 4, LONG_PAUSE);
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(LanesTest::refuse);
                Rig rig = rig(1, CHAT, new Division.Pairs(), stable.port(), canary.port(), breaker)) {
            rig.offer(
                    loop -> isOpen ? new LoadPlan.Open(FireTimes.constant(500, 0), PAIRS_TO_A_DEAD_CANARY) : closed(2),
                    PAIRS_TO_A_DEAD_CANARY,
                    RetryPolicy.NEVER);
            List<RequestEvent> events = rig.toldRequests();
            assertThat(count(of("stable", events), Outcome.Completed.class)).isEqualTo(PAIRS_TO_A_DEAD_CANARY);
            List<RequestEvent> dead = of("canary", events);
            assertThat(dead).hasSize(PAIRS_TO_A_DEAD_CANARY);
            assertThat(count(dead, Outcome.Dropped.class)).isGreaterThanOrEqualTo(40);
            assertThat(events)
                    .allSatisfy(event -> assertThat(pair(event).twin()).isEmpty());
            assertThat(byPair(events)).hasSize(PAIRS_TO_A_DEAD_CANARY);
            assertThat(rig.counters.pairs()).isEqualTo(PAIRS_TO_A_DEAD_CANARY);
            assertThat(rig.counters.brokenPairs()).isEqualTo(PAIRS_TO_A_DEAD_CANARY);
        }
    }

    /** Else every slot and every place in flight would be the hanging one's in the end. */
    @Test
    void theCapOfWhatIsInFlightIsOfEachTarget() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(out -> {
                    never.await(60, TimeUnit.SECONDS);
                    return false;
                });
                Rig rig = rig(1, CHAT, new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            // So slow that a machine has to stand still for most of a second before the quick one has as many in
            // flight.
            List<CompletableFuture<Void>> runs =
                    rig.begin(loop -> new LoadPlan.Open(FireTimes.constant(50, 0), 40), 100, RetryPolicy.NEVER);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> rig.counters.completedRequests() == 100 && rig.counters.droppedRequests() == 60);
            rig.loops.forEach(LoadLoop::stopLoad);
            runs.getFirst().get(60, TimeUnit.SECONDS);
            List<RequestEvent> events = rig.toldRequests();
            assertThat(count(of("stable", events), Outcome.Completed.class)).isEqualTo(100);
            assertThat(of("canary", events).stream()
                            .filter(event ->
                                    event.outcome().equals(new Outcome.Dropped(Outcome.DropReason.IN_FLIGHT_CAP))))
                    .hasSize(60);
            assertThat(count(of("canary", events), Outcome.Cancelled.class)).isEqualTo(40);
        } finally {
            never.countDown();
        }
    }

    @Test
    void aPairIsBookedWholeOrNotAtAll() throws Exception {
        try (ScriptedServer stable = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer canary = new ScriptedServer(ScriptedServer::wholeAnswer);
                Rig rig = new Rig(
                        1,
                        CHAT,
                        LaneTable.of(
                                CHAT,
                                LaneTableTest.maker("stable", stable.port()),
                                LaneTableTest.maker("canary", canary.port()),
                                new Division.Pairs()),
                        new SpendLimits(OptionalLong.of(7), OptionalLong.empty(), OptionalDouble.empty(), 0, 0),
                        NEVER)) {
            rig.offer(loop -> closed(1), 100, RetryPolicy.NEVER);
            assertThat(byPair(rig.toldRequests()))
                    .hasSize(3)
                    .allSatisfy((id, halves) -> assertThat(halves).hasSize(2));
            assertThat(rig.protection.spend().reached()).contains(SpendGuard.Limit.MAX_REQUESTS);
        }
    }

    /** Two turns, the second of which repeats what was answered. */
    private static final class Conversations implements Workload {
        @Override
        public Session session(long ordinal) {
            return new Session() {
                private int turn;

                @Override
                public RequestClass requestClass() {
                    return new RequestClass("chat");
                }

                @Override
                public Optional<Turn> next(Optional<String> lastAnswer) {
                    turn++;
                    return Optional.of(
                            turn == 1
                                    ? new Turn(Ask.of("first " + ordinal, 8), 0)
                                    : new Turn(Ask.of("you said " + lastAnswer.orElse("nothing"), 8), 20 * MILLI));
                }

                @Override
                public boolean isOver() {
                    return turn == 2;
                }
            };
        }

        @Override
        public boolean readsAnswers() {
            return true;
        }

        @Override
        public Workload salted(long salt) {
            return this;
        }
    }

    private static ScriptedServer saying(String word, long afterMillis) {
        return new ScriptedServer(out -> {
            pause(afterMillis);
            ScriptedServer.streamHead(out);
            ScriptedServer.event(
                    out, "{\"choices\":[{\"delta\":{\"content\":\"" + word + "\"},\"finish_reason\":null}]}");
            ScriptedServer.finish(out);
            ScriptedServer.streamEnd(out);
            return true;
        });
    }

    @Test
    void theTurnsOfAPairedConversationGoInStepAndEachHearsItsOwnAnswers() throws Exception {
        Workload workload = new Conversations();
        try (ScriptedServer stable = saying("tea", 0);
                ScriptedServer canary = saying("coffee", 10);
                Rig rig = rig(1, workload, new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            rig.offer(loop -> closed(1), 20, RetryPolicy.NEVER);
            Map<String, List<RequestEvent>> pairs = byPair(rig.toldRequests());
            assertThat(pairs).hasSize(20);
            pairs.forEach((id, halves) -> {
                assertThat(halves).as(id).hasSize(2);
                assertThat(halves.get(0).stamps().dueNanos())
                        .isEqualTo(halves.get(1).stamps().dueNanos());
                if (id.endsWith("t2")) {
                    long laterEnd = pairs.get(id.substring(0, id.length() - 2))
                            .get(1)
                            .stamps()
                            .endNanos();
                    assertThat(halves.get(0).stamps().dueNanos()).isEqualTo(laterEnd + 20 * MILLI);
                }
            });
            assertThat(bodiesById(stable).entrySet().stream()
                            .filter(each -> each.getKey().endsWith("t2")))
                    .hasSize(10)
                    .allMatch(each -> each.getValue().contains("you said tea"));
            assertThat(bodiesById(canary).entrySet().stream()
                            .filter(each -> each.getKey().endsWith("ct2")))
                    .hasSize(10)
                    .allMatch(each -> each.getValue().contains("you said coffee"));
        }
    }

    @Test
    void aConversationGoesOnAloneWhereTheOtherHalfIsOver() throws Exception {
        try (ScriptedServer stable = saying("tea", 0);
                ScriptedServer canary = new ScriptedServer(LanesTest::refuse);
                Rig rig = rig(1, new Conversations(), new Division.Pairs(), stable.port(), canary.port(), NEVER)) {
            // A pair and the turn of the half that is left: two asks of the load.
            rig.offer(loop -> closed(1), 20, RetryPolicy.NEVER);
            List<RequestEvent> events = rig.toldRequests();
            assertThat(of("stable", events)).hasSize(20);
            assertThat(of("canary", events)).hasSize(10);
            assertThat(of("stable", events).stream()
                            .filter(event ->
                                    event.attempt().asked().flatMap(Asked::pair).isEmpty()))
                    .as("second turns")
                    .hasSize(10);
        }
    }

    /** Whatever the lanes, the loops, the kind of load and the failures: nothing that fell due is missing, told twice or misplaced. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everyLaneTellsWhatItWasAsked(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        int loops = 1 + random.nextInt(3);
        Workload workload = LaneTableTest.Dealt.of(1 + random.nextInt(4), random.nextInt(3));
        Division division = Arrays.<Division>asList(
                        new Division.Undivided(), new Division.Split(0.3, seed), new Division.Pairs())
                .get(random.nextInt(3));
        boolean isOpen = random.nextBoolean();
        int failsEach = 2 + random.nextInt(5);
        RetryPolicy retries = random.nextBoolean() ? new RetryPolicy(2, MILLI, 0) : RetryPolicy.NEVER;
        BreakerSettings breaker = random.nextBoolean() ? new BreakerSettings(0.4, 10, 20 * MILLI) : NEVER;
        AtomicInteger asked = new AtomicInteger();
        ScriptedServer.Script failing =
                out -> asked.incrementAndGet() % failsEach == 0 ? refuse(out) : ScriptedServer.wholeAnswer(out);
        try (ScriptedServer stable = new ScriptedServer(failing);
                ScriptedServer canary = new ScriptedServer(failing);
                Rig rig = rig(loops, workload, division, stable.port(), canary.port(), breaker)) {
            rig.offer(
                    loop -> isOpen
                            ? new LoadPlan.Open(FireTimes.share(FireTimes.poisson(400, seed), loop, loops), 4)
                            : closed(2),
                    150,
                    retries);
            List<Event> told = rig.told();
            List<RequestEvent> events = told.stream()
                    .filter(RequestEvent.class::isInstance)
                    .map(RequestEvent.class::cast)
                    .toList();
            String setting =
                    "seed " + seed + ": " + loops + " loops, " + workload + ", " + division + ", open " + isOpen;
            assertThat(events)
                    .as(setting)
                    .extracting(event -> event.attempt().requestId())
                    .doesNotHaveDuplicates();
            List<RequestEvent> firstTries = events.stream()
                    .filter(event -> event.attempt().number() == 1)
                    .toList();
            long expected = division instanceof Division.Pairs ? 300 : 150;
            assertThat(firstTries).as(setting).hasSize((int) expected);
            Map<Series, Long> offered = new HashMap<>();
            Map<ComparisonGroup, Boolean> lastWords = new HashMap<>();
            for (Event event : told) {
                if (event instanceof Heartbeat heartbeat) {
                    lastWords.put(heartbeat.group(), heartbeat.leaving());
                    for (Activity activity : heartbeat.activity()) {
                        offered.merge(
                                new Series(heartbeat.group(), activity.variant(), activity.conditions()),
                                activity.offered(),
                                Long::sum);
                    }
                }
            }
            for (Lane lane : rig.lanes.lanes()) {
                long ofLane = firstTries.stream()
                        .filter(event -> event.series().equals(lane.series()))
                        .count();
                assertThat(rig.counters.of(lane.series()).dueRequests())
                        .as(setting)
                        .isEqualTo(ofLane);
                assertThat(offered).as(setting).containsEntry(lane.series(), ofLane);
                assertThat(lastWords).as(setting).containsEntry(lane.series().group(), true);
                assertThat(rig.counters.of(lane.series()).inFlightRequests()).isZero();
            }
            assertThat(lastWords).as("goodbyes, one for each group").hasSize((int) rig.lanes.lanes().stream()
                    .map(lane -> lane.series().group())
                    .distinct()
                    .count());
            assertThat(rig.counters.dueRequests()).isEqualTo(expected);
        }
    }
}
