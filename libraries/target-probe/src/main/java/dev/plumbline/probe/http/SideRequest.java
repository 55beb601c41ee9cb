package dev.plumbline.probe.http;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One small request.
 *
 * @param headers names in any case; they may be secret
 * @param body empty for none
 * @param within until the whole answer has come, its body included; positive
 */
public record SideRequest(String method, URI uri, Map<String, String> headers, Optional<byte[]> body, Duration within) {

    public SideRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(uri, "uri");
        TreeMap<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        headers = Collections.unmodifiableMap(sorted);
        Objects.requireNonNull(body, "body");
        if (within.isNegative() || within.isZero()) {
            throw new IllegalArgumentException("a timeout must be positive, got " + within);
        }
    }

    public static SideRequest get(URI uri, Duration within) {
        return new SideRequest("GET", uri, Map.of(), Optional.empty(), within);
    }

    /** Without a body. */
    public static SideRequest post(URI uri, Duration within) {
        return new SideRequest("POST", uri, Map.of(), Optional.empty(), within);
    }

    public static SideRequest postJson(URI uri, byte[] json, Duration within) {
        return new SideRequest("POST", uri, Map.of("Content-Type", "application/json"), Optional.of(json), within);
    }

    /** Method and address for people: without headers, user and query, which may be secret. */
    @Override
    public String toString() {
        return method + " " + uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                + uri.getRawPath();
    }
}
