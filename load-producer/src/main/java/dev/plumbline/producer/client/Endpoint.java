package dev.plumbline.producer.client;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.TargetUrl;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where requests go.
 *
 * @param host name or address, without brackets
 * @param path of the request, beginning with a slash
 * @param headers sent with every request, beside content type and request id; may hold a secret, so it is never printed
 */
public record Endpoint(String host, int port, boolean tls, String path, Map<String, String> headers) {

    public Endpoint {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(path, "path");
        headers = Map.copyOf(headers);
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 1..65535");
        }
    }

    /**
     * The endpoint below a base URL, see {@link TargetUrl#below}.
     *
     * @throws IllegalArgumentException if it is not an http or https URL with a host
     */
    public static Endpoint below(String baseUrl, EndpointType type, Map<String, String> headers) {
        TargetUrl url = TargetUrl.below(baseUrl, type, Optional.empty(), Map.of());
        return new Endpoint(url.host(), url.port(), url.tls(), url.pathAndQuery(), headers);
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + host + ":" + port + path;
    }
}
