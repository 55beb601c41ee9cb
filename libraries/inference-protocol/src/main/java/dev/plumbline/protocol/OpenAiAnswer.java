package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Chat and completion chunks, whole answers and errors of OpenAI, with the {@code timings} of llama.cpp. */
final class OpenAiAnswer extends JsonAnswer {

    OpenAiAnswer(JsonParser json, boolean keepsText) {
        super(json, keepsText);
    }

    @Override
    void field(String name, JsonToken value) throws IOException {
        switch (name) {
            case "choices" -> {
                isOfThisApi = true;
                objects(value, choice -> {
                    nextChoice();
                    fields(choice, this::choice);
                });
            }
            case "usage" -> {
                isOfThisApi = true;
                usage(value);
            }
            // Groq's place for it.
            case "x_groq" -> fields(value, this::vendor);
            case "error" -> error(value);
            case "timings" -> {
                isOfThisApi = true;
                timings(value);
            }
            default -> other(name, value);
        }
    }

    private void choice(String name, JsonToken value) throws IOException {
        switch (name) {
            case "index" -> index(value);
            case "delta", "message" -> fields(value, this::delta);
            case "text" -> text(value, true);
            case "finish_reason" -> finishReason = finish(value).or(() -> finishReason);
            // Moonshot's place for the one, OpenRouter's for the other.
            case "usage", "error" -> vendor(name, value);
            default -> json.skipChildren();
        }
    }

    private void vendor(String name, JsonToken value) throws IOException {
        switch (name) {
            case "usage" -> {
                if (usage.isEmpty()) {
                    usage(value);
                } else {
                    json.skipChildren();
                }
            }
            case "error" -> error(value);
            default -> json.skipChildren();
        }
    }

    private void delta(String name, JsonToken value) throws IOException {
        switch (name) {
            case "content", "refusal" -> text(value, true);
            case "reasoning", "reasoning_content" -> text(value, false);
            case "tool_calls" -> toolCalls(value);
            case "function_call" -> {
                if (value == JsonToken.START_OBJECT) {
                    found(true);
                }
                json.skipChildren();
            }
            default -> json.skipChildren();
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
                case "prompt_tokens" -> prompt = count(value);
                case "completion_tokens" -> output = count(value);
                case "total_tokens" -> total = count(value);
                case "prompt_tokens_details" -> cached = detail(value, "cached_tokens");
                case "completion_tokens_details" -> reasoning = detail(value, "reasoning_tokens");
                default -> json.skipChildren();
            }
        }
        usage = Optional.of(Usage.told(prompt, output, reasoning, cached, total));
    }

    private void timings(JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        OptionalLong evaluated = OptionalLong.empty();
        OptionalLong cached = OptionalLong.empty();
        OptionalLong output = OptionalLong.empty();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "prompt_ms" -> nanos("prompt", value, 1e6);
                case "predicted_ms" -> nanos("predicted", value, 1e6);
                case "prompt_n" -> evaluated = count(value);
                case "cache_n" -> cached = count(value);
                case "predicted_n" -> output = count(value);
                default -> json.skipChildren();
            }
        }
        // Without the number of cached ones, the evaluated ones may be fewer than the prompt has.
        OptionalLong prompt = evaluated.isPresent() && cached.isPresent()
                ? OptionalLong.of(evaluated.getAsLong() + cached.getAsLong())
                : OptionalLong.empty();
        timed(Usage.told(prompt, output, OptionalLong.empty(), cached, OptionalLong.empty()));
    }
}
