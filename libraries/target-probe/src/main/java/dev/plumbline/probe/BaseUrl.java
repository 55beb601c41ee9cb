package dev.plumbline.probe;

import dev.plumbline.protocol.EndpointType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The base URL of a server, without the path of an API.
 *
 * @param host name or address, IPv6 without brackets
 * @param port 1 to 65535
 * @param prefix path below which the APIs lie, without a slash at its end; mostly empty
 * @param version what stands before the path of OpenAI's and Anthropic's APIs: {@code /v1}, or nothing where the full path
 *     of an endpoint was typed and has another one
 * @param query parameters for every request to an API, without the question mark; may hold a secret
 * @param endpointType the API that the typed URL named with its full path
 * @param list what was typed behind the prefix and is no API: {@code /v1}, {@code /v1/models}, or nothing
 * @param slashes what followed the path: some servers redirect from one form to the other, and only one is served
 */
public record BaseUrl(
        boolean tls,
        String host,
        int port,
        String prefix,
        String version,
        Optional<String> query,
        Optional<EndpointType> endpointType,
        String list,
        String slashes) {

    private static final String VERSION = "/v1";
    private static final List<String> LISTS = List.of("/v1/models", "/v1");

    public BaseUrl {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(prefix, "prefix");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(endpointType, "endpointType");
        Objects.requireNonNull(list, "list");
        Objects.requireNonNull(slashes, "slashes");
    }

    /**
     * Reads what a user typed: {@code localhost:8000}, {@code https://host/prefix}, {@code http://host/v1} or the full
     * path of an endpoint.
     *
     * @throws IllegalArgumentException with one line for the user
     */
    public static BaseUrl parse(String typed) {
        String text = typed.strip();
        String withScheme = text.contains("://") ? text : "http://" + text;
        URI uri;
        try {
            uri = new URI(withScheme);
        } catch (URISyntaxException e) {
            // What stands before an @ may be a password.
            String shown = text.indexOf('@') < 0 ? "'" + Words.oneLine(text) + "'" : "this";
            throw new IllegalArgumentException(shown + " is not a URL: give http://host:port", e);
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
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("a URL of a server has no #: leave out what follows it");
        }
        if (uri.getHost() == null
                && authority.indexOf(':') != authority.lastIndexOf(':')
                && authority.indexOf('[') < 0) {
            throw new IllegalArgumentException("'" + Words.oneLine(authority)
                    + "' looks like an IPv6 address: put it in brackets, as in http://[::1]:8000");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(
                    authority.isEmpty()
                            ? "'" + text + "' has no host: give http://host:port"
                            : "'" + Words.oneLine(authority)
                                    + "' is no host and port: letters, digits, '-' and '.' are allowed,"
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
        String whole = uri.getRawPath() == null ? "" : uri.getRawPath();
        String path = withoutSlashes(whole);
        Optional<String> query = Optional.ofNullable(uri.getRawQuery());
        for (EndpointType type : EndpointType.values()) {
            if (type != EndpointType.GENERIC && path.endsWith(tail(type))) {
                String prefix = path.substring(0, path.length() - tail(type).length());
                boolean usual = isVersioned(type) && prefix.endsWith(VERSION);
                return new BaseUrl(
                        tls,
                        host,
                        port,
                        usual ? prefix.substring(0, prefix.length() - VERSION.length()) : prefix,
                        usual || !isVersioned(type) ? VERSION : "",
                        query,
                        Optional.of(type),
                        "",
                        whole.substring(path.length()));
            }
        }
        String list = LISTS.stream().filter(path::endsWith).findFirst().orElse("");
        String prefix = path.substring(0, path.length() - list.length());
        String slashes = path.isEmpty() ? "" : whole.substring(path.length());
        return new BaseUrl(tls, host, port, prefix, VERSION, query, Optional.empty(), list, slashes);
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

    /** The full URL of an API; may hold a secret in its query. */
    public String endpoint(EndpointType type) {
        return base() + path(type) + query.map(text -> "?" + text).orElse("");
    }

    /** What was typed, of an API or a page that we do not know; may hold a secret in its query. */
    public String whole() {
        return endpointType
                .map(this::endpoint)
                .orElseGet(() ->
                        base() + list + slashes + query.map(text -> "?" + text).orElse(""));
    }

    /** The path of an API below the base, without the query. */
    String path(EndpointType type) {
        return (isVersioned(type) ? version + tail(type) : type.path())
                + (endpointType.equals(Optional.of(type)) ? slashes : "");
    }

    /** The path of the model list below the base. */
    String modelsPath() {
        return version + "/models";
    }

    /** What lies under a path below the base. */
    URI at(String path) {
        return URI.create(base() + path);
    }

    /** The same place spoken to with or without TLS. */
    BaseUrl withTls(boolean wanted) {
        return new BaseUrl(wanted, host, port, prefix, version, query, endpointType, list, slashes);
    }

    private static boolean isVersioned(EndpointType type) {
        return type.path().startsWith(VERSION);
    }

    private static String tail(EndpointType type) {
        return isVersioned(type) ? type.path().substring(VERSION.length()) : type.path();
    }

    /** Without the query. */
    @Override
    public String toString() {
        return base();
    }

    private static String withoutSlashes(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }
}
