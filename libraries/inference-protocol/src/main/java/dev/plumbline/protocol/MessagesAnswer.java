package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Events and whole answers of Anthropic Messages.
 *
 * <p>Token counts come in parts: the prompt's at the start, the output's with the stop reason, and later ones are right. The
 * output of the start event is a placeholder and is not taken.
 */
final class MessagesAnswer extends JsonAnswer {

    private String type = "";

    MessagesAnswer(JsonParser json, boolean keepsText) {
        super(json, keepsText);
    }

    @Override
    void field(String name, JsonToken value) throws IOException {
        switch (name) {
            case "type" -> type = reason(value).orElse("");
            case "message" -> {
                if (value == JsonToken.START_OBJECT) {
                    fields(value, this::startedMessage);
                } else {
                    other(name, value);
                }
            }
            case "content_block" -> fields(value, new Block()::field);
            case "delta" -> fields(value, this::delta);
            case "content" -> objects(value, block -> fields(block, new Block()::field));
            case "stop_reason" -> finishReason = finish(value);
            case "usage" -> usage(value, true);
            case "error" -> error(value);
            default -> other(name, value);
        }
    }

    private void startedMessage(String name, JsonToken value) throws IOException {
        if (name.equals("usage")) {
            usage(value, false);
        } else {
            json.skipChildren();
        }
    }

    private void delta(String name, JsonToken value) throws IOException {
        switch (name) {
            case "text", "partial_json" -> text(value, true);
            case "thinking" -> text(value, false);
            case "stop_reason" -> finishReason = finish(value);
            default -> json.skipChildren();
        }
    }

    /** A content block; a tool call and reasoning that is not shown are content by their type alone. */
    private final class Block {

        void field(String name, JsonToken value) throws IOException {
            switch (name) {
                case "text" -> text(value, true);
                case "thinking" -> text(value, false);
                case "type" -> {
                    String kind = reason(value).orElse("");
                    if (kind.endsWith("tool_use")) {
                        found(true);
                    } else if (kind.equals("redacted_thinking")) {
                        found(false);
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    private void usage(JsonToken start, boolean withOutput) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        OptionalLong fresh = OptionalLong.empty();
        OptionalLong cached = OptionalLong.empty();
        long written = 0;
        OptionalLong output = OptionalLong.empty();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "input_tokens" -> fresh = count(value);
                case "cache_read_input_tokens" -> cached = count(value);
                case "cache_creation_input_tokens" -> written = count(value).orElse(0);
                case "output_tokens" -> output = count(value);
                default -> json.skipChildren();
            }
        }
        // That API's input tokens are those that no cache had a part in.
        OptionalLong prompt = fresh.isPresent()
                ? Usage.believed(fresh.getAsLong() + cached.orElse(0) + written)
                : OptionalLong.empty();
        usage = Optional.of(Usage.told(
                prompt,
                withOutput ? output : OptionalLong.empty(),
                OptionalLong.empty(),
                cached,
                OptionalLong.empty()));
    }

    @Override
    void end() {
        last = type.equals("message_stop");
        isOfThisApi |= type.equals("ping")
                || type.equals("message")
                || type.startsWith("message_")
                || type.startsWith("content_block");
        if (type.equals("error") && error.isEmpty()) {
            error = words.or(() -> Optional.of("an event of type error"));
        }
    }
}
