package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads OpenAI-shaped JSON: chat and completion chunks, whole answers, error bodies. Keys come in any order and unknown
 * ones are skipped; nothing is matched on text prefixes.
 *
 * <p>Safe for any thread.
 */
public final class OpenAiReader {

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(SseDecoder.MAX_BYTES)
                    .build())
            .build();
    private static final int MAX_MESSAGE_LENGTH = 200;

    private OpenAiReader() {}

    /** Reads the data of one server-sent event; {@code [DONE]} is recognised. Never throws. */
    public static StreamItem readEvent(byte[] bytes, int offset, int length, boolean namedError) {
        if (isDone(bytes, offset, length)) {
            return new StreamItem.Done();
        }
        StreamItem item = readAnswer(bytes, offset, length);
        if (namedError && !(item instanceof StreamItem.ServerError)) {
            return new StreamItem.ServerError("an event named error");
        }
        return item;
    }

    /** Reads one JSON object: a chunk, a whole answer or an error. Never throws. */
    public static StreamItem readAnswer(byte[] bytes, int offset, int length) {
        try (JsonParser json = JSON.createParser(bytes, offset, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return new StreamItem.Malformed("not a JSON object");
            }
            return new Reading(json).object();
        } catch (IOException e) {
            return new StreamItem.Malformed("not JSON: " + e.getClass().getSimpleName());
        }
    }

    private static boolean isDone(byte[] bytes, int offset, int length) {
        return length >= 6
                && bytes[offset] == '['
                && bytes[offset + 1] == 'D'
                && bytes[offset + 2] == 'O'
                && bytes[offset + 3] == 'N'
                && bytes[offset + 4] == 'E'
                && bytes[offset + 5] == ']';
    }

    /** One line for people; what a validator echoes of the input is cut off, so that no prompt gets into an event. */
    private static String oneLine(String message) {
        String line = message.lines().findFirst().orElse("").strip();
        int echo = line.indexOf("'input'");
        if (echo >= 0) {
            line = line.substring(0, echo);
        }
        return line.length() <= MAX_MESSAGE_LENGTH ? line : line.substring(0, MAX_MESSAGE_LENGTH);
    }

    /** The state of reading one object. */
    private static final class Reading {

        private final JsonParser json;
        private boolean content;
        private boolean answer;
        private Optional<String> finishReason = Optional.empty();
        private Optional<Usage> usage = Optional.empty();
        private Optional<String> error = Optional.empty();
        private Map<String, Long> serverNanos = Map.of();

        Reading(JsonParser json) {
            this.json = json;
        }

        StreamItem object() throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "choices" -> choices(value);
                    case "usage" -> usage(value);
                    case "error" -> error(value);
                    case "timings" -> timings(value);
                    default -> json.skipChildren();
                }
            }
            if (error.isPresent()) {
                return new StreamItem.ServerError(error.get());
            }
            if (finishReason.isEmpty() && usage.isEmpty() && serverNanos.isEmpty()) {
                return answer
                        ? StreamItem.Chunk.ANSWER
                        : content ? StreamItem.Chunk.REASONING : StreamItem.Chunk.NOTHING;
            }
            return new StreamItem.Chunk(content, answer, finishReason, usage, serverNanos);
        }

        private void choices(JsonToken start) throws IOException {
            if (start != JsonToken.START_ARRAY) {
                json.skipChildren();
                return;
            }
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                requireMore(token);
                if (token == JsonToken.START_OBJECT) {
                    choice();
                } else {
                    json.skipChildren();
                }
            }
        }

        private void choice() throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "delta", "message" -> delta(value);
                    case "text" -> text(value, true);
                    case "finish_reason" -> {
                        if (value == JsonToken.VALUE_STRING && json.getTextLength() > 0) {
                            finishReason = Optional.of(json.getText());
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        }

        private void delta(JsonToken start) throws IOException {
            if (start != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "content", "refusal" -> text(value, true);
                    case "reasoning", "reasoning_content" -> text(value, false);
                    case "tool_calls" -> toolCalls(value);
                    default -> json.skipChildren();
                }
            }
        }

        private void text(JsonToken value, boolean isAnswer) throws IOException {
            if (value == JsonToken.VALUE_STRING) {
                if (json.getTextLength() > 0) {
                    content = true;
                    answer |= isAnswer;
                }
            } else if (value == JsonToken.START_ARRAY) {
                // Content parts: an array that is not empty is content.
                if (json.nextToken() != JsonToken.END_ARRAY) {
                    content = true;
                    answer |= isAnswer;
                    skipToEndOfArray();
                }
            } else {
                json.skipChildren();
            }
        }

        private void toolCalls(JsonToken value) throws IOException {
            if (value != JsonToken.START_ARRAY) {
                json.skipChildren();
            } else if (json.nextToken() != JsonToken.END_ARRAY) {
                content = true;
                answer = true;
                skipToEndOfArray();
            }
        }

        private void skipToEndOfArray() throws IOException {
            JsonToken token = json.currentToken();
            while (token != JsonToken.END_ARRAY) {
                requireMore(token);
                json.skipChildren();
                token = json.nextToken();
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
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "prompt_tokens" -> prompt = count(value);
                    case "completion_tokens" -> output = count(value);
                    case "prompt_tokens_details" -> cached = detail(value, "cached_tokens");
                    case "completion_tokens_details" -> reasoning = detail(value, "reasoning_tokens");
                    default -> json.skipChildren();
                }
            }
            usage = Optional.of(new Usage(prompt, output, reasoning, cached));
        }

        private OptionalLong detail(JsonToken start, String wanted) throws IOException {
            OptionalLong found = OptionalLong.empty();
            if (start != JsonToken.START_OBJECT) {
                json.skipChildren();
                return found;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isWanted = json.currentName().equals(wanted);
                JsonToken value = json.nextToken();
                if (isWanted) {
                    found = count(value);
                } else {
                    json.skipChildren();
                }
            }
            return found;
        }

        private OptionalLong count(JsonToken value) throws IOException {
            if (value == JsonToken.VALUE_NUMBER_INT) {
                long count = json.getLongValue();
                return count >= 0 ? OptionalLong.of(count) : OptionalLong.empty();
            }
            json.skipChildren();
            return OptionalLong.empty();
        }

        private void timings(JsonToken start) throws IOException {
            if (start != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            Map<String, Long> found = new HashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isNumeric() && (name.equals("prompt_ms") || name.equals("predicted_ms"))) {
                    double millis = json.getDoubleValue();
                    if (millis >= 0) {
                        found.put(name.substring(0, name.length() - "_ms".length()), Math.round(millis * 1e6));
                    }
                } else {
                    json.skipChildren();
                }
            }
            serverNanos = found;
        }

        private void error(JsonToken value) throws IOException {
            if (value == JsonToken.VALUE_STRING) {
                error = Optional.of(oneLine(json.getText()));
                return;
            }
            if (value != JsonToken.START_OBJECT) {
                json.skipChildren();
                if (value != JsonToken.VALUE_NULL) {
                    error = Optional.of("an error that is neither text nor object");
                }
                return;
            }
            String message = "an error without a message";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isMessage = json.currentName().equals("message");
                JsonToken token = json.nextToken();
                if (isMessage && token == JsonToken.VALUE_STRING) {
                    message = oneLine(json.getText());
                } else {
                    json.skipChildren();
                }
            }
            error = Optional.of(message);
        }

        private static void requireMore(@org.jspecify.annotations.Nullable JsonToken token) throws IOException {
            if (token == null) {
                throw new java.io.EOFException("the array does not end");
            }
        }
    }
}
