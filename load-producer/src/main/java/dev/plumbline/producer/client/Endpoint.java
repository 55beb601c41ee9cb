package dev.plumbline.producer.client;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.TargetUrl;
import java.util.Locale;
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
 */
public record Endpoint(TargetUrl url, Map<String, String> headers, Optional<Proxy> proxy, Optional<String> caFile) {

    /** An HTTP proxy. */
    public record Proxy(String host, int port) {}

    public Endpoint {
        Objects.requireNonNull(url, "url");
        headers = Map.copyOf(headers);
        Objects.requireNonNull(proxy, "proxy");
        Objects.requireNonNull(caFile, "caFile");
    }

    /** The endpoint without a proxy, trusting whom the JDK trusts. */
    public static Endpoint at(TargetUrl url, Map<String, String> headers) {
        return new Endpoint(url, headers, Optional.empty(), Optional.empty());
    }

    /** The same below a base URL, see {@link TargetUrl#below}. */
    public static Endpoint below(String baseUrl, EndpointType type, Map<String, String> headers) {
        return at(TargetUrl.below(baseUrl, type, Optional.empty(), Map.of()), headers);
    }

    /** A text of the server's without the secrets of these headers. */
    String redacted(String text) {
        String redacted = text;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.contains("auth") || name.contains("key") || name.contains("token") || name.contains("cookie")) {
                // The scheme, Bearer for example, is no secret.
                String secret = header.getValue().substring(header.getValue().indexOf(' ') + 1);
                if (!secret.isBlank()) {
                    redacted = redacted.replace(secret, "***");
                }
            }
        }
        return redacted;
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
