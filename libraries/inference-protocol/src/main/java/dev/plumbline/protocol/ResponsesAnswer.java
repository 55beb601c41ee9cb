package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Typed events and whole answers of OpenAI Responses. The finish reason is why the response is incomplete, where the server
 * says so, and its final status otherwise. Events that repeat the text when a part is complete are not content again.
 */
final class ResponsesAnswer extends JsonAnswer {

    private String type = "";
    private String object = "";
    private Optional<String> status = Optional.empty();
    private Optional<String> incomplete = Optional.empty();
    private Optional<String> message = Optional.empty();
    private boolean hasDelta;
    private boolean hasOutput;
    private boolean hasReasoningOutput;
    private boolean startsToolCall;

    ResponsesAnswer(JsonParser json, boolean keepsText) {
        super(json, keepsText);
    }

    @Override
    void field(String name, JsonToken value) throws IOException {
        switch (name) {
            case "type" -> type = reason(value).orElse("");
            case "object" -> object = reason(value).orElse("");
            case "delta" -> delta(value);
            case "message" -> {
                message = reason(value);
                words = words.or(() -> message);
            }
            case "response" -> fields(value, this::response);
            case "item" -> fields(value, this::item);
            default -> response(name, value);
        }
    }

    private void delta(JsonToken value) throws IOException {
        hasDelta = value == JsonToken.VALUE_STRING && json.getTextLength() > 0;
        keepText(value);
    }

    private void item(String name, JsonToken value) throws IOException {
        if (name.equals("type")) {
            startsToolCall =
                    reason(value).filter(kind -> kind.endsWith("_call")).isPresent();
        } else {
            json.skipChildren();
        }
    }

    private void response(String name, JsonToken value) throws IOException {
        switch (name) {
            case "status" -> status = reason(value);
            case "incomplete_details" ->
                fields(value, (key, detail) -> {
                    if (key.equals("reason")) {
                        incomplete = reason(detail);
                    } else {
                        json.skipChildren();
                    }
                });
            case "output" -> objects(value, this::output);
            case "usage" -> usage(value);
            case "error" -> error(value);
            default -> other(name, value);
        }
    }

    private void output(JsonToken start) throws IOException {
        boolean[] reasoning = new boolean[1];
        boolean[] filled = new boolean[1];
        fields(start, (name, value) -> {
            switch (name) {
                case "type" -> {
                    String kind = reason(value).orElse("");
                    reasoning[0] = kind.equals("reasoning");
                    filled[0] |= kind.endsWith("_call");
                }
                case "content", "summary" ->
                    objects(
                            value,
                            part -> fields(part, (key, item) -> {
                                if (key.equals("text") || key.equals("refusal")) {
                                    filled[0] |= item == JsonToken.VALUE_STRING && json.getTextLength() > 0;
                                    keepText(item);
                                } else {
                                    json.skipChildren();
                                }
                            }));
                default -> json.skipChildren();
            }
        });
        if (filled[0]) {
            hasReasoningOutput |= reasoning[0];
            hasOutput |= !reasoning[0];
        }
    }

    private void usage(JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        OptionalLong prompt = OptionalLong.empty();
        OptionalLong output = OptionalLong.empty();
        OptionalLong reasoning = OptionalLong.empty();
        OptionalLong cached = OptionalLong.empty();
        OptionalLong total = OptionalLong.empty();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "input_tokens" -> prompt = count(value);
                case "output_tokens" -> output = count(value);
                case "total_tokens" -> total = count(value);
                case "input_tokens_details" -> cached = detail(value, "cached_tokens");
                case "output_tokens_details" -> reasoning = detail(value, "reasoning_tokens");
                default -> json.skipChildren();
            }
        }
        usage = Optional.of(Usage.told(prompt, output, reasoning, cached, total));
    }

    @Override
    void end() {
        boolean whole = object.equals("response");
        isOfThisApi |= whole || type.startsWith("response.") || type.equals("error");
        if (whole) {
            if (hasOutput || hasReasoningOutput) {
                found(hasOutput);
            }
        } else {
            dropText(!type.endsWith(".delta"));
            if (type.endsWith(".delta") && hasDelta) {
                found(!type.startsWith("response.reasoning"));
            } else if (type.equals("response.output_item.added") && startsToolCall) {
                found(true);
            }
        }
        switch (whole ? status.orElse("") : type) {
            case "completed", "incomplete", "response.completed", "response.incomplete" -> {
                finishReason = incomplete.or(() -> status).or(() -> Optional.of("completed"));
                last = true;
            }
            case "failed", "cancelled", "response.failed", "response.cancelled" ->
                error = error.or(() -> Optional.of("the response " + status.orElse("failed")));
            case "error" -> error = error.or(() -> message).or(() -> Optional.of("an event of type error"));
            default -> usage = Optional.empty();
        }
    }
}
