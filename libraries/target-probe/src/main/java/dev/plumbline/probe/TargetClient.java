package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.Reply.Unanswered;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** Requests to one target, HTTP/1.1; redirects are not followed. Any thread. */
final class TargetClient implements AutoCloseable {

    /** Longest body that is read. */
    static final int MAX_BODY_BYTES = 1 << 20;

    private final TargetAddress address;
    private final HttpClient client;

    TargetClient(TargetAddress address, SSLContext tls) {
        this.address = address;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(address.timeouts().connect())
                .sslContext(tls);
        builder.proxy(address.route().proxy().map(ProxySelector::of).orElse(HttpClient.Builder.NO_PROXY));
        this.client = builder.build();
    }

    /** Asks for what lies under a path below the base URL. The future never fails. */
    CompletableFuture<Reply> get(String path, Duration within) {
        return exchange(request(address.url().at(path), within).GET().build(), "GET " + path, within);
    }

    /** Asks for a URL that may be another server's: credentials go only to the target itself. */
    CompletableFuture<Reply> getAt(BaseUrl url, Duration within) {
        URI uri = URI.create(url.base());
        HttpRequest.Builder builder = url.origin().equals(address.url().origin())
                ? request(uri, within)
                : HttpRequest.newBuilder(uri).timeout(within);
        return exchange(builder.GET().build(), "GET " + url.base(), within);
    }

    /** Asks an API: the query of the base URL goes with it. The future never fails. */
    CompletableFuture<Reply> api(String method, String path, Optional<byte[]> json, Duration within) {
        String query = address.url().query().map(text -> "?" + text).orElse("");
        return exchange(
                request(URI.create(address.url().at(path) + query), within)
                        .header("Content-Type", "application/json")
                        .method(method, publisher(json))
                        .build(),
                method + " " + path,
                within);
    }

    /** Sends a prompt and hands the answer to a reader as it comes. */
    <T> CompletableFuture<HttpResponse<T>> speak(
            Protocol protocol, String prompt, Duration within, BodyHandler<T> reader) {
        EndpointType type = protocol.endpointType();
        URI uri = URI.create(
                type == EndpointType.GENERIC
                        ? address.url().whole()
                        : address.url().endpoint(type));
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(protocol.headers());
        headers.putAll(address.credentials().requestHeaders(type));
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri).timeout(within);
        headers.forEach(builder::header);
        byte[] body = protocol.body(prompt);
        return client.sendAsync(
                        builder.method(
                                        protocol.method(),
                                        publisher(body.length == 0 ? Optional.empty() : Optional.of(body)))
                                .build(),
                        reader)
                .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Cuts what is open. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private static HttpRequest.BodyPublisher publisher(Optional<byte[]> body) {
        return body.map(HttpRequest.BodyPublishers::ofByteArray).orElseGet(HttpRequest.BodyPublishers::noBody);
    }

    private HttpRequest.Builder request(URI uri, Duration within) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(uri).timeout(within);
        address.credentials()
                .requestHeaders(address.wanted()
                        .endpointType()
                        .or(address.url()::endpointType)
                        .orElse(EndpointType.CHAT))
                .forEach(builder::header);
        return builder;
    }

    private CompletableFuture<Reply> exchange(HttpRequest request, String asked, Duration within) {
        return client.sendAsync(request, ignored -> new BoundedBody(MAX_BODY_BYTES))
                .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, thrown) ->
                        response == null ? new Unanswered(asked, cause(thrown)) : answered(asked, response));
    }

    static Answered answered(String asked, HttpResponse<byte[]> response) {
        return answered(asked, response, response.body());
    }

    static Answered answered(String asked, HttpResponse<?> response, byte[] body) {
        return new Answered(
                asked,
                response.statusCode(),
                header(response, "content-type"),
                header(response, "server"),
                header(response, "location"),
                new String(body, StandardCharsets.UTF_8),
                Json.read(body));
    }

    static Throwable cause(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private static Optional<String> header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name);
    }
}
