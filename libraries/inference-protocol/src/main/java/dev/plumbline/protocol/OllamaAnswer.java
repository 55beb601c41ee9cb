package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Lines and whole answers of Ollama's generate and chat. What is zero is left out by that server. */
final class OllamaAnswer extends JsonAnswer {

    private OptionalLong prompt = OptionalLong.empty();
    private OptionalLong output = OptionalLong.empty();

    OllamaAnswer(JsonParser json, boolean keepsText) {
        super(json, keepsText);
    }

    @Override
    void field(String name, JsonToken value) throws IOException {
        switch (name) {
            case "response" -> text(value, true);
            case "thinking" -> text(value, false);
            case "message" -> {
                if (value == JsonToken.START_OBJECT) {
                    fields(value, this::message);
                } else {
                    other(name, value);
                }
            }
            case "done" -> {
                isOfThisApi = true;
                last = value == JsonToken.VALUE_TRUE;
            }
            case "done_reason" -> finishReason = finish(value);
            case "error" -> error(value);
            case "total_duration" -> nanos("total", value, 1);
            case "load_duration" -> nanos("load", value, 1);
            case "prompt_eval_duration" -> nanos("promptEval", value, 1);
            case "eval_duration" -> nanos("eval", value, 1);
            case "prompt_eval_count" -> prompt = count(value);
            case "eval_count" -> output = count(value);
            default -> other(name, value);
        }
    }

    private void message(String name, JsonToken value) throws IOException {
        switch (name) {
            case "content" -> text(value, true);
            case "thinking" -> text(value, false);
            case "tool_calls" -> toolCalls(value);
            default -> json.skipChildren();
        }
    }

    @Override
    void end() {
        if (last) {
            // Versions before 0.1.38 tell no reason.
            finishReason = finishReason.or(() -> Optional.of("done"));
        } else {
            finishReason = Optional.empty();
        }
        isOfThisApi |= content;
        timed(Usage.told(prompt, output, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()));
    }
}
