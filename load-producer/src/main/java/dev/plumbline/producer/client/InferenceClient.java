package dev.plumbline.producer.client;

import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.TargetUrl;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/**
 * Sends requests over kept connections and records what comes back. To be used on one event loop only.
 *
 * <p>The pool is larger than the number of requests that may be in flight, so that nothing waits in it: a connection that
 * is being reset still counts for a moment.
 */
public final class InferenceClient implements AutoCloseable {

    private final HttpClient http;
    private final RequestOptions options;
    private final Endpoint endpoint;
    private final Timeouts timeouts;
    private final ProducerClock clock;

    /**
     * @param vertx has one event loop, on which every call is made
     * @param maxInFlight most requests at a time
     * @param keepAliveSeconds how long an idle connection is kept; shorter than what servers keep (5 s is common), so that
     *     no request is written to a connection that the server is just closing
     */
    public InferenceClient(
            Vertx vertx,
            Endpoint endpoint,
            Timeouts timeouts,
            ProducerClock clock,
            int maxInFlight,
            int keepAliveSeconds) {
        this.endpoint = endpoint;
        this.timeouts = timeouts;
        this.clock = clock;
        this.http = vertx.createHttpClient(
                Connections.options(endpoint, timeouts.connectNanos()).setKeepAliveTimeout(keepAliveSeconds),
                new PoolOptions()
                        .setHttp1MaxSize(maxInFlight + maxInFlight / 4 + 16)
                        .setCleanerPeriod(500));
        TargetUrl url = endpoint.url();
        this.options = new RequestOptions()
                .setHost(url.host())
                .setPort(url.port())
                .setSsl(url.tls())
                .setURI(url.pathAndQuery());
    }

    /**
     * Sends a request. The listener may be called before this returns.
     *
     * @param recording not yet sent
     * @param protocol in which the body is written and the answer is read
     */
    public Exchange start(RequestRecording recording, byte[] body, Protocol protocol, ExchangeListener listener) {
        Exchange exchange = new Exchange(recording, body, protocol, endpoint, timeouts, clock, listener);
        http.request(new RequestOptions(options).setMethod(HttpMethod.valueOf(protocol.method())))
                .onComplete(exchange::connected);
        return exchange;
    }

    @Override
    public void close() {
        http.close();
    }
}
