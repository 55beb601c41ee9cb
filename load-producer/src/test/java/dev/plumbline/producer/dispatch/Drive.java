package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.workload.Prompts;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One event loop that drives real sockets, and what it left. Its clock is that of {@link System#nanoTime()}. */
final class Drive implements AutoCloseable {

    static final long MILLI = 1_000_000;

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    /** The clock of the machine, unshifted, so that stamps of a server in this JVM compare. */
    private static final class MachineTime implements ProducerClock {
        private final long anchorEpochMillis = System.currentTimeMillis() - System.nanoTime() / MILLI;

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long anchorEpochMillis() {
            return anchorEpochMillis;
        }
    }

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final ProducerClock clock = new MachineTime();
    private final List<EndedRequest> ended = new CopyOnWriteArrayList<>();
    private final LongAdder offered = new LongAdder();
    private final LoadLoop loop;
    final LoadCounters counters = new LoadCounters();
    final AnswerNotes notes = new AnswerNotes();
    ConnectionReuse reuse = ConnectionReuse.upTo(3);
    Prompts prompts = new Prompts(1, 4, 0);

    Drive() {
        EventOutlet outlet = new EventOutlet() {
            @Override
            public boolean ended(EndedRequest request) {
                return ended.add(request);
            }

            @Override
            public boolean mark(Marker marker) {
                marker.activity().forEach(slot -> offered.add(slot.offered()));
                return true;
            }
        };
        loop = new LoadLoop(
                0,
                vertx,
                clock,
                "stable",
                outlet,
                20 * MILLI,
                new Budgets(5 * MILLI, 10 * MILLI, 50 * MILLI, 1.0),
                ProcessCpu.ofThisProcess(),
                counters,
                request -> {});
        loop.start();
    }

    static Protocol chat() {
        return protocol(EndpointType.CHAT, true);
    }

    static Protocol protocol(EndpointType type, boolean streaming) {
        return Protocol.of(type, RequestParameters.of("simulated", streaming, 8, 0));
    }

    static Endpoint at(int port, EndpointType type) {
        return Endpoint.below("http://127.0.0.1:" + port, type, Map.of());
    }

    static Timeouts timeouts(long firstTokenMillis, long stallMillis, long totalMillis) {
        return new Timeouts(2_000 * MILLI, firstTokenMillis * MILLI, stallMillis * MILLI, totalMillis * MILLI);
    }

    /** Drives without waiting; stopped with {@link #stop}. */
    CompletableFuture<Void> begin(
            Endpoint endpoint, Protocol protocol, Timeouts timeouts, LoadPlan plan, long count, RetryPolicy retries) {
        return begin(endpoint, protocol, timeouts, plan, count, retries, Protection.none());
    }

    CompletableFuture<Void> begin(
            Endpoint endpoint,
            Protocol protocol,
            Timeouts timeouts,
            LoadPlan plan,
            long count,
            RetryPolicy retries,
            Protection protection) {
        InferenceClient client = new InferenceClient(vertx, endpoint, timeouts, clock, 100, reuse, notes);
        RequestSource source =
                new RequestSource("p-1", SERIES, prompts, protocol, TokenChoice.AUTO, false, retries, clock);
        return loop.measure(
                        client,
                        source,
                        plan,
                        RunLimits.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(count)),
                        protection,
                        source,
                        (recording, request) -> {})
                .whenComplete((done, failure) -> client.close());
    }

    List<RequestEvent> run(
            Endpoint endpoint, Protocol protocol, Timeouts timeouts, LoadPlan plan, long count, RetryPolicy retries)
            throws Exception {
        ended.clear();
        begin(endpoint, protocol, timeouts, plan, count, retries).get(60, TimeUnit.SECONDS);
        return events();
    }

    RequestEvent one(Endpoint endpoint, Protocol protocol, Timeouts timeouts) throws Exception {
        return run(endpoint, protocol, timeouts, new LoadPlan.Closed(1, 0), 1, RetryPolicy.NEVER)
                .get(0);
    }

    /** Where a chat goes is of no matter to a scripted server. */
    RequestEvent one(int port) throws Exception {
        return one(at(port, EndpointType.CHAT), chat(), timeouts(10_000, 10_000, 20_000));
    }

    void stop() {
        loop.stopLoad();
    }

    /** How many requests its activity says fell due, to the end of the loop. */
    long offeredInAll() {
        assertThat(loop.finish()).succeedsWithin(Duration.ofSeconds(60));
        return offered.sum();
    }

    List<RequestEvent> events() {
        return ended.stream()
                .map(request -> request.numbered(new Origin("p", 1, 1)))
                .toList();
    }

    @Override
    public void close() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }
}
