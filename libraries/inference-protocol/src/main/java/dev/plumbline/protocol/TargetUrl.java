package dev.plumbline.protocol;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where requests go.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65535
 * @param pathAndQuery begins with a slash, percent-encoded; may hold a secret in its query
 */
public record TargetUrl(boolean tls, String host, int port, String pathAndQuery) {

    public TargetUrl {
        Objects.requireNonNull(host, "host");
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 1..65535");
        }
        if (!pathAndQuery.startsWith("/")) {
            throw new IllegalArgumentException("the path must begin with a slash");
        }
    }

    /**
     * The URL of an API below a base URL such as {@code http://localhost:8000}, {@code https://host/prefix} or {@code
     * http://localhost:8000/v1}. A base URL that already ends in the API's own path is taken as it is, and so is one of {@link
     * EndpointType#GENERIC}.
     *
     * @param fullPath replaces whatever path there would be; begins with a slash, may have a query
     * @param query further parameters, unencoded, appended in the order of their names
     * @throws IllegalArgumentException if it is not an http or https URL with a host
     */
    public static TargetUrl below(
            String baseUrl, EndpointType type, Optional<String> fullPath, Map<String, String> query) {
        URI uri;
        try {
            uri = new URI(baseUrl.strip());
        } catch (URISyntaxException e) {
            // The reason alone: what was written may hold a key.
            throw new IllegalArgumentException("not a URL: " + e.getReason(), e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException("'" + shown(uri) + "' is not an http or https URL with a host");
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "the URL has a user or password before its host; give the key as a header instead");
        }
        boolean tls = scheme.equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String host = uri.getHost();
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        String path = fullPath.orElseGet(() -> path(uri, type));
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("the path must begin with a slash, for example /v1/chat/completions");
        }
        String more = new TreeMap<>(query)
                .entrySet().stream()
                        .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
                        .collect(Collectors.joining("&"));
        if (!more.isEmpty()) {
            path += (path.indexOf('?') < 0 ? "?" : "&") + more;
        }
        return new TargetUrl(tls, host, port, path);
    }

    private static String path(URI uri, EndpointType type) {
        String prefix = uri.getRawPath() == null ? "" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String tail = type.path().startsWith("/v1") ? type.path().substring("/v1".length()) : type.path();
        if (type == EndpointType.GENERIC) {
            return (prefix.isEmpty() ? "/" : prefix) + query;
        }
        if (prefix.endsWith(tail)) {
            return prefix + query;
        }
        while (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        if (prefix.endsWith("/v1")) {
            prefix = prefix.substring(0, prefix.length() - "/v1".length());
        }
        return prefix + type.path() + query;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String shown(URI uri) {
        return uri.getScheme() + ":" + (uri.getRawAuthority() == null ? "" : "//" + uri.getHost());
    }

    /** For clients that take one. */
    public URI uri() {
        return URI.create(origin() + pathAndQuery);
    }

    /** Scheme, host and port. */
    public String origin() {
        String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (tls ? "https://" : "http://") + bracketed + ":" + port;
    }

    /** Without the query, which may hold a secret. */
    @Override
    public String toString() {
        int query = pathAndQuery.indexOf('?');
        return origin() + (query < 0 ? pathAndQuery : pathAndQuery.substring(0, query));
    }
}
