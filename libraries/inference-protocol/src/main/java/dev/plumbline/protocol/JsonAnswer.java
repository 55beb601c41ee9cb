package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * What was found in one JSON object of an answer. Keys come in any order and unknown ones are skipped; nothing is matched on
 * text prefixes. Subclasses know the keys of an API.
 */
abstract class JsonAnswer {

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(AnswerLimits.DEFAULT.maxBodyBytes())
                    .build())
            .build();
    private static final int MAX_MESSAGE_LENGTH = 200;

    final JsonParser json;
    boolean content;
    boolean answer;
    boolean last;
    Optional<String> finishReason = Optional.empty();
    Optional<Usage> usage = Optional.empty();
    Optional<String> error = Optional.empty();
    private final boolean keepsText;
    private String text = "";
    private Map<String, Long> serverNanos = Map.of();
    private Usage timedTokens = Usage.NOTHING;

    JsonAnswer(JsonParser json, boolean keepsText) {
        this.json = json;
        this.keepsText = keepsText;
    }

    /** Makes the reader of one object. */
    @FunctionalInterface
    interface Keys {
        JsonAnswer of(JsonParser json, boolean keepsText);
    }

    /** A dialect that reads objects with these keys, and {@code [DONE]}. */
    static Dialect dialect(Keys keys, boolean keepsText) {
        return (bytes, offset, length, namedError, sink) ->
                readAll(keys, keepsText, bytes, offset, length, namedError, sink);
    }

    private static void readAll(
            Keys keys,
            boolean keepsText,
            byte[] bytes,
            int offset,
            int length,
            boolean namedError,
            Consumer<StreamItem> sink) {
        if (isDone(bytes, offset, length)) {
            sink.accept(new StreamItem.Done());
            return;
        }
        try (JsonParser json = JSON.createParser(bytes, offset, length)) {
            JsonToken first = json.nextToken();
            if (first != JsonToken.START_OBJECT) {
                sink.accept(
                        namedError
                                ? new StreamItem.ServerError("an event named error")
                                : new StreamItem.Malformed("not a JSON object"));
                return;
            }
            // One object, or several behind each other: lines that a gateway labelled as one answer.
            for (JsonToken next = first; next == JsonToken.START_OBJECT; next = json.nextToken()) {
                JsonAnswer object = keys.of(json, keepsText);
                object.read();
                object.tell(namedError, sink);
            }
            if (json.currentToken() != null) {
                sink.accept(new StreamItem.Malformed("something behind the JSON object"));
            }
        } catch (IOException e) {
            sink.accept(
                    namedError
                            ? new StreamItem.ServerError("an event named error")
                            : new StreamItem.Malformed(
                                    "not JSON: " + e.getClass().getSimpleName()));
        }
    }

    static boolean isDone(byte[] bytes, int offset, int length) {
        return length >= 6
                && bytes[offset] == '['
                && bytes[offset + 1] == 'D'
                && bytes[offset + 2] == 'O'
                && bytes[offset + 3] == 'N'
                && bytes[offset + 4] == 'E'
                && bytes[offset + 5] == ']';
    }

    /** One line for people; what a validator echoes of the input is cut off, so that no prompt gets into an event. */
    static String oneLine(String message) {
        String line = message.lines().findFirst().orElse("").strip();
        int echo = line.indexOf("'input'");
        if (echo >= 0) {
            line = line.substring(0, echo);
        }
        return line.length() <= MAX_MESSAGE_LENGTH ? line : line.substring(0, MAX_MESSAGE_LENGTH);
    }

    private void read() throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            field(name, json.nextToken());
        }
        end();
    }

    /** Takes the value of a key of the object, which the parser has just come to, and leaves the parser at its end. */
    abstract void field(String name, JsonToken value) throws IOException;

    /** All keys were read. */
    void end() {}

    private void tell(boolean namedError, Consumer<StreamItem> sink) {
        if (error.isPresent()) {
            sink.accept(new StreamItem.ServerError(error.get()));
        } else if (namedError) {
            sink.accept(new StreamItem.ServerError("an event named error"));
        } else {
            sink.accept(chunk());
            if (last) {
                sink.accept(new StreamItem.Done());
            }
        }
    }

    private StreamItem.Chunk chunk() {
        boolean timed = !serverNanos.isEmpty() || !timedTokens.equals(Usage.NOTHING);
        if (finishReason.isEmpty() && usage.isEmpty() && !timed && text.isEmpty()) {
            return answer ? StreamItem.Chunk.ANSWER : content ? StreamItem.Chunk.REASONING : StreamItem.Chunk.NOTHING;
        }
        return new StreamItem.Chunk(
                content,
                answer,
                text,
                finishReason,
                usage,
                timed ? Optional.of(new ServerTimings(serverNanos, timedTokens)) : Optional.empty());
    }

    /** Reads a text, or a list of parts; what is not empty is content. */
    final void text(JsonToken value, boolean isAnswer) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            if (json.getTextLength() > 0) {
                found(isAnswer);
                keep();
            }
        } else if (value == JsonToken.START_ARRAY) {
            if (json.nextToken() != JsonToken.END_ARRAY) {
                found(isAnswer);
                skipToEndOfArray();
            }
        } else {
            json.skipChildren();
        }
    }

    final void found(boolean isAnswer) {
        content = true;
        answer |= isAnswer;
    }

    /** Keeps a text without saying yet whether it is content. */
    final void keepText(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            keep();
        } else {
            json.skipChildren();
        }
    }

    final void dropText(boolean drop) {
        if (drop) {
            text = "";
        }
    }

    private void keep() throws IOException {
        if (keepsText) {
            text = text.isEmpty() ? json.getText() : text + json.getText();
        }
    }

    /** Content when the list has an entry. */
    final void toolCalls(JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
        } else if (json.nextToken() != JsonToken.END_ARRAY) {
            found(true);
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

    final Optional<String> reason(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING && json.getTextLength() > 0) {
            return Optional.of(oneLine(json.getText()));
        }
        json.skipChildren();
        return Optional.empty();
    }

    /** A count that can be true: whole, 0 to {@link Usage#MAX_TOKENS}. */
    final OptionalLong count(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            try {
                return Usage.believed(json.getLongValue());
            } catch (InputCoercionException e) {
                // More digits than a long has.
                return OptionalLong.empty();
            }
        }
        json.skipChildren();
        return OptionalLong.empty();
    }

    /** The count under one key of an object. */
    final OptionalLong detail(JsonToken start, String wanted) throws IOException {
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

    /** Takes a duration that can be true. */
    final void nanos(String name, JsonToken value, double nanosPerUnit) throws IOException {
        if (!value.isNumeric()) {
            json.skipChildren();
            return;
        }
        double nanos = json.getDoubleValue() * nanosPerUnit;
        if (nanos >= 0 && nanos < Long.MAX_VALUE / 2.0) {
            if (serverNanos.isEmpty()) {
                serverNanos = new HashMap<>(8);
            }
            serverNanos.put(name, Math.round(nanos));
        }
    }

    final void timed(Usage tokens) {
        timedTokens = tokens.fallingBackTo(timedTokens);
    }

    /** Reads an error: a text, or an object with a message. */
    final void error(JsonToken value) throws IOException {
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

    /** Hands over every key of an object. */
    final void fields(JsonToken start, Fields fields) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            fields.field(name, json.nextToken());
        }
    }

    /** Hands over every object in an array. */
    final void objects(JsonToken start, Element element) throws IOException {
        if (start != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            requireMore(token);
            if (token == JsonToken.START_OBJECT) {
                element.object(token);
            } else {
                json.skipChildren();
            }
        }
    }

    /** Takes one key of an object. */
    @FunctionalInterface
    interface Fields {
        void field(String name, JsonToken value) throws IOException;
    }

    /** Takes one object. */
    @FunctionalInterface
    interface Element {
        void object(JsonToken start) throws IOException;
    }

    private static void requireMore(@org.jspecify.annotations.Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw new EOFException("the array does not end");
        }
    }
}
