package dev.plumbline.producer.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.protocol.scripted.ScriptedServer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A target that writes to all of its streams in one step, so that one pass of the event loop finds all of them readable. Time
 * moves only when a chunk has been decoded, a millisecond each.
 */
class LockstepTest {

    private static final int STREAMS = 12;
    private static final long MILLI = 1_000_000;
    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    private static final Protocol CHAT = Protocol.of(EndpointType.CHAT, RequestParameters.of("m", true, 8, 0));

    private final ManualClock clock = new ManualClock(1_000);
    private final List<Long> contentNanos = new CopyOnWriteArrayList<>();
    private final List<EndedRequest> ended = new CopyOnWriteArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final CountDownLatch asked = new CountDownLatch(STREAMS);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(STREAMS);
    private final CountDownLatch over = new CountDownLatch(STREAMS);
    private Runnable atNextStamp = () -> {};
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    }

    @AfterEach
    void stop() {
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void noStampOfAStepWaitsForTheDecodingOfAnotherStream() throws Exception {
        inOneStep(exchange -> {});
        assertThat(contentNanos).hasSize(2 * STREAMS).containsOnly(0L);
        assertThat(ended).hasSize(STREAMS).allSatisfy(request -> {
            assertThat(request.outcome()).isInstanceOf(Outcome.Completed.class);
            assertThat(request.stamps().headersNanos()).hasValue(0);
            assertThat(request.stamps().firstByteNanos()).hasValue(0);
            assertThat(request.stamps().firstContentNanos()).hasValue(0);
            assertThat(request.stamps().lastContentNanos()).hasValue(0);
        });
        assertThat(ended)
                .as("the end is stamped when it is known")
                .extracting(request -> request.stamps().endNanos())
                .isSorted()
                .last()
                .isEqualTo(2L * STREAMS * MILLI);
    }

    @Test
    void whatHasComeInTimeIsNoTimeout() throws Exception {
        inOneStep(exchange -> exchange.enforceDeadlines(clock.nanos() + 60_000 * MILLI));
        assertThat(ended)
                .hasSize(STREAMS)
                .allSatisfy(request -> assertThat(request.outcome()).isInstanceOf(Outcome.Completed.class));
    }

    @Test
    void whatHasComeIsNotCancelled() throws Exception {
        inOneStep(Exchange::cancel);
        assertThat(ended)
                .hasSize(STREAMS)
                .allSatisfy(request -> assertThat(request.outcome()).isInstanceOf(Outcome.Completed.class));
    }

    /**
     * Answers everything while the loop stands still.
     *
     * @param unread is done with each exchange once all has been read, and before any of it is decoded
     */
    private void inOneStep(Consumer<Exchange> unread) throws InterruptedException {
        try (ScriptedServer server = new ScriptedServer(this::step);
                InferenceClient client = new InferenceClient(
                        vertx,
                        Endpoint.below("http://127.0.0.1:" + server.port(), EndpointType.CHAT, Map.of()),
                        new Timeouts(30_000 * MILLI, 30_000 * MILLI, 30_000 * MILLI, 30_000 * MILLI),
                        new Watched(),
                        STREAMS,
                        ConnectionReuse.upTo(3),
                        new AnswerNotes())) {
            Context loop = vertx.getOrCreateContext();
            loop.runOnContext(unused -> {
                for (int i = 0; i < STREAMS; i++) {
                    exchanges.add(client.start(recording(i), new byte[0], CHAT, new Slow()));
                }
            });
            await(asked);
            loop.runOnContext(unused -> {
                mayAnswer.countDown();
                await(answered);
                // The first read is stamped before anything is posted because of it.
                atNextStamp = () -> loop.runOnContext(late -> exchanges.forEach(unread));
            });
            await(over);
        }
    }

    private boolean step(OutputStream out) throws IOException, InterruptedException {
        asked.countDown();
        await(mayAnswer);
        ScriptedServer.wholeAnswer(out);
        answered.countDown();
        return true;
    }

    private RequestRecording recording(int ordinal) {
        return new RequestRecording(
                SERIES,
                Attempt.first("r-" + ordinal),
                clock,
                true,
                0,
                0,
                new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false));
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing came for a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The clock, and what is to be done when it is looked at next; on the loop. */
    private final class Watched implements ProducerClock {

        @Override
        public long nanos() {
            Runnable next = atNextStamp;
            atNextStamp = () -> {};
            next.run();
            return clock.nanos();
        }

        @Override
        public Anchor anchorAt(long nanos) {
            return clock.anchorAt(nanos);
        }
    }

    /** Takes a millisecond over each chunk. */
    private final class Slow implements ExchangeListener {

        @Override
        public void sent() {}

        @Override
        public void content(long atNanos) {
            contentNanos.add(atNanos);
            clock.advanceMillis(1);
        }

        @Override
        public void ended(Exchange exchange, EndedRequest request) {
            ended.add(request);
            over.countDown();
        }
    }
}
