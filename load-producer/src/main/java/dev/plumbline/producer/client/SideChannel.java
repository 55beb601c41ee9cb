package dev.plumbline.producer.client;

import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.time.SystemTime;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Small questions to the target beside the load, on an event loop of their own so that they delay no stamp. Any thread.
 */
public final class SideChannel implements AutoCloseable {

    /** Longest answer that is read, in bytes. */
    private static final int MAX_BODY_BYTES = 4 << 20;

    private final Vertx vertx;
    private final TargetConnections connections;
    private final Endpoint endpoint;
    /** Only how long connections were idle is told by it; nothing of that is measured. */
    private final ProducerClock clock = new SystemTime();

    private final long timeoutMillis;

    /**
     * @param endpoint whose URL is the question's
     * @param timeoutNanos for a whole answer
     * @param mostConnections at a time
     */
    public SideChannel(Endpoint endpoint, long timeoutNanos, int mostConnections) {
        this.vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1));
        this.endpoint = endpoint;
        this.timeoutMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
        this.connections = new TargetConnections(
                vertx,
                endpoint,
                timeoutNanos,
                new PoolOptions().setHttp1MaxSize(mostConnections).setMaxWaitQueueSize(mostConnections),
                ConnectionReuse.upTo(3));
    }

    /** Posts JSON; empty for whatever is not an answer with status 200 in time. Never completes exceptionally. */
    public CompletableFuture<Optional<byte[]>> post(byte[] json) {
        CompletableFuture<Optional<byte[]>> answered = new CompletableFuture<>();
        ask(Buffer.buffer(json), connections.reuse().isWanted(), answered);
        return answered.completeOnTimeout(Optional.empty(), timeoutMillis, TimeUnit.MILLISECONDS);
    }

    private void ask(Buffer json, boolean onKept, CompletableFuture<Optional<byte[]>> answered) {
        (onKept ? connections.kept(HttpMethod.POST) : connections.single(HttpMethod.POST))
                .onFailure(failure -> {
                    if (onKept && failure instanceof HttpClosedException) {
                        ask(json, false, answered);
                    } else {
                        answered.complete(Optional.empty());
                    }
                })
                .onSuccess(request -> {
                    Optional<KeptConnection> kept = onKept
                            ? Optional.of(KeptConnection.of(request.connection(), connections.reuse(), clock::nanos))
                            : Optional.empty();
                    if (kept.isPresent() && !kept.get().take(clock.nanos())) {
                        request.connection().close();
                        ask(json, false, answered);
                        return;
                    }
                    request.idleTimeout(timeoutMillis);
                    endpoint.headers().forEach(request::putHeader);
                    request.putHeader("Content-Type", "application/json");
                    request.response()
                            .onFailure(failure -> {
                                // As the load does: a kept connection that ended before anything came asked nobody.
                                if (!answered.isDone()
                                        && kept.filter(KeptConnection::isReusedAndUnheard)
                                                .isPresent()) {
                                    connections.reuse().repeated();
                                    ask(json, false, answered);
                                } else {
                                    answered.complete(Optional.empty());
                                }
                            })
                            .onSuccess(response -> read(request, response, kept, answered));
                    request.end(json);
                });
    }

    private void read(
            HttpClientRequest request,
            HttpClientResponse response,
            Optional<KeptConnection> kept,
            CompletableFuture<Optional<byte[]>> answered) {
        kept.ifPresent(connection -> connection.answering(response));
        Buffer body = Buffer.buffer();
        response.exceptionHandler(failure -> answered.complete(Optional.empty()));
        response.handler(part -> {
            if (body.length() + part.length() > MAX_BODY_BYTES) {
                answered.complete(Optional.empty());
                request.reset();
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(unused -> {
            kept.ifPresent(connection -> connection.answered(clock.nanos()));
            answered.complete(response.statusCode() == 200 ? Optional.of(body.getBytes()) : Optional.empty());
        });
    }

    @Override
    public void close() {
        connections.close();
        vertx.close();
    }
}
