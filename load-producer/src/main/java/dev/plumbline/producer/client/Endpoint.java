package dev.plumbline.producer.client;

import dev.plumbline.protocol.EndpointType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

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
     * The endpoint below a base URL such as {@code http://localhost:8000}, {@code https://host/prefix} or
     * {@code http://localhost:8000/v1}.
     *
     * @throws IllegalArgumentException if it is not an http or https URL with a host
     */
    public static Endpoint below(String baseUrl, EndpointType type, Map<String, String> headers) {
        URI uri;
        try {
            uri = new URI(baseUrl.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + baseUrl + "' is not a URL: " + e.getReason(), e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException("'" + baseUrl + "' is not an http or https URL with a host");
        }
        boolean tls = scheme.equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String prefix = uri.getRawPath() == null ? "" : uri.getRawPath();
        while (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        if (prefix.endsWith("/v1")) {
            prefix = prefix.substring(0, prefix.length() - "/v1".length());
        }
        String host = uri.getHost();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Endpoint(host, port, tls, prefix + type.path(), headers);
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + host + ":" + port + path;
    }
}
