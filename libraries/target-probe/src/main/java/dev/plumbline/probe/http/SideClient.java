package dev.plumbline.probe.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** Sends small requests, HTTP/1.1; redirects are not followed. Any thread. */
public final class SideClient implements AutoCloseable {

    private final HttpClient client;
    private final int maxBodyBytes;

    /**
     * @param connectWithin until a connection stands
     * @param tls whom TLS connections trust, see {@link TlsTrust}
     * @param proxy HTTP proxy in between; the environment's is never used
     * @param maxBodyBytes longest body that is read, 1 or more
     */
    public SideClient(Duration connectWithin, SSLContext tls, Optional<InetSocketAddress> proxy, int maxBodyBytes) {
        if (maxBodyBytes < 1) {
            throw new IllegalArgumentException("maxBodyBytes " + maxBodyBytes);
        }
        this.maxBodyBytes = maxBodyBytes;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectWithin)
                .sslContext(tls)
                .proxy(proxy.map(ProxySelector::of).orElse(HttpClient.Builder.NO_PROXY))
                .build();
    }

    /** To a part of the local stack: plain HTTP, no proxy. */
    public static SideClient onThisMachine(Duration connectWithin, int maxBodyBytes) {
        return new SideClient(connectWithin, TlsTrust.of(Optional.empty(), false), Optional.empty(), maxBodyBytes);
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws IOException when none came; {@link ConnectException} and {@link HttpTimeoutException} say why
     */
    public SideAnswer ask(SideRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> sent = stream(request, ignored -> new BoundedBody(maxBodyBytes));
        try {
            return answer(sent.get());
        } catch (InterruptedException e) {
            sent.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Asks; the future fails with what went wrong, wrapped or not. */
    public CompletableFuture<SideAnswer> askAhead(SideRequest request) {
        return stream(request, ignored -> new BoundedBody(maxBodyBytes)).thenApply(this::answer);
    }

    /** Asks, and hands the body to a reader as it comes; the reader bounds it. */
    public <T> CompletableFuture<HttpResponse<T>> stream(SideRequest request, BodyHandler<T> reader) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri()).timeout(request.within());
        request.headers().forEach(builder::header);
        builder.method(
                request.method(),
                request.body()
                        .map(HttpRequest.BodyPublishers::ofByteArray)
                        .orElseGet(HttpRequest.BodyPublishers::noBody));
        // The client's own timeout ends with the headers of the answer.
        return client.sendAsync(builder.build(), reader)
                .orTimeout(request.within().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Cuts what is open. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private SideAnswer answer(HttpResponse<byte[]> response) {
        byte[] body = response.body();
        return new SideAnswer(response.statusCode(), response.headers(), body, body.length >= maxBodyBytes);
    }

    private static IOException failure(Throwable cause) {
        return switch (cause) {
            case ConnectException refused -> refused;
            case HttpTimeoutException late -> late;
            case TimeoutException late -> {
                HttpTimeoutException told = new HttpTimeoutException("request timed out");
                told.initCause(late);
                yield told;
            }
            default -> new IOException(cause.getMessage(), cause);
        };
    }
}
