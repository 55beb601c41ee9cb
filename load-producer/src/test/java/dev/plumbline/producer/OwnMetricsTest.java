package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.Drive;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.emission.EmissionCounters;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is counted somewhere can be read on the page. */
class OwnMetricsTest {

    private static final long MILLI = 1_000_000;
    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    private final ManualClock clock = new ManualClock(1_000_000_000_000L);
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final ProducerMetrics metrics = new ProducerMetrics(List.of(SERIES));
    private final LoadCounters counters = new LoadCounters();
    private final MarkedQueue queue = new MarkedQueue(10, 1);
    private final AtomicReference<LostTime> lost = new AtomicReference<>(LostTime.unknown());
    private final LoadLoop loop = new LoadLoop(
            0,
            vertx,
            clock,
            Set.of(SERIES),
            queue,
            1_000 * MILLI,
            new Budgets(5 * MILLI, 10 * MILLI, 50 * MILLI, 2, 1, 1),
            ProcessCpu.ofThisProcess(),
            lost::get,
            counters,
            request -> {});

    @AfterEach
    void close() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    private void register() {
        new OwnMetrics(
                        counters,
                        Map.of("stable", new TargetNotes(ConnectionReuse.upTo(3), new AnswerNotes())),
                        new EmissionCounters(),
                        queue,
                        Optional.empty(),
                        Protection.none(),
                        clock,
                        List.of(loop),
                        lost::get,
                        () -> true,
                        () -> 0)
                .register(metrics);
    }

    private String page() {
        return new String(metrics.scrape(null).body().toArray(), StandardCharsets.UTF_8);
    }

    private double value(String name) {
        return page().lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    /** The machine stood still for longer than seconds are kept. */
    @Test
    void secondsThatWereDiscardedAreOnThePage() {
        register();
        assertThat(value("plumbline_producer_discarded_slots_total")).isZero();
        InferenceClient client = new InferenceClient(
                vertx,
                Endpoint.below("http://127.0.0.1:9", EndpointType.CHAT, Map.of()),
                new Timeouts(MILLI, MILLI, MILLI, MILLI),
                clock,
                1,
                ConnectionReuse.upTo(3),
                new AnswerNotes());
        loop.start();
        var unused = loop.offer(
                client,
                Drive.source(
                        "r",
                        Endpoint.below("http://127.0.0.1:9", EndpointType.CHAT, Map.of()),
                        Protocol.of(EndpointType.CHAT, RequestParameters.of("m", true, 8, 0)),
                        clock),
                new LoadPlan.Closed(1, 1_000_000 * MILLI),
                Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.empty()));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> counters.dueRequests() == 1);
        clock.advanceMillis(3_600_000 + 25_000);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> value("plumbline_producer_discarded_slots_total") >= 25);
        client.close();
    }

    @Test
    void timeThatWasLostIsOnThePageWhereItIsTold() {
        register();
        assertThat(page())
                .doesNotContain("plumbline_producer_cpu_stolen")
                .doesNotContain("plumbline_producer_collector");
        lost.set(new LostTime(
                OptionalLong.of(1_500 * MILLI),
                Optional.of(new LostTime.Stolen(2_500 * MILLI, 9_000 * MILLI)),
                OptionalLong.of(3_500 * MILLI)));
        assertThat(value("plumbline_producer_collector_paused_seconds_total")).isEqualTo(1.5);
        assertThat(value("plumbline_producer_cpu_stolen_seconds_total")).isEqualTo(2.5);
        assertThat(value("plumbline_producer_cpu_throttled_seconds_total")).isEqualTo(3.5);
    }

    @Test
    void whatAnEventLoopUsesIsOnThePage() {
        register();
        loop.start();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            clock.advanceMillis(1_000);
            return page().contains("plumbline_producer_event_loop_cpu_seconds_total{loop=\"0\"} ");
        });
        assertThat(value("plumbline_producer_event_loop_cpu_seconds_total")).isPositive();
    }

    @Test
    void aClockThatWasSetIsOnThePage() {
        register();
        clock.setWall(9_000);
        assertThat(value("plumbline_producer_wall_clock_offset_milliseconds")).isEqualTo(9_000);
        clock.lookTwice();
        assertThat(value("plumbline_producer_wall_clock_offset_milliseconds")).isZero();
        assertThat(value("plumbline_producer_clock_reanchored_total")).isEqualTo(1);
    }
}
