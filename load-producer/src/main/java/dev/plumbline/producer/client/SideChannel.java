package dev.plumbline.producer.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
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
    private final HttpClient http;
    private final Endpoint endpoint;
    private final long timeoutMillis;

    /**
     * @param endpoint whose URL is the question's
     * @param timeoutNanos for a whole answer
     * @param connections most at a time
     */
    public SideChannel(Endpoint endpoint, long timeoutNanos, int connections) {
        this.vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1));
        this.endpoint = endpoint;
        this.timeoutMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
        this.http = vertx.createHttpClient(
                Connections.options(endpoint, timeoutNanos).setKeepAliveTimeout(3),
                new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(connections));
    }

    /** Posts JSON; empty for whatever is not an answer with status 200 in time. Never completes exceptionally. */
    public CompletableFuture<Optional<byte[]>> post(byte[] json) {
        CompletableFuture<Optional<byte[]>> answered = new CompletableFuture<>();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(endpoint.url().host())
                .setPort(endpoint.url().port())
                .setSsl(endpoint.url().tls())
                .setURI(endpoint.url().pathAndQuery())
                .setTimeout(timeoutMillis);
        http.request(options)
                .onFailure(failure -> answered.complete(Optional.empty()))
                .onSuccess(request -> {
                    endpoint.headers().forEach(request::putHeader);
                    request.putHeader("Content-Type", "application/json");
                    read(request, answered);
                    request.end(Buffer.buffer(json));
                });
        return answered.completeOnTimeout(Optional.empty(), timeoutMillis, TimeUnit.MILLISECONDS);
    }

    private static void read(HttpClientRequest request, CompletableFuture<Optional<byte[]>> answered) {
        request.response()
                .onFailure(failure -> answered.complete(Optional.empty()))
                .onSuccess(response -> {
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
                    response.endHandler(unused -> answered.complete(
                            response.statusCode() == 200 ? Optional.of(body.getBytes()) : Optional.empty()));
                });
    }

    @Override
    public void close() {
        http.close();
        vertx.close();
    }
}
