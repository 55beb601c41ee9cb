package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.Reply.Unanswered;
import dev.plumbline.probe.http.SideClient;
import dev.plumbline.probe.http.SideRequest;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;

/** Requests to one target, with its credentials. Any thread. */
final class TargetClient implements AutoCloseable {

    /** Longest body that is read. */
    static final int MAX_BODY_BYTES = 1 << 20;

    private final TargetAddress address;
    private final SideClient client;

    TargetClient(TargetAddress address, SSLContext tls) {
        this.address = address;
        this.client = new SideClient(
                address.timeouts().connect(), tls, address.route().proxy(), MAX_BODY_BYTES);
    }

    /** Asks for what lies under a path below the base URL. The future never fails. */
    CompletableFuture<Reply> get(String path, Duration within) {
        return ask(
                new SideRequest("GET", address.url().at(path), credentials(), Optional.empty(), within), "GET " + path);
    }

    /** Asks for a URL that may be another server's: credentials go only to the target itself. */
    CompletableFuture<Reply> getAt(BaseUrl url, Duration within) {
        boolean ownServer = url.origin().equals(address.url().origin());
        return ask(
                new SideRequest(
                        "GET", URI.create(url.whole()), ownServer ? credentials() : Map.of(), Optional.empty(), within),
                "GET " + url.base());
    }

    /** Asks an API: the query of the base URL goes with it. The future never fails. */
    CompletableFuture<Reply> api(String method, String path, Optional<byte[]> json, Duration within) {
        String query = address.url().query().map(text -> "?" + text).orElse("");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(credentials());
        headers.put("Content-Type", "application/json");
        return ask(
                new SideRequest(method, URI.create(address.url().at(path) + query), headers, json, within),
                method + " " + path);
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
        byte[] body = protocol.body(prompt);
        return client.stream(
                new SideRequest(
                        protocol.method(),
                        uri,
                        headers,
                        body.length == 0 ? Optional.empty() : Optional.of(body),
                        within),
                reader);
    }

    /** Cuts what is open. */
    @Override
    public void close() {
        client.close();
    }

    private Map<String, String> credentials() {
        return address.credentials()
                .requestHeaders(address.wanted()
                        .endpointType()
                        .or(address.url()::endpointType)
                        .orElse(EndpointType.CHAT));
    }

    private CompletableFuture<Reply> ask(SideRequest request, String asked) {
        return client.askAhead(request)
                .handle((answer, thrown) -> answer == null
                        ? new Unanswered(asked, cause(thrown))
                        : answered(asked, answer.status(), answer.headers(), answer.body()));
    }

    static Answered answered(String asked, int status, HttpHeaders headers, byte[] body) {
        return new Answered(
                asked,
                status,
                headers.firstValue("content-type"),
                headers.firstValue("server"),
                headers.firstValue("location"),
                new String(body, StandardCharsets.UTF_8),
                body.length >= MAX_BODY_BYTES,
                Json.read(body));
    }

    static Throwable cause(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
