package dev.plumbline.telemetry.scrape;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Where a page is.
 *
 * @param uri http or https, with a host
 * @param headers sent with every request; may hold a secret, so they are never printed
 */
public record PageAddress(URI uri, Map<String, String> headers) {

    public PageAddress {
        Objects.requireNonNull(uri, "uri");
        headers = Map.copyOf(headers);
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if it is not an http or https URL with a host
     */
    public static PageAddress of(String url, Map<String, String> headers) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + url + "' is not a URL: " + e.getReason(), e);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "'" + url + "' is not an http or https URL with a host and without a user");
        }
        return new PageAddress(uri, headers);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
