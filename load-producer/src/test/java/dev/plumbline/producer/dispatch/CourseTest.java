package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Target;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Beginning and end of a load, turns of a conversation, and requests that are made late. Time is what the test says. */
class CourseTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final ManualClock clock = new ManualClock(1_795_345_200_000L);
    private final List<EndedRequest> ended = new CopyOnWriteArrayList<>();
    private final LoadCounters counters = new LoadCounters();
    private final AtomicLong unmeasured = new AtomicLong();
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final LoadLoop loop = new LoadLoop(
            0,
            vertx,
            clock,
            Set.of(Drive.SERIES),
            new EventOutlet() {
                @Override
                public boolean ended(EndedRequest request) {
                    return ended.add(request);
                }

                @Override
                public boolean mark(Marker marker) {
                    return true;
                }
            },
            20 * MILLI,
            new Budgets(5 * MILLI, 10 * MILLI, 50 * MILLI, 2, 1, 1),
            ProcessCpu.ofThisProcess(),
            LostTime::unknown,
            counters,
            request -> {});

    @BeforeEach
    void start() {
        loop.start();
    }

    @AfterEach
    void stop() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    /** Holds the answers to the first so many requests back until it is told to let them go; answers all others at once. */
    private static final class Holding implements ScriptedServer.Conversation {
        private final CountDownLatch released = new CountDownLatch(1);
        private final AtomicInteger toHold;

        Holding(int count) {
            toHold = new AtomicInteger(count);
        }

        @Override
        public boolean answer(OutputStream out, ScriptedServer.Request request)
                throws IOException, InterruptedException {
            if (toHold.getAndDecrement() > 0) {
                assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
            }
            return ScriptedServer.wholeAnswer(out);
        }
    }

    @Test
    void whatIsUnderWayAtTheEndEndsByItselfAndUnderLoad() throws Exception {
        Holding holding = new Holding(1);
        try (ScriptedServer server = new ScriptedServer(holding)) {
            Course course = Course.of(0, OptionalLong.of(10 * SECOND), OptionalLong.empty())
                    .withGrace(30 * SECOND);
            CompletableFuture<Void> done = offer(server, Drive.words(4), new LoadPlan.Closed(2, 0), course);
            await(() -> counters.completedRequests() > 10);
            clock.advanceMillis(10_000);
            await(() -> unmeasured.get() > 10);
            assertThat(loop.measuredUntilNanos()).as("where it ends is known").hasValue(10 * SECOND);
            assertThat(done).as("one is under way").isNotDone();
            assertThat(counters.inFlightRequests()).isEqualTo(1);
            clock.advanceMillis(5_000);
            holding.released.countDown();
            assertThat(done).succeedsWithin(Duration.ofSeconds(60));

            List<RequestEvent> events = events();
            assertThat(events).hasSize(Math.toIntExact(counters.dueRequests()));
            assertThat(events).allMatch(event -> event.outcome() instanceof Outcome.Completed);
            assertThat(events)
                    .as("the long one is not missing")
                    .filteredOn(event -> event.stamps().endNanos() > 10 * SECOND)
                    .singleElement()
                    // Of two that begin together either may be the first to come.
                    .matches(event -> event.attempt().requestId().matches("m-[01]"))
                    .matches(event -> event.stamps().endNanos() == 15 * SECOND);
            assertThat(events).allMatch(event -> event.stamps().dueNanos() < 10 * SECOND);
            assertThat(events)
                    .as("each says where it ended")
                    .allMatch(event -> phase(event)
                            .equals(event.stamps().endNanos() < 10 * SECOND ? Asked.MEASURED : Asked.DRAIN));
            assertThat(server.requests().stream().filter(request -> id(request).startsWith("u-")))
                    .as("load that was kept up")
                    .hasSizeGreaterThan(10);
        }
    }

    private static String phase(RequestEvent event) {
        return event.attempt().asked().flatMap(Asked::phase).orElse("");
    }

    @Test
    void whoDoesNotEndWithinTheGraceIsCancelled() throws Exception {
        Holding holding = new Holding(1);
        try (ScriptedServer server = new ScriptedServer(holding)) {
            Course course = Course.of(0, OptionalLong.of(10 * SECOND), OptionalLong.empty())
                    .withGrace(30 * SECOND);
            CompletableFuture<Void> done =
                    offer(server, Drive.words(4), new LoadPlan.Open(FireTimes.constant(1), 100), course);
            await(() -> counters.sentRequests() == 1);
            clock.advanceMillis(39_000);
            // All of them are due by now, those after the end unmeasured.
            await(() -> unmeasured.get() == 30);
            assertThat(done).isNotDone();
            clock.advanceMillis(1_000);
            assertThat(done).succeedsWithin(Duration.ofSeconds(60));
            assertThat(counters.dueRequests()).isEqualTo(10);
            assertThat(counters.cancelledRequests()).isEqualTo(1);
            assertThat(counters.completedRequests()).isEqualTo(9);
            assertThat(loop.measuredUntilNanos()).hasValue(10 * SECOND);
            holding.released.countDown();
        }
    }

    @Test
    void aCountedLoadAsksNoMoreThanWhatWasCounted() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            Course course = Course.of(0, OptionalLong.of(10 * SECOND), OptionalLong.of(20))
                    .withGrace(30 * SECOND);
            assertThat(offer(server, Drive.words(4), new LoadPlan.Closed(3, 0), course))
                    .succeedsWithin(Duration.ofSeconds(60));
            assertThat(server.requests()).hasSize(20);
            assertThat(loop.measuredUntilNanos()).as("with its last request").hasValue(0);
        }
    }

    @Test
    void theWarmUpIsAskedOthersAndIsNotTold() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            Course course = Course.of(0, OptionalLong.of(20 * SECOND), OptionalLong.empty())
                    .measuredFrom(10 * SECOND)
                    .withGrace(SECOND);
            CompletableFuture<Void> done =
                    offer(server, Drive.words(4), new LoadPlan.Open(FireTimes.constant(1), 100), course);
            clock.advanceMillis(9_999);
            await(() -> unmeasured.get() == 10);
            assertThat(counters.dueRequests()).isZero();
            clock.advanceMillis(10_000);
            await(() -> counters.completedRequests() == 10);
            clock.advanceMillis(1);
            assertThat(done).succeedsWithin(Duration.ofSeconds(60));
            assertThat(events().stream().map(event -> event.attempt().requestId()))
                    .as("the same ones, however long the warm-up is")
                    .containsExactlyInAnyOrder("m-0", "m-1", "m-2", "m-3", "m-4", "m-5", "m-6", "m-7", "m-8", "m-9");
        }
    }

    /** Asks twice, the second time about the answer. */
    private static class TwoTurns implements Workload {
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
                    return turn == 1
                            ? Optional.of(new Turn(Ask.of("first " + ordinal, 8), 0))
                            : lastAnswer.map(answer -> new Turn(Ask.of("you said [" + answer + "]", 8), 3 * SECOND));
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

    @Test
    void aTurnFollowsTheAnswerBeforeIt() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            Course course = Course.of(0, OptionalLong.empty(), OptionalLong.of(4));
            CompletableFuture<Void> done = offer(server, new TwoTurns(), new LoadPlan.Closed(1, 0), course);
            await(() -> counters.completedRequests() == 1);
            clock.advanceMillis(2_000);
            assertThat(counters.dueRequests()).as("still thinking").isEqualTo(1);
            clock.advanceMillis(1_000);
            await(() -> counters.completedRequests() == 3);
            clock.advanceMillis(3_000);
            assertThat(done).succeedsWithin(Duration.ofSeconds(60));

            List<RequestEvent> events = events();
            assertThat(events.stream().map(event -> event.attempt().requestId()))
                    .containsExactly("m-0", "m-0t2", "m-1", "m-1t2");
            assertThat(events.stream().map(event -> event.attempt().asked().flatMap(Asked::turn)))
                    .containsExactly(
                            Optional.of(new Asked.Turn("m-0", 1)),
                            Optional.of(new Asked.Turn("m-0", 2)),
                            Optional.of(new Asked.Turn("m-1", 1)),
                            Optional.of(new Asked.Turn("m-1", 2)));
            assertThat(events.stream().map(event -> event.stamps().dueNanos()))
                    .containsExactly(0L, 3 * SECOND, 3 * SECOND, 6 * SECOND);
            assertThat(server.requests().stream().map(ScriptedServer.Request::body))
                    .filteredOn(body -> body.contains("you said [xx]"))
                    .hasSize(2);
        }
    }

    /** A long prompt takes its time; nobody else waits for it. */
    @Test
    void whatIsMadeLateIsTakenUpLateAndHoldsUpNothing() throws Exception {
        CountDownLatch mayBeMade = new CountDownLatch(1);
        AtomicBoolean isOnLoop = new AtomicBoolean();
        Workload slow = new Workload() {
            private final Workload words = Drive.words(4);

            @Override
            public Session session(long ordinal) {
                isOnLoop.set(Context.isOnEventLoopThread());
                try {
                    assertThat(mayBeMade.await(60, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return words.session(ordinal);
            }

            @Override
            public boolean readsAnswers() {
                return false;
            }

            @Override
            public Workload salted(long salt) {
                return this;
            }
        };
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            Course course = Course.of(0, OptionalLong.empty(), OptionalLong.of(2));
            CompletableFuture<Void> done =
                    offer(server, slow, new LoadPlan.Open(FireTimes.constant(1_000), 100), course);
            clock.advanceMillis(70);
            CountDownLatch turned = new CountDownLatch(3);
            vertx.setPeriodic(1, unused -> turned.countDown());
            assertThat(turned.await(60, TimeUnit.SECONDS))
                    .as("the loop goes on")
                    .isTrue();
            assertThat(counters.dueRequests()).isZero();
            mayBeMade.countDown();
            assertThat(done).succeedsWithin(Duration.ofSeconds(60));
            assertThat(isOnLoop).isFalse();
            assertThat(events().stream().map(event -> event.dispatchLagNanos().orElseThrow()))
                    .containsExactlyInAnyOrder(70 * MILLI, 69 * MILLI);
        }
    }

    /** Better a load that ends than one that offers nothing and does not say so. */
    @Test
    void aWorkloadThatFailsEndsTheLoad() throws Exception {
        Workload broken = new TwoTurns() {
            @Override
            public Session session(long ordinal) {
                throw new IllegalStateException("no such row");
            }
        };
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            Course course = Course.of(0, OptionalLong.empty(), OptionalLong.empty());
            assertThat(offer(server, broken, new LoadPlan.Closed(1, 0), course))
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableOfType(ExecutionException.class)
                    .havingRootCause()
                    .withMessage("no such row");
        }
    }

    private CompletableFuture<Void> offer(ScriptedServer server, Workload workload, LoadPlan plan, Course course) {
        Protocol protocol = Drive.chat();
        Target target = new Target(
                Drive.at(server.port(), EndpointType.CHAT),
                workload.readsAnswers() ? protocol.keepingText() : protocol,
                Drive.timeouts(3_600_000, 3_600_000, 3_600_000));
        Lane lane = new Lane(Drive.SERIES, target);
        InferenceClient client = new InferenceClient(
                vertx, target.endpoint(), target.timeouts(), clock, 100, ConnectionReuse.upTo(3), new AnswerNotes());
        return loop.offer(
                loop.prepare(
                        RequestSource.of("m", workload, lane, clock), RequestSource.of("u", workload, lane, clock), 1),
                of -> client,
                plan,
                course,
                Protection.none(),
                request -> unmeasured.incrementAndGet());
    }

    private List<RequestEvent> events() {
        return ended.stream()
                .map(request -> request.numbered(new Origin("p", 1, 1)))
                .toList();
    }

    private static String id(ScriptedServer.Request request) {
        return request.header("x-request-id").orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(1))
                .until(condition::getAsBoolean);
    }
}
