package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.protocol.scripted.ScriptedServer;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Outcomes, stamps and markers over real sockets. */
class LoadLoopTest {

    private static final long MILLI = 1_000_000;

    /** Keeps what the loop leaves, in order. */
    private static final class Outlet implements EventOutlet {
        private final List<Object> items = new CopyOnWriteArrayList<>();
        private volatile boolean full;

        @Override
        public boolean ended(EndedRequest request) {
            return !full && items.add(request);
        }

        @Override
        public boolean mark(Marker marker) {
            return items.add(marker);
        }

        List<RequestEvent> events() {
            return items.stream()
                    .filter(EndedRequest.class::isInstance)
                    .map(item -> ((EndedRequest) item).numbered(new Origin("p", 1, 1)))
                    .toList();
        }

        List<Marker> markers() {
            return items.stream()
                    .filter(Marker.class::isInstance)
                    .map(Marker.class::cast)
                    .toList();
        }
    }

    private final SystemTime clock = new SystemTime();
    private final Outlet outlet = new Outlet();
    private final LoadCounters counters = new LoadCounters();
    private Vertx vertx;
    private LoadLoop loop;
    private Timeouts timeouts = timeouts(30_000, 30_000, 30_000);

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        loop = new LoadLoop(
                0,
                vertx,
                clock,
                Set.of(Drive.SERIES),
                outlet,
                20 * MILLI,
                new Budgets(5 * MILLI, 10 * MILLI, 50 * MILLI, 2, 1, 1),
                ProcessCpu.ofThisProcess(),
                LostTime::unknown,
                counters,
                request -> {});
        loop.start();
    }

    @AfterEach
    void stop() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void aStreamedAnswerIsRecordedWithItsStampsInOrder() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean warm = new AtomicBoolean();
        AtomicLong writtenNanos = new AtomicLong();
        try (ScriptedServer server = new ScriptedServer(out -> {
            if (!warm.get()) {
                return ScriptedServer.wholeAnswer(out);
            }
            ScriptedServer.streamHead(out);
            ScriptedServer.role(out);
            never.await(100, TimeUnit.MILLISECONDS);
            writtenNanos.set(clock.nanos());
            ScriptedServer.content(out);
            never.await(100, TimeUnit.MILLISECONDS);
            ScriptedServer.content(out);
            ScriptedServer.finish(out);
            ScriptedServer.streamEnd(out);
            return true;
        })) {
            // Cold code would read both chunks late and at once.
            run(endpoint(server.port()), new LoadPlan.Closed(1, 0), 20, true);
            warm.set(true);
            server.forget();
            RequestEvent event = one(server, true);
            assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
            Stamps stamps = event.stamps();
            assertThat(stamps.firstContentNanos().getAsLong())
                    .as("the role-only chunk is not the first token")
                    .isGreaterThanOrEqualTo(writtenNanos.get());
            assertThat(event.response().chunkGaps().minNanos())
                    .hasValue(stamps.lastContentNanos().getAsLong()
                            - stamps.firstContentNanos().getAsLong());
            assertThat(event.response().contentChunks()).isEqualTo(2);
            assertThat(event.response().tokens().output()).contains(new TokenCount(3, TokenSource.SERVER_USAGE));
            assertThat(event.gateWaitNanos().orElseThrow()).isPositive();
            String head = server.requests().getFirst().head();
            assertThat(head)
                    .startsWith("POST /v1/chat/completions HTTP/1.1")
                    .containsIgnoringCase("x-request-id: " + event.attempt().requestId())
                    .containsIgnoringCase("authorization: Bearer k");
        }
    }

    @Test
    void anAnswerInOnePieceHasNoFirstToken() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            ScriptedServer.status(
                    out,
                    "200 OK",
                    "",
                    "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],"
                            + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");
            return true;
        })) {
            RequestEvent event = one(server, false);
            assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
            assertThat(event.response().streamed()).isFalse();
            assertThat(event.ttftNanos()).isEmpty();
            assertThat(event.e2eNanos()).isPresent();
        }
    }

    @Test
    void nobodyListensIsConnect() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        RequestEvent event = one(port, true);
        assertFailed(event, FailureKind.CONNECT);
        assertThat(event.stamps().sentNanos()).isEmpty();
        assertThat(event.timeToFailureNanos()).isPresent();
    }

    @Test
    void plainTextWhereTlsIsSpokenIsTls() throws Exception {
        try (ServerSocket notTls = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answer = new Thread(() -> {
                try (var socket = notTls.accept()) {
                    ScriptedServer.text(socket.getOutputStream(), "HTTP/1.1 400 Bad Request\r\n\r\n");
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            answer.start();
            Endpoint tls = Endpoint.at(new TargetUrl(true, "127.0.0.1", notTls.getLocalPort(), "/"), Map.of());
            assertFailed(run(tls, new LoadPlan.Closed(1, 0), 1, true).get(0), FailureKind.TLS);
            assertThat(answer.join(Duration.ofSeconds(60)))
                    .as("the answer is given")
                    .isTrue();
        }
    }

    @Test
    void statusesAreToldApart() throws Exception {
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.status(
                            out, "429 Too Many Requests", "Retry-After: 2\r\n", "{\"error\":\"slow down\"}");
                    return true;
                }),
                FailureKind.REJECTED,
                429,
                OptionalLong.of(2_000));
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.status(out, "503 Service Unavailable", "", "{\"error\":{\"message\":\"busy\"}}");
                    return true;
                }),
                FailureKind.REJECTED,
                503,
                OptionalLong.empty());
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.status(out, "500 Internal Server Error", "", "oops");
                    return true;
                }),
                FailureKind.HTTP_5XX,
                500,
                OptionalLong.empty());
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.status(out, "404 Not Found", "Retry-After: soon\r\n", "");
                    return true;
                }),
                FailureKind.HTTP_4XX,
                404,
                OptionalLong.empty());
    }

    @Test
    void brokenStreamsAreToldApart() throws Exception {
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.streamHead(out);
                    ScriptedServer.content(out);
                    return false;
                }),
                FailureKind.TRUNCATED);
        assertFailed(answeredBy(out -> false), FailureKind.TRUNCATED);
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.streamHead(out);
                    ScriptedServer.content(out);
                    ScriptedServer.event(out, "{\"error\":{\"message\":\"engine died\"}}");
                    ScriptedServer.streamEnd(out);
                    return true;
                }),
                FailureKind.STREAM_ERROR);
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.streamHead(out);
                    ScriptedServer.role(out);
                    ScriptedServer.streamEnd(out);
                    return true;
                }),
                FailureKind.EMPTY);
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.streamHead(out);
                    ScriptedServer.event(out, "{\"choices\":[");
                    Thread.currentThread().join(50);
                    return true;
                }),
                FailureKind.MALFORMED);
        assertFailed(
                answeredBy(out -> {
                    ScriptedServer.text(out, "this is not HTTP\r\n\r\n");
                    return false;
                }),
                FailureKind.MALFORMED);
    }

    @Test
    void aStreamThatEndsAfterItsFinishReasonButWithoutAProperCloseIsComplete() throws Exception {
        assertThat(answeredBy(out -> {
                            ScriptedServer.streamHead(out);
                            ScriptedServer.content(out);
                            ScriptedServer.finish(out);
                            return false;
                        })
                        .outcome())
                .isEqualTo(new Outcome.Completed("stop"));
    }

    @Test
    void eachTimeoutHasItsName() throws Exception {
        timeouts = timeouts(60, 5_000, 5_000);
        try (ScriptedServer server = hanging(out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.role(out);
        })) {
            assertFailed(one(server, true), FailureKind.TIMEOUT_FIRST_TOKEN);
        }
        timeouts = timeouts(5_000, 60, 5_000);
        try (ScriptedServer server = hanging(out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.content(out);
        })) {
            assertFailed(one(server, true), FailureKind.TIMEOUT_STALL);
        }
        timeouts = timeouts(5_000, 5_000, 60);
        try (ScriptedServer server = hanging(out -> {})) {
            assertFailed(one(server, true), FailureKind.TIMEOUT_TOTAL);
        }
    }

    @Test
    void aServerThatForgetsToCloseAfterDoneHasAnswered() throws Exception {
        timeouts = timeouts(5_000, 60, 5_000);
        try (ScriptedServer server = hanging(out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.content(out);
            ScriptedServer.finish(out);
            ScriptedServer.event(out, "[DONE]");
        })) {
            assertThat(one(server, true).outcome()).isEqualTo(new Outcome.Completed("stop"));
        }
    }

    @Test
    void aClosedLoopKeepsItsConnectionsAndItsConcurrency() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(out -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            inside.decrementAndGet();
            return ScriptedServer.wholeAnswer(out);
        })) {
            List<RequestEvent> events = run(endpoint(server.port()), new LoadPlan.Closed(3, 0), 60, true);
            assertThat(events).hasSize(60).allMatch(event -> event.outcome() instanceof Outcome.Completed);
            assertThat(events.stream().map(event -> event.attempt().requestId()).distinct())
                    .hasSize(60);
            assertThat(most.get()).isLessThanOrEqualTo(3);
            assertThat(server.connections()).isLessThanOrEqualTo(3);
            assertThat(counters.dueRequests()).isEqualTo(60);
            assertThat(counters.completedRequests()).isEqualTo(60);
            assertThat(counters.inFlightRequests()).isZero();
        }
    }

    @Test
    void whatIsDueBeyondTheCapIsDroppedAndCounted() throws Exception {
        try (ScriptedServer server = hanging(out -> {})) {
            InferenceClient client = client(endpoint(server.port()));
            var done = loop.offer(
                    client,
                    source(true),
                    new LoadPlan.Open(FireTimes.constant(1_000), 2),
                    Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(10)));
            await(() -> counters.droppedRequests() == 8);
            loop.stopLoad();
            done.get(60, TimeUnit.SECONDS);
            assertThat(outlet.events())
                    .filteredOn(event -> event.outcome().equals(new Outcome.Dropped(Outcome.DropReason.IN_FLIGHT_CAP)))
                    .hasSize(8)
                    .allMatch(event -> event.stamps().sentNanos().isEmpty());
            assertThat(outlet.events())
                    .filteredOn(event -> event.outcome() instanceof Outcome.Cancelled)
                    .hasSize(2);
            client.close();
        }
    }

    /** The first of a thousand connections would be read only after the last was opened. */
    @Test
    void aThousandSlotsBeginTurnByTurnEachDueInItsOwn() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            InferenceClient client = client(endpoint(server.port()));
            loop.offer(
                            client,
                            source(true),
                            new LoadPlan.Closed(1_000, 0),
                            Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(1_000)))
                    .get(60, TimeUnit.SECONDS);
            assertThat(outlet.events())
                    .as("none is dropped, none is lost")
                    .hasSize(1_000)
                    .allMatch(event -> event.outcome().equals(new Outcome.Completed("stop")));
            Map<Long, Long> atOnce = outlet.events().stream()
                    .collect(Collectors.groupingBy(event -> event.stamps().dueNanos(), Collectors.counting()));
            assertThat(Collections.max(atOnce.values()))
                    .as("most that fell due at once")
                    .isLessThanOrEqualTo(64);
            client.close();
        }
    }

    /** Else the stamps of all others wait for it. */
    @Test
    void whatHasBecomeDueMeanwhileIsNotTakenUpInOneTurn() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            InferenceClient client = client(endpoint(server.port()));
            long start = clock.nanos() + 100 * MILLI;
            vertx.setTimer(150, unused -> {
                long until = clock.nanos() + 200 * MILLI;
                while (clock.nanos() < until) {
                    LockSupport.parkNanos(until - clock.nanos());
                }
            });
            // A task that posts itself again runs in every turn of the loop, however slow the machine is.
            List<Long> turns = Collections.synchronizedList(new ArrayList<>());
            AtomicBoolean over = new AtomicBoolean();
            Context context = vertx.getOrCreateContext();
            Handler<Void> eachTurn = new Handler<>() {
                @Override
                public void handle(Void unused) {
                    turns.add(clock.nanos());
                    if (!over.get()) {
                        context.runOnContext(this);
                    }
                }
            };
            context.runOnContext(eachTurn);
            loop.offer(
                            client,
                            source(true),
                            new LoadPlan.Open(FireTimes.constant(2_000), 1_000),
                            Course.of(start, OptionalLong.empty(), OptionalLong.of(600)))
                    .get(60, TimeUnit.SECONDS);
            over.set(true);
            TreeSet<Long> begun = new TreeSet<>(List.copyOf(turns));
            Map<Long, Long> takenByTurn = outlet.events().stream()
                    .map(event -> event.stamps().takenNanos().orElseThrow())
                    .collect(Collectors.groupingBy(
                            at -> Optional.ofNullable(begun.floor(at)).orElse(0L), Collectors.counting()));
            assertThat(takenByTurn.values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(600);
            // The tick, the pacer, what a full turn has left for the next and requests that are made may come together.
            assertThat(Collections.max(takenByTurn.values()))
                    .as("of 400 that were due")
                    .isLessThanOrEqualTo(4 * 64);
            client.close();
        }
    }

    @Test
    void everythingThatEndedBeforeAMarkerStandsBeforeIt() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            run(endpoint(server.port()), new LoadPlan.Closed(4, 0), 400, true);
            loop.finish().get(60, TimeUnit.SECONDS);
            long markedNanos = Long.MIN_VALUE;
            for (Object item : outlet.items) {
                if (item instanceof Marker marker) {
                    assertThat(marker.atNanos()).isGreaterThanOrEqualTo(markedNanos);
                    markedNanos = marker.atNanos();
                } else {
                    assertThat(((EndedRequest) item).stamps().endNanos()).isGreaterThanOrEqualTo(markedNanos);
                }
            }
            assertThat(outlet.markers()).last().matches(Marker::last);
            List<Activity> activity = outlet.markers().stream()
                    .flatMap(marker -> marker.activity().stream())
                    .toList();
            assertThat(activity.stream().mapToLong(Activity::offered).sum()).isEqualTo(400);
            assertThat(activity.stream().mapToLong(Activity::outputTokens).sum())
                    .as("by usage, not by chunks")
                    .isEqualTo(1_200);
            long inFlightNanos = outlet.events().stream()
                    .mapToLong(event -> event.stamps().endNanos()
                            - event.stamps().takenNanos().orElseThrow())
                    .sum();
            assertThat(activity.stream().mapToLong(Activity::inFlightNanos).sum())
                    .isEqualTo(inFlightNanos);
        }
    }

    @Test
    void whatFoundTheQueueFullIsToldByTheNextMarker() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            outlet.full = true;
            run(endpoint(server.port()), new LoadPlan.Closed(1, 0), 5, true);
            loop.finish().get(60, TimeUnit.SECONDS);
            assertThat(outlet.markers().stream().mapToLong(Marker::lostEvents).sum())
                    .isEqualTo(5);
            assertThat(outlet.markers().stream().flatMap(marker -> marker.activity().stream()))
                    .anyMatch(activity -> activity.sickness().contains(Sickness.KAFKA_BUFFER_FULL));
        }
    }

    @Test
    void theEndOfARunCancelsWhatIsInFlightAndFreesTheServer() throws Exception {
        CountDownLatch freed = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(out -> {
            try {
                ScriptedServer.streamHead(out);
                while (true) {
                    ScriptedServer.content(out);
                    Thread.currentThread().join(5);
                }
            } catch (IOException e) {
                freed.countDown();
                return false;
            }
        })) {
            InferenceClient client = client(endpoint(server.port()));
            long start = clock.nanos();
            loop.offer(
                            client,
                            source(true),
                            new LoadPlan.Closed(1, 0),
                            Course.of(start, OptionalLong.of(start + 100 * MILLI), OptionalLong.empty()))
                    .get(60, TimeUnit.SECONDS);
            assertThat(outlet.events()).extracting(RequestEvent::outcome).containsExactly(new Outcome.Cancelled());
            assertThat(freed.await(60, TimeUnit.SECONDS)).isTrue();
            client.close();
        }
    }

    @Test
    void aLoadOfWhichNothingIsDueIsMeasuredToItsEndAndTellsEverySecond() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            InferenceClient client = client(endpoint(server.port()));
            long start = clock.nanos();
            long end = start + 1_100 * MILLI;
            loop.offer(
                            client,
                            source(true),
                            new LoadPlan.Open(FireTimes.constant(0.01), 10),
                            Course.of(start, OptionalLong.of(end), OptionalLong.empty()))
                    .get(60, TimeUnit.SECONDS);
            assertThat(clock.nanos()).isGreaterThanOrEqualTo(end);
            assertThat(loop.measuredUntilNanos()).hasValue(end);
            loop.finish().get(60, TimeUnit.SECONDS);
            assertThat(outlet.events()).hasSize(1);
            List<Activity> told = outlet.markers().stream()
                    .flatMap(marker -> marker.activity().stream())
                    .toList();
            assertThat(told.stream().mapToLong(Activity::offered).sum()).isEqualTo(1);
            assertThat(told.stream()
                            .map(Activity::slotStartEpochMillis)
                            .distinct()
                            .toList())
                    .isEqualTo(LongStream.rangeClosed(
                                    clock.epochMillisAt(start) / 1_000, clock.epochMillisAt(end - 1) / 1_000)
                            .mapToObj(second -> second * 1_000)
                            .toList());
            client.close();
        }
    }

    @Test
    void aTargetThatRefusesIsNotHammered() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        List<RequestEvent> events = run(endpoint(port), new LoadPlan.Closed(1, 30 * MILLI), 4, true);
        for (int i = 1; i < events.size(); i++) {
            assertThat(events.get(i).stamps().dueNanos()
                            - events.get(i - 1).stamps().endNanos())
                    .isGreaterThan(25 * MILLI);
        }
    }

    private interface Part {
        void write(OutputStream out) throws IOException;
    }

    private ScriptedServer hanging(Part part) throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        return new ScriptedServer(out -> {
            part.write(out);
            never.await(1, TimeUnit.MINUTES);
            return false;
        });
    }

    private RequestEvent answeredBy(ScriptedServer.Script script) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script)) {
            return one(server, true);
        }
    }

    private RequestEvent one(ScriptedServer server, boolean streaming) throws Exception {
        return one(server.port(), streaming);
    }

    private RequestEvent one(int port, boolean streaming) throws Exception {
        outlet.items.clear();
        return run(endpoint(port), new LoadPlan.Closed(1, 0), 1, streaming).get(0);
    }

    private List<RequestEvent> run(Endpoint endpoint, LoadPlan plan, long count, boolean streaming)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (InferenceClient client = client(endpoint)) {
            loop.offer(
                            client,
                            source(streaming),
                            plan,
                            Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(count)))
                    .get(60, TimeUnit.SECONDS);
            return outlet.events();
        }
    }

    private InferenceClient client(Endpoint endpoint) {
        return new InferenceClient(vertx, endpoint, timeouts, clock, 1_000, ConnectionReuse.upTo(3), new AnswerNotes());
    }

    private RequestSource source(boolean streaming) {
        return Drive.source(
                "p-1", endpoint(9), Protocol.of(EndpointType.CHAT, RequestParameters.of("m", streaming, 8, 0)), clock);
    }

    private static Endpoint endpoint(int port) {
        return Endpoint.below(
                "http://127.0.0.1:" + port + "/v1/", EndpointType.CHAT, Map.of("Authorization", "Bearer k"));
    }

    private static Timeouts timeouts(long firstTokenMillis, long stallMillis, long totalMillis) {
        return new Timeouts(30_000 * MILLI, firstTokenMillis * MILLI, stallMillis * MILLI, totalMillis * MILLI);
    }

    private static void assertFailed(RequestEvent event, FailureKind kind) {
        assertThat(event.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed ->
                                assertThat(failed.kind()).as(failed.toString()).isEqualTo(kind));
    }

    private static void assertFailed(RequestEvent event, FailureKind kind, int status, OptionalLong retryAfterMillis) {
        assertFailed(event, kind);
        Outcome.Failed failed = (Outcome.Failed) event.outcome();
        assertThat(failed.httpStatus()).hasValue(status);
        assertThat(failed.retryAfterMillis()).isEqualTo(retryAfterMillis);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(1))
                .until(condition::getAsBoolean);
    }
}
