package dev.plumbline.cli.probe;

import dev.plumbline.protocol.EndpointType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The base URL of a server, without the path of an API.
 *
 * @param host name or address, IPv6 without brackets
 * @param port 1 to 65535
 * @param prefix path below which the APIs lie, without a slash at its end; mostly empty
 * @param endpointType the API that the typed URL named with its full path
 */
public record TargetUrl(boolean tls, String host, int port, String prefix, Optional<EndpointType> endpointType) {

    private static final List<String> LISTS = List.of("/v1/models", "/v1");

    public TargetUrl {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(prefix, "prefix");
        Objects.requireNonNull(endpointType, "endpointType");
    }

    /**
     * Reads what a user typed: {@code localhost:8000}, {@code https://host/prefix}, {@code http://host/v1} or the full
     * path of an endpoint.
     *
     * @throws IllegalArgumentException with one line for the user
     */
    public static TargetUrl parse(String typed) {
        String text = typed.strip();
        String withScheme = text.contains("://") ? text : "http://" + text;
        URI uri;
        try {
            uri = new URI(withScheme);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not a URL: give http://host:port", e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("'" + scheme + "' is not spoken here: give an http:// or https:// URL");
        }
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        if (authority.indexOf('@') >= 0) {
            // Not repeated: it holds a password.
            throw new IllegalArgumentException(
                    "user and password do not belong into the URL: leave them out and give --api-key-env or --api-key-file");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("the URL must end with its path: leave out what follows ? or #");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(
                    authority.isEmpty()
                            ? "'" + text + "' has no host: give http://host:port"
                            : "'" + authority + "' is no host and port: letters, digits, '-' and '.' are allowed,"
                                    + " for anything else use the address");
        }
        boolean tls = scheme.equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 1..65535");
        }
        String host = uri.getHost();
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        String path = withoutSlashes(uri.getRawPath() == null ? "" : uri.getRawPath());
        Optional<EndpointType> named = Stream.of(EndpointType.values())
                .filter(type -> !type.path().isEmpty() && path.endsWith(type.path()))
                .max(Comparator.comparingInt(type -> type.path().length()));
        String prefix = named.map(type -> path.substring(0, path.length() - type.path().length()))
                .orElseGet(() -> LISTS.stream()
                        .filter(path::endsWith)
                        .findFirst()
                        .map(end -> path.substring(0, path.length() - end.length()))
                        .orElse(path));
        return new TargetUrl(tls, host, port, withoutSlashes(prefix), named);
    }

    /** {@code http://host:port/prefix}, without a slash at the end; the port is left out where it is the scheme's own. */
    public String base() {
        return origin() + prefix;
    }

    /** Scheme, host and port. */
    String origin() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (tls ? "https://" : "http://") + shown + (port == (tls ? 443 : 80) ? "" : ":" + port);
    }

    /** What lies under a path below the base. */
    URI at(String path) {
        return URI.create(base() + path);
    }

    /** The same place spoken to with or without TLS. */
    TargetUrl withTls(boolean wanted) {
        return new TargetUrl(wanted, host, port, prefix, endpointType);
    }

    private static String withoutSlashes(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }
}
