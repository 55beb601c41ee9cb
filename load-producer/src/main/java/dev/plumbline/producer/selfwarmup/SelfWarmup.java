package dev.plumbline.producer.selfwarmup;

import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.dispatch.RequestSource;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.TargetUrl;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drives the very path that will be measured against a server inside this process, until the compiler has seen it: cold
 * code costs the first requests tens of milliseconds, which would be told as the target's. What it records is encoded, as
 * in earnest, and thrown away.
 */
public final class SelfWarmup {

    private static final int CONCURRENCY = 8;
    private static final long SLACK_MILLIS = 5_000;

    private SelfWarmup() {}

    /**
     * Warms one loop; returns when it is done.
     *
     * @param serverVertx runs the server, so that it does not share the loop that it warms
     * @param maxNanos longest time, 0 = not at all
     * @param maxRequests most requests
     * @return requests that completed
     * @throws IllegalStateException if the server inside could not be driven
     */
    public static long warm(
            LoadLoop loop,
            Vertx loopVertx,
            Vertx serverVertx,
            RequestSource source,
            ProducerClock clock,
            long maxNanos,
            long maxRequests)
            throws InterruptedException {
        if (maxNanos == 0 || maxRequests == 0) {
            return 0;
        }
        long timeoutMillis = TimeUnit.NANOSECONDS.toMillis(maxNanos) + SLACK_MILLIS;
        try {
            HttpServer server = LoopbackServer.listen(
                            serverVertx,
                            source.routing().lanes().getFirst().target().protocol())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(timeoutMillis, TimeUnit.MILLISECONDS);
            Endpoint endpoint = Endpoint.at(new TargetUrl(false, "127.0.0.1", server.actualPort(), "/"), Map.of());
            long second = TimeUnit.SECONDS.toNanos(1);
            try (InferenceClient client = new InferenceClient(
                    loopVertx,
                    endpoint,
                    new Timeouts(second, second, second, second),
                    clock,
                    CONCURRENCY,
                    ConnectionReuse.upTo(1),
                    new AnswerNotes())) {
                Discarding discarding = new Discarding();
                long now = clock.nanos();
                loop.offer(
                                client,
                                source,
                                new LoadPlan.Closed(CONCURRENCY, 0),
                                Course.rehearsal(now, OptionalLong.of(now + maxNanos), OptionalLong.of(maxRequests)),
                                discarding)
                        .get(timeoutMillis, TimeUnit.MILLISECONDS);
                return discarding.completed.get();
            } finally {
                server.close();
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the warm-up of the producer's own path did not end", e);
        }
    }

    /** Does with a request what is done in earnest, except to send it. */
    private static final class Discarding implements LoadLoop.EndedListener {

        private final AtomicLong completed = new AtomicLong();

        @Override
        public void ended(EndedRequest request) {
            byte[] bytes = Codec.EVENTS.encode(request.numbered(new Origin("self-warmup", 0, 1)));
            if (bytes.length > 0 && request.outcome() instanceof Outcome.Completed) {
                completed.incrementAndGet();
            }
        }
    }
}
