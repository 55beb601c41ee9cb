package dev.plumbline.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The API that is driven. */
public enum EndpointType {
    /** OpenAI chat. */
    CHAT("/v1/chat/completions"),
    /** OpenAI text completion. */
    COMPLETIONS("/v1/completions"),
    /** Ollama's own completion. */
    OLLAMA_GENERATE("/api/generate"),
    /** Ollama's own chat. */
    OLLAMA_CHAT("/api/chat"),
    /** Anthropic Messages. */
    MESSAGES("/v1/messages"),
    /** OpenAI Responses. */
    RESPONSES("/v1/responses"),
    /** JSON over HTTP as {@link GenericTarget} describes it. */
    GENERIC("");

    private final String path;

    EndpointType(String path) {
        this.path = path;
    }

    /** The path below the target's base URL; empty for {@link #GENERIC}, whose base URL is the whole one. */
    public String path() {
        return path;
    }

    /** Whether one request may ask several prompts, each of which is answered. */
    public boolean takesSeveralPrompts() {
        return this == COMPLETIONS;
    }

    /** Whether one request may ask for several answers to a prompt, by OpenAI's {@code n}. */
    public boolean takesSeveralAnswers() {
        return this == CHAT || this == COMPLETIONS;
    }

    /** What people write, for example {@code ollama-chat}. */
    public String shortName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The type of that short or constant name, in any case.
     *
     * @throws IllegalArgumentException naming all that there are
     */
    public static EndpointType named(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT).replace('_', '-');
        return Arrays.stream(values())
                .filter(type -> type.shortName().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is no endpoint type, expected one of "
                        + Arrays.stream(values()).map(EndpointType::shortName).collect(Collectors.joining(", "))));
    }

    /** The header in which this API expects a key, and nothing else: a secret. */
    public Map<String, String> authorization(String key) {
        return this == MESSAGES ? Map.of("x-api-key", key) : Map.of("Authorization", "Bearer " + key);
    }

    /**
     * The field in which this API expects in whose name is asked; none where it has no such field.
     *
     * @param name of letters, digits, {@code .}, {@code _} and {@code -}
     */
    public JsonFields user(String name) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException("'" + name + "' is no name of a user");
        }
        return switch (this) {
            case CHAT, COMPLETIONS, RESPONSES -> JsonFields.of("user", '"' + name + '"');
            case MESSAGES -> JsonFields.of("metadata", "{\"user_id\":\"" + name + "\"}");
            case OLLAMA_GENERATE, OLLAMA_CHAT, GENERIC -> JsonFields.NONE;
        };
    }
}
