package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that speaks JSON over HTTP in its own way. Pointers are JSON pointers (RFC 6901), looked up in every JSON text of
 * the answer; what is not there says nothing.
 *
 * @param method for example POST
 * @param bodyTemplate JSON with {@code {{prompt}}}, {@code {{model}}}, {@code {{max_tokens}}}, {@code {{temperature}}}, {@code
 *     {{seed}}} and {@code {{stream}}}; the two texts are escaped for the inside of a JSON string. Empty for no body
 * @param framing how the answer is cut into JSON texts
 * @param text to the text of a chunk, or of the whole answer
 * @param reasoning to reasoning, which is content but not an answer
 * @param finishReason to what says why the answer ended. Without it an answer counts as complete when it has content and
 *     its body ends cleanly, and one that the server cut short cannot be told apart
 * @param promptTokens to the number of tokens of the prompt
 * @param outputTokens to the number of tokens of the answer
 * @param error to what is there in errors only: a text, or an object with a message
 */
public record GenericTarget(
        String method,
        String bodyTemplate,
        Framing framing,
        String text,
        Optional<String> reasoning,
        Optional<String> finishReason,
        Optional<String> promptTokens,
        Optional<String> outputTokens,
        String error) {

    /** How an answer is cut. */
    public enum Framing {
        /** Server-sent events. */
        SSE,
        /** A JSON text a line. */
        NDJSON,
        /** One JSON text. */
        JSON
    }

    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "GET");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");
    private static final Set<String> PLACEHOLDERS =
            Set.of("prompt", "model", "max_tokens", "temperature", "seed", "stream");

    /** @throws IllegalArgumentException naming the part that is wrong */
    public GenericTarget {
        Objects.requireNonNull(framing, "framing");
        if (!METHODS.contains(method)) {
            throw new IllegalArgumentException(
                    "method '" + method + "' is not allowed, expected one of " + new TreeSet<>(METHODS));
        }
        pointer("text", text);
        reasoning.ifPresent(pointer -> pointer("reasoning", pointer));
        finishReason.ifPresent(pointer -> pointer("finish-reason", pointer));
        promptTokens.ifPresent(pointer -> pointer("prompt-tokens", pointer));
        outputTokens.ifPresent(pointer -> pointer("output-tokens", pointer));
        pointer("error", error);
        Matcher placeholder = PLACEHOLDER.matcher(bodyTemplate);
        while (placeholder.find()) {
            if (!PLACEHOLDERS.contains(placeholder.group(1))) {
                throw new IllegalArgumentException("body has " + placeholder.group() + ", expected one of "
                        + new TreeSet<>(PLACEHOLDERS) + " in double braces");
            }
        }
        if (!bodyTemplate.isEmpty()) {
            try {
                new JsonMapper().readTree(PLACEHOLDER.matcher(bodyTemplate).replaceAll("1"));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("body is not JSON once its placeholders are filled", e);
            }
        }
    }

    private static void pointer(String name, String pointer) {
        try {
            var unused = JsonPointer.compile(pointer);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name + " '" + pointer + "' is no JSON pointer, expected for example /choices/0/text", e);
        }
    }

    /** Whether the body has this placeholder, for example {@code seed}. */
    public boolean fills(String placeholder) {
        return bodyTemplate.contains("{{" + placeholder + "}}");
    }

    /** What becomes of each placeholder. */
    @FunctionalInterface
    interface Filling {
        String valueOf(String placeholder);
    }

    String filled(Filling filling) {
        return PLACEHOLDER
                .matcher(bodyTemplate)
                .replaceAll(found -> Matcher.quoteReplacement(filling.valueOf(found.group(1))));
    }
}
