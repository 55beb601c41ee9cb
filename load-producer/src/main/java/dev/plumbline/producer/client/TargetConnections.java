package dev.plumbline.producer.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/** The connections to one target: those that are kept, and new ones for one request each. One event loop. */
final class TargetConnections implements AutoCloseable {

    private final HttpClient kept;
    private final HttpClient single;
    private final RequestOptions options;
    private final ConnectionReuse reuse;
    private boolean hasConnected;

    TargetConnections(
            Vertx vertx, Endpoint endpoint, long connectTimeoutNanos, PoolOptions pool, ConnectionReuse reuse) {
        this.reuse = reuse;
        this.kept = vertx.createHttpClient(
                Connections.options(endpoint, connectTimeoutNanos).setKeepAliveTimeout(reuse.idleSeconds()), pool);
        this.single = vertx.createHttpClient(
                Connections.options(endpoint, connectTimeoutNanos).setKeepAlive(false), new PoolOptions(pool));
        this.options = new RequestOptions()
                .setHost(endpoint.url().host())
                .setPort(endpoint.url().port())
                .setSsl(endpoint.url().tls())
                .setURI(endpoint.url().pathAndQuery());
    }

    /** Whether there was a connection to the target before: then it is not the address that does not work from here. */
    boolean hasConnected() {
        return hasConnected;
    }

    void connected() {
        hasConnected = true;
    }

    /** How connections are kept. */
    ConnectionReuse reuse() {
        return reuse;
    }

    /** A request on a connection that may have carried others and may carry more. */
    Future<HttpClientRequest> kept(HttpMethod method) {
        return kept.request(new RequestOptions(options).setMethod(method));
    }

    /** A request on a new connection, which ends with it; the server is told so. */
    Future<HttpClientRequest> single(HttpMethod method) {
        return single.request(new RequestOptions(options).setMethod(method));
    }

    @Override
    public void close() {
        kept.close();
        single.close();
    }
}
