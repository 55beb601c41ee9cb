package dev.plumbline.telemetry.scrape;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Where a page is.
 *
 * @param uri http or https, with a host; may hold a secret in its query, so that is never printed
 * @param headers sent with every request; may hold a secret, so they are never printed
 */
public record PageAddress(URI uri, Map<String, String> headers) {

    private static final int SHORTEST_SECRET = 4;

    public PageAddress {
        Objects.requireNonNull(uri, "uri");
        headers = Map.copyOf(headers);
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if it is not an http or https URL with a host; the message does not repeat what may be
     *     a secret
     */
    public static PageAddress of(String url, Map<String, String> headers) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            // The reason alone: what was written may hold a key.
            throw new IllegalArgumentException("not a URL: " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getRawUserInfo() != null
                || (uri.getHost() == null && uri.toString().indexOf('@') >= 0)) {
            throw new IllegalArgumentException(
                    "the URL has a user or password before its host, expected an http or https URL without a user;"
                            + " give it as a header instead");
        }
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException("'" + withoutQuery(uri) + "' is not an http or https URL with a host");
        }
        return new PageAddress(uri, headers);
    }

    /** The page under a path below this one: with the same query and headers. The path begins with a slash. */
    public PageAddress below(String path) {
        String prefix = uri.getRawPath() == null ? "" : uri.getRawPath();
        while (prefix.endsWith("/")) {
            prefix = prefix.substring(0, prefix.length() - 1);
        }
        return at(prefix + path);
    }

    /** The page under another path of the same server: with the same query and headers. */
    public PageAddress at(String path) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new PageAddress(URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + path + query), headers);
    }

    /** Whether scheme, host and port are those of another address: whoever holds the secrets of the one holds the other's. */
    public boolean isOfSameOrigin(PageAddress other) {
        return uri.getScheme().equalsIgnoreCase(other.uri.getScheme())
                && uri.getHost().equalsIgnoreCase(other.uri.getHost())
                && port(uri) == port(other.uri);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /** A text of the server's, which may repeat what it was sent, without the secrets of this address. */
    public String redacted(String text) {
        List<String> secrets = new ArrayList<>();
        headers.values().forEach(value -> {
            secrets.add(value);
            // The scheme, Bearer for example, is no secret.
            secrets.add(value.substring(value.lastIndexOf(' ') + 1));
        });
        if (uri.getRawQuery() != null) {
            secrets.add(uri.getRawQuery());
            for (String parameter : uri.getRawQuery().split("&")) {
                String value = parameter.substring(parameter.indexOf('=') + 1);
                secrets.add(value);
                secrets.add(decoded(value));
            }
        }
        secrets.sort(Comparator.comparingInt(String::length).reversed());
        String redacted = text;
        for (String secret : secrets) {
            if (secret.length() >= SHORTEST_SECRET) {
                redacted = redacted.replace(secret, "***");
            }
        }
        return redacted;
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private static String withoutQuery(URI uri) {
        return uri.toString().replaceFirst("[?#].*", "");
    }

    /** Without the query. */
    @Override
    public String toString() {
        return withoutQuery(uri);
    }
}
