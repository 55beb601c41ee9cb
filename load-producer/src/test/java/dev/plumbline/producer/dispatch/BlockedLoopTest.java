package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedServer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A closed loop whose event loop stands still again and again, over real sockets and in a time that passes only when the test says
 * so: a chunk that the server writes while the loop stands is read when it goes on, and ticks that were due meanwhile come then.
 */
class BlockedLoopTest {

    private static final long MILLI = 1_000_000;
    private static final int REQUESTS = 200;
    private static final long TTFT_MILLIS = 100;
    /** Drawn, so that answers do not fall into step with the stalls. */
    private static final int LONGEST_REST_MILLIS = 80;

    private static final long SEED = 20_261_201;

    private static final long TICK_MILLIS = 10;
    private static final long STALL_PERIOD_MILLIS = 500;
    private static final long FIRST_STALL_MILLIS = 30;

    /** Counts how often it was asked: the loop asks for each piece of an answer. */
    private static final class AskedClock implements ProducerClock {
        private final ManualClock time = new ManualClock(1_000_000_000_000L);
        private final AtomicLong asked = new AtomicLong();

        @Override
        public long nanos() {
            asked.incrementAndGet();
            return time.nanos();
        }

        @Override
        public Anchor anchorAt(long nanos) {
            return time.anchorAt(nanos);
        }
    }

    private final AskedClock clock = new AskedClock();
    private final BlockingQueue<EndedRequest> ended = new LinkedBlockingQueue<>();
    private final List<Activity> told = new ArrayList<>();
    private final Semaphore arrived = new Semaphore(0);
    private final Semaphore first = new Semaphore(0);
    private final Semaphore rest = new Semaphore(0);
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final Context context = vertx.getOrCreateContext();

    @AfterEach
    void stop() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void aLoopThatNeverStandsMeasuresTheTruthAndAccusesNobody() throws Exception {
        Measured measured = drive(0, 0.1);
        assertThat(measured.p95Error()).isZero();
        assertThat(measured.accusations()).isZero();
        assertThat(measured.sickSlots()).isZero();
    }

    @Test
    void fortyFiveMillisecondsTwiceASecondSpoilWhatTakesAHundredAndAreAccused() throws Exception {
        Measured measured = drive(45, 0.1);
        assertThat(measured.p95Error()).isGreaterThan(0.10);
        assertThat(measured.accusations()).isPositive();
        assertThat(measured.sickSlots())
                .as("of 27 s, the first of which know too few answers")
                .isGreaterThan(15);
    }

    @Test
    void stallsThatDoNotMoveThePercentileByATenthAreNotAccused() throws Exception {
        Measured measured = drive(28, 0.1);
        assertThat(measured.p95Error()).isLessThan(0.10);
        assertThat(measured.accusations()).isZero();
    }

    @Test
    void withoutTheRuleTheSameStallsSpoilTheSameAndAccuseNobody() throws Exception {
        Measured measured = drive(45, 2);
        assertThat(measured.p95Error()).isGreaterThan(0.10);
        assertThat(measured.accusations()).isZero();
    }

    private record Measured(double p95Error, long accusations, long sickSlots) {}

