package dev.plumbline.probe;

import dev.plumbline.protocol.EndpointType;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a server is told about the caller. Never printed.
 *
 * @param headers sent with every request; names in any case
 * @param apiKey the key itself
 * @param apiKeyHeader header of the key; {@code Authorization} gets {@code Bearer} in front of it, others the bare key;
 *     empty for the API's own
 */
public record Credentials(Map<String, String> headers, Optional<String> apiKey, Optional<String> apiKeyHeader) {

    /** Nothing is sent. */
    public static final Credentials NONE = new Credentials(Map.of(), Optional.empty(), Optional.empty());

    public Credentials {
        TreeMap<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        headers = Collections.unmodifiableMap(sorted);
        Objects.requireNonNull(apiKey, "apiKey");
        Objects.requireNonNull(apiKeyHeader, "apiKeyHeader");
    }

    /** The headers for an API, the key's among them. */
    public Map<String, String> requestHeaders(EndpointType type) {
        TreeMap<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        apiKey.ifPresent(key -> all.putAll(apiKeyHeader
                .map(name -> Map.of(name, name.equalsIgnoreCase("Authorization") ? "Bearer " + key : key))
                .orElseGet(() -> type.authorization(key))));
        return Collections.unmodifiableMap(all);
    }

    /** Whether anything is sent that can let somebody in. */
    boolean isEmpty() {
        return apiKey.isEmpty() && headers.keySet().stream().noneMatch(Credentials::isSecret);
    }

    /** The text without any secret of these credentials: some servers repeat the key in their refusal. */
    String redact(String text) {
        String redacted = apiKey.map(key -> text.replace(key, "***")).orElse(text);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (isSecret(header.getKey())) {
                String value = header.getValue();
                // The scheme, Bearer for example, is no secret.
                redacted = redacted.replace(value.substring(value.indexOf(' ') + 1), "***");
            }
        }
        return redacted;
    }

    private static boolean isSecret(String header) {
        String name = header.toLowerCase(Locale.ROOT);
        return name.contains("auth") || name.contains("key") || name.contains("token") || name.contains("cookie");
    }

    /** Names only. */
    @Override
    public String toString() {
        return "Credentials[headers=" + headers.keySet() + ", apiKey=" + (apiKey.isPresent() ? "set" : "none") + "]";
    }
}
