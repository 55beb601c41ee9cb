package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A whole request body that somebody wrote. It is sent as it is, digit by digit; only {@code model}, {@code stream} and, where
 * OpenAI's API has it, {@code stream_options} are the run's. Immutable; safe for any thread.
 */
public final class RawBody {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<String> LONGEST = List.of("max_completion_tokens", "max_tokens", "max_output_tokens");
    /** What holds texts that a model reads, in the order in which it reads them. */
    private static final List<String> READ = List.of("system", "instructions", "messages", "prompt", "input", "suffix");
    /** The same inside a message, a part of one, or a call of a tool. */
    private static final List<String> READ_INSIDE =
            List.of("text", "content", "tool_calls", "function", "name", "arguments", "input", "output");

    private final JsonFields fields;
    private final OptionalInt maxTokens;

    private RawBody(JsonFields fields, OptionalInt maxTokens) {
        this.fields = fields;
        this.maxTokens = maxTokens;
    }

    /**
     * A body.
     *
     * @throws IllegalArgumentException if it is not a JSON object or states a longest answer that is none; the message has no
     *     subject, so that the caller can put file and line before it
     */
    public static RawBody parse(String json) {
        JsonFields fields = JsonFields.parse(json);
        return new RawBody(fields, longest(fields));
    }

    /** The longest answer that it states, in tokens, 1 or more; empty where it states none or no bound. */
    public OptionalInt maxTokens() {
        return maxTokens;
    }

    /** The names of its members, in their order. */
    public Set<String> names() {
        return fields.names();
    }

    /** All of it, JSON. */
    public String json() {
        return fields.json();
    }

    /**
     * All texts that it holds for the model to read, a blank line between two, for counting their tokens: without the template of
     * chats, images, and the descriptions of tools. It is made anew at each call.
     */
    public String text() {
        List<String> texts = new ArrayList<>();
        for (String name : READ) {
            fields.json(name).ifPresent(json -> collect(tree(json), texts));
        }
        return String.join("\n\n", texts);
    }

    /** How many prompts it has under that name: of a list of texts, or of lists of token ids, its length; else 1. */
    int prompts() {
        JsonNode prompt = fields.json("prompt").map(RawBody::tree).orElse(MAPPER.nullNode());
        boolean areSeveral =
                prompt.isArray() && !prompt.isEmpty() && !prompt.get(0).isNumber();
        return areSeveral ? prompt.size() : 1;
    }

    /** Why an API cannot be asked with it; the sentence has no subject. Empty where it can, as far as its members tell. */
    public Optional<String> refusal(EndpointType type) {
        String needed = switch (type) {
            case CHAT, OLLAMA_CHAT, MESSAGES -> "messages";
            case COMPLETIONS, OLLAMA_GENERATE -> "prompt";
            case RESPONSES -> "input";
            case GENERIC -> "";
        };
        if (needed.isEmpty()) {
            return Optional.of("is a body of a known API, and a generic target is asked with its own template");
        }
        return fields.has(needed)
                ? Optional.empty()
                : Optional.of("has no \"" + needed + "\", with which endpoint type " + type.shortName()
                        + " is asked; it has " + String.join(", ", fields.names()));
    }

    JsonFields fields() {
        return fields;
    }

    private static OptionalInt longest(JsonFields fields) {
        for (String name : LONGEST) {
            JsonNode stated = fields.json(name).map(RawBody::tree).orElse(MAPPER.nullNode());
            if (!stated.isNull()) {
                if (!stated.canConvertToInt() || !stated.isIntegralNumber() || stated.asInt() < 1) {
                    throw new IllegalArgumentException(
                            "has \"" + name + "\": " + stated + ", expected a whole number of 1 or more");
                }
                return OptionalInt.of(stated.asInt());
            }
        }
        // Ollama's; below 1 it states that there is no bound.
        int predicted = fields.json("options")
                .map(options -> tree(options).path("num_predict").asInt(0))
                .orElse(0);
        return predicted < 1 ? OptionalInt.empty() : OptionalInt.of(predicted);
    }

    private static void collect(JsonNode node, List<String> into) {
        if (node.isTextual()) {
            into.add(node.asText());
        } else if (node.isArray()) {
            node.forEach(each -> collect(each, into));
        } else if (node.isObject()) {
            boolean isCall = node.has("arguments") || node.has("input");
            for (String name : READ_INSIDE) {
                JsonNode inside = node.path(name);
                boolean isValue = name.equals("arguments") || name.equals("input");
                if (isValue && inside.isObject()) {
                    into.add(inside.toString());
                } else if (isCall || !name.equals("name")) {
                    collect(inside, into);
                }
            }
        }
    }

    private static JsonNode tree(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read as JSON is none", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawBody body && body.fields.equals(fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /** Names only: what is asked must not reach a log. */
    @Override
    public String toString() {
        return "RawBody" + fields;
    }
}