    private Measured drive(long stallMillis, double delayRatio) throws Exception {
        EventOutlet outlet = new EventOutlet() {
            @Override
            public boolean ended(EndedRequest request) {
                return ended.add(request);
            }

            @Override
            public boolean mark(Marker marker) {
                told.addAll(marker.activity());
                return true;
            }
        };
        LoadLoop loop = new LoadLoop(
                0,
                vertx,
                clock,
                Set.of(Drive.SERIES),
                outlet,
                20 * MILLI,
                new Budgets(TICK_MILLIS * MILLI, 10 * MILLI, 50 * MILLI, delayRatio, 1, 1),
                ProcessCpu.ofThisProcess(),
                LostTime::unknown,
                new LoadCounters(),
                request -> {});
        List<Long> ttftNanos = new ArrayList<>();
        Random rests = new Random(SEED);
        try (ScriptedServer server = new ScriptedServer(this::answer)) {
            InferenceClient client = new InferenceClient(
                    vertx,
                    Endpoint.below("http://127.0.0.1:" + server.port(), EndpointType.CHAT, Map.of()),
                    new Timeouts(60_000 * MILLI, 60_000 * MILLI, 60_000 * MILLI, 60_000 * MILLI),
                    clock,
                    1,
                    ConnectionReuse.upTo(3),
                    new AnswerNotes());
            CompletableFuture<Void> done = loop.offer(
                    client,
                    Drive.source("p-1", Drive.at(server.port(), EndpointType.CHAT), Drive.chat(), clock),
                    new LoadPlan.Closed(1, 0),
                    Course.of(0, OptionalLong.empty(), OptionalLong.of(REQUESTS)));
            long nextTickMillis = TICK_MILLIS;
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(arrived.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
                settle();
                long firstMillis = clock.time.nanos() / MILLI + TTFT_MILLIS;
                nextTickMillis = tickUntil(loop, nextTickMillis, firstMillis, stallMillis);
                clock.time.moveTo(seenMillis(firstMillis, stallMillis) * MILLI);
                long asked = clock.asked.get();
                first.release();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofNanos(50_000))
                        .until(() -> clock.asked.get() > asked);
                settle();
                long restMillis = clock.time.nanos() / MILLI + 1 + rests.nextInt(LONGEST_REST_MILLIS);
                nextTickMillis = tickUntil(loop, nextTickMillis, restMillis, stallMillis);
                clock.time.moveTo(seenMillis(restMillis, stallMillis) * MILLI);
                rest.release();
                EndedRequest request = ended.poll(60, TimeUnit.SECONDS);
                assertThat(request).isNotNull();
                ttftNanos.add(
                        request.numbered(new Origin("p", 1, 1)).ttftNanos().orElseThrow());
            }
            done.get(60, TimeUnit.SECONDS);
            loop.finish().get(60, TimeUnit.SECONDS);
            client.close();
        }
        ttftNanos.sort(null);
        return new Measured(
                ttftNanos.get(REQUESTS * 95 / 100 - 1) / (double) (TTFT_MILLIS * MILLI) - 1,
                loop.selfCheck().accusations(Sickness.EVENT_LOOP_STALLED)
                        + loop.selfCheck().accusations(Sickness.DISPATCH_LAG),
                told.stream().filter(slot -> !slot.sickness().isEmpty()).count());
    }

    /** Lets ticks come whose time is seen before a moment; what a stall delays comes when it is over. */
    private long tickUntil(LoadLoop loop, long fromMillis, long untilMillis, long stallMillis) throws Exception {
        long dueMillis = fromMillis;
        while (seenMillis(dueMillis, stallMillis) < seenMillis(untilMillis, stallMillis)) {
            clock.time.moveTo(seenMillis(dueMillis, stallMillis) * MILLI);
            onLoop(loop::tick);
            dueMillis += TICK_MILLIS;
        }
        return dueMillis;
    }

    /** When a loop sees what is there at a moment: at once, or when it goes on. */
    private static long seenMillis(long atMillis, long stallMillis) {
        long since = Math.floorMod(atMillis - FIRST_STALL_MILLIS, STALL_PERIOD_MILLIS);
        return since < stallMillis ? atMillis - since + stallMillis : atMillis;
    }

    /** Whatever the loop is about is done. */
    private void settle() throws Exception {
        onLoop(() -> {});
    }

    private void onLoop(Runnable work) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(unused -> {
            work.run();
            done.complete(null);
        });
        done.get(60, TimeUnit.SECONDS);
    }

    private boolean answer(OutputStream out) throws IOException, InterruptedException {
        arrived.release();
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        ScriptedServer.streamHead(piece);
        ScriptedServer.role(piece);
        ScriptedServer.content(piece);
        if (!first.tryAcquire(60, TimeUnit.SECONDS)) {
            return false;
        }
        out.write(piece.toByteArray());
        out.flush();
        piece.reset();
        ScriptedServer.content(piece);
        ScriptedServer.finish(piece);
        ScriptedServer.streamEnd(piece);
        if (!rest.tryAcquire(60, TimeUnit.SECONDS)) {
            return false;
        }
        out.write(piece.toByteArray());
        out.flush();
        return true;
    }
}
