package dev.plumbline.producer.client;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.telemetry.scrape.PageAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where requests go, and how.
 *
 * @param url of the API
 * @param headers sent with every request, and stronger than the protocol's own; may hold a secret, so they are never printed
 * @param proxy an HTTP proxy on the way; TLS goes through it in a tunnel
 * @param caFile PEM file of the authorities that are trusted instead of the JDK's
 * @param isToldIds whether each request carries its id, as {@code X-Request-Id} and as {@code traceparent}
 */
public record Endpoint(
        TargetUrl url, Map<String, String> headers, Optional<Proxy> proxy, Optional<String> caFile, boolean isToldIds) {

    /** An HTTP proxy. */
    public record Proxy(String host, int port) {}

    public Endpoint {
        Objects.requireNonNull(url, "url");
        headers = Map.copyOf(headers);
        Objects.requireNonNull(proxy, "proxy");
        Objects.requireNonNull(caFile, "caFile");
    }

    /** One that is told the ids of requests. */
    public Endpoint(TargetUrl url, Map<String, String> headers, Optional<Proxy> proxy, Optional<String> caFile) {
        this(url, headers, proxy, caFile, true);
    }

    /** The endpoint without a proxy, trusting whom the JDK trusts. */
    public static Endpoint at(TargetUrl url, Map<String, String> headers) {
        return new Endpoint(url, headers, Optional.empty(), Optional.empty());
    }

    /** The same below a base URL, see {@link TargetUrl#below}. */
    public static Endpoint below(String baseUrl, EndpointType type, Map<String, String> headers) {
        return at(TargetUrl.below(baseUrl, type, Optional.empty(), Map.of()), headers);
    }

    /** A text of the server's, which may repeat what it was sent, without the secrets of the headers and of the query. */
    String redacted(String text) {
        return new PageAddress(url.uri(), headers).redacted(text);
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
