package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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

    final JsonParser json;
    boolean content;
    boolean answer;
    boolean last;
    Optional<String> finishReason = Optional.empty();
    Optional<Usage> usage = Optional.empty();
    Optional<String> error = Optional.empty();
    Optional<String> words = Optional.empty();
    boolean isOfThisApi;
    private final boolean keepsText;
    private boolean refusesAdmission;
    private String text = "";
    /** Which of several answers is read. */
    private int choice;

    private int choices;
    /** What was told of those before it in the same object. */
    private List<StreamItem> earlier = List.of();
    /** Whether it is to be known where its text lies. */
    private boolean marksText;

    private int texts;
    private long quoteOffset = -1;
    private String onlyText = "";
    /** All that was told, where that is a chunk with the only text. */
    private Optional<StreamItem.Chunk> plain = Optional.empty();

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

    /** A dialect that reads objects with these keys, and {@code [DONE]}. Of one body. */
    static Dialect dialect(Keys keys, boolean keepsText) {
        LastShape shape = new LastShape(keepsText);
        return (bytes, offset, length, namedError, sink) -> {
            Optional<StreamItem.Chunk> known = namedError ? Optional.empty() : shape.chunkOf(bytes, offset, length);
            if (known.isPresent()) {
                sink.accept(known.get());
            } else if (isDone(bytes, offset, length)) {
                sink.accept(new StreamItem.Done());
            } else {
                readAll(keys, keepsText, shape, bytes, offset, length, namedError, sink);
            }
        };
    }

    private static void readAll(
            Keys keys,
            boolean keepsText,
            LastShape shape,
            byte[] bytes,
            int offset,
            int length,
            boolean namedError,
            Consumer<StreamItem> sink) {
        try (JsonParser json = JSON.createParser(bytes, offset, length)) {
            JsonToken first = json.nextToken();
            if (first != JsonToken.START_OBJECT) {
                sink.accept(notUnderstood("not a JSON object", bytes, offset, length, namedError));
                return;
            }
            JsonAnswer object = keys.of(json, keepsText);
            object.marksText = shape.isLearning();
            object.read(bytes, offset, length, namedError, sink);
            JsonToken next = json.nextToken();
            if (next == null && object.plain.isPresent()) {
                shape.learn(bytes, offset, length, object.quoteOffset, object.onlyText, object.plain.get());
            }
            // Several behind each other: lines that a gateway labelled as one answer.
            for (; next == JsonToken.START_OBJECT; next = json.nextToken()) {
                keys.of(json, keepsText).read(bytes, offset, length, namedError, sink);
            }
            if (next != null) {
                sink.accept(new StreamItem.Malformed("something behind the JSON object"));
            }
        } catch (IOException e) {
            sink.accept(notUnderstood("not JSON", bytes, offset, length, namedError));
        }
    }

    /** With the words of who wrote no JSON; what begins as an object and breaks off may hold an answer and is not repeated. */
    static StreamItem notUnderstood(String why, byte[] bytes, int offset, int length, boolean namedError) {
        String said = Words.looksLikeAnObject(bytes, offset, length) ? "" : Words.of(bytes, offset, length);
        if (namedError) {
            return said.isEmpty()
                    ? new StreamItem.ServerError("an event named error")
                    : StreamItem.ServerError.of(said);
        }
        return new StreamItem.Malformed(said.isEmpty() ? why : why + ": " + said);
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

    private void read(byte[] bytes, int offset, int length, boolean namedError, Consumer<StreamItem> sink)
            throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            field(name, json.nextToken());
        }
        end();
        if (isForeign()) {
            sink.accept(foreign(bytes, offset, length, namedError));
        } else {
            tell(namedError, sink);
        }
    }

    /**
     * Takes the value of a key of the object, which the parser has just come to, and leaves the parser at its end. One that
     * the API has says that the object {@link #isOfThisApi}; any other one goes to {@link #other}.
     */
    abstract void field(String name, JsonToken value) throws IOException;

    /** All keys were read. */
    void end() {}

    /** Takes a key that the API does not have: words of somebody in between, perhaps, and else nothing. */
    final void other(String name, JsonToken value) throws IOException {
        switch (name) {
            case "message", "detail", "msg", "description", "error_description", "error_message", "errorMessage" -> {
                if (value == JsonToken.START_ARRAY) {
                    // A validator's list. What it echoes of the input is not taken.
                    objects(value, entry -> fields(entry, this::firstWords));
                } else {
                    words = words.or(() -> reasonOrNothing(value));
                    json.skipChildren();
                }
            }
            case "errors" -> objects(value, entry -> fields(entry, this::firstWords));
            case "code", "status" -> code(value);
            default -> json.skipChildren();
        }
    }

    private void firstWords(String name, JsonToken value) throws IOException {
        if (words.isEmpty() && (name.equals("msg") || name.equals("message"))) {
            words = reason(value);
        } else {
            json.skipChildren();
        }
    }

    private Optional<String> reasonOrNothing(JsonToken value) {
        try {
            return value == JsonToken.VALUE_STRING ? Words.present(json.getText()) : Optional.empty();
        } catch (IOException e) {
            // The text is broken; that it is shows again when it is read on.
            return Optional.empty();
        }
    }

    private boolean isForeign() {
        return !isOfThisApi && error.isEmpty();
    }

    private StreamItem foreign(byte[] bytes, int offset, int length, boolean namedError) {
        if (namedError) {
            return StreamItem.ServerError.of(words.orElse("an event named error"));
        }
        return words.map(said -> new StreamItem.Foreign(said, true, refusesAdmission || Busy.isToldBy(said)))
                .orElseGet(() -> new StreamItem.Foreign(Words.of(bytes, offset, length), false, refusesAdmission));
    }

    private void tell(boolean namedError, Consumer<StreamItem> sink) {
        if (error.isPresent()) {
            String said = error.get();
            sink.accept(new StreamItem.ServerError(said, refusesAdmission || Busy.isToldBy(said)));
            return;
        }
        if (namedError) {
            sink.accept(StreamItem.ServerError.of(words.orElse("an event named error")));
            return;
        }
        earlier.forEach(sink);
        Optional<String> said = finishReason;
        boolean timed = !serverNanos.isEmpty() || !timedTokens.equals(Usage.NOTHING);
        StreamItem.Chunk chunk =
                chunk(usage, timed ? Optional.of(new ServerTimings(serverNanos, timedTokens)) : Optional.empty());
        sink.accept(chunk);
        if (texts == 1 && marksText && said.isEmpty() && !last && earlier.isEmpty()) {
            plain = Optional.of(chunk);
        }
        objection(said).ifPresent(sink);
        if (last) {
            sink.accept(new StreamItem.Done());
        }
    }

    private StreamItem.Chunk chunk(Optional<Usage> counted, Optional<ServerTimings> timings) {
        Optional<String> reason = finishReason.filter(FinishReason::completes);
        if (choice == 0 && reason.isEmpty() && counted.isEmpty() && timings.isEmpty() && text.isEmpty()) {
            return answer ? StreamItem.Chunk.ANSWER : content ? StreamItem.Chunk.REASONING : StreamItem.Chunk.NOTHING;
        }
        return new StreamItem.Chunk(choice, content, answer, text, reason, counted, timings);
    }

    /** What a reason that completes nothing makes of an answer. */
    private static Optional<StreamItem> objection(Optional<String> said) {
        return said.filter(reason -> !FinishReason.completes(reason)).map(FinishReason::objection);
    }

    /** What is read from now on is of the next answer that the object holds; there may be one. */
    final void nextChoice() {
        if (choices++ == 0) {
            return;
        }
        List<StreamItem> told = new ArrayList<>(earlier);
        told.add(chunk(Optional.empty(), Optional.empty()));
        objection(finishReason).ifPresent(told::add);
        earlier = told;
        choice = 0;
        content = false;
        answer = false;
        text = "";
        finishReason = Optional.empty();
    }

    /** Which answer it is that is read; one that can be none makes the object an error of the server. */
    final void index(JsonToken value) throws IOException {
        OptionalLong index = count(value);
        if (index.isPresent() && index.getAsLong() < StreamItem.MOST_CHOICES) {
            choice = (int) index.getAsLong();
        } else if (value.isNumeric()) {
            error = Optional.of("a choice with index " + json.getText());
        }
    }

    /** Reads a text, or a list of parts, each by its type; what is not empty is content. */
    final void text(JsonToken value, boolean isAnswer) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            if (json.getTextLength() > 0) {
                found(isAnswer);
                keep();
            }
        } else if (value == JsonToken.START_ARRAY) {
            for (JsonToken part = json.nextToken(); part != JsonToken.END_ARRAY; part = json.nextToken()) {
                requireMore(part);
                if (part == JsonToken.START_OBJECT) {
                    part(isAnswer);
                } else if (part == JsonToken.VALUE_STRING) {
                    text(part, isAnswer);
                } else {
                    json.skipChildren();
                }
            }
        } else {
            json.skipChildren();
        }
    }

    /** A part is reasoning or an answer by its type; of an unknown type, a picture for example, it is an answer. */
    private void part(boolean isAnswer) throws IOException {
        String type = "";
        boolean hasText = false;
        boolean hasThought = false;
        boolean hasMore = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "type" -> type = reason(value).orElse("").toLowerCase(Locale.ROOT);
                case "text", "content", "refusal", "summary" -> hasText |= hasText(value);
                case "thinking", "reasoning" -> hasThought |= hasText(value);
                default -> {
                    hasMore |= value.isStructStart();
                    json.skipChildren();
                }
            }
        }
        boolean isReasoning = type.contains("think") || type.contains("reason") || (type.isEmpty() && hasThought);
        boolean isText = isReasoning || type.isEmpty() || type.contains("text") || type.equals("refusal");
        if (hasText || hasThought || (hasMore && !isText)) {
            found(isAnswer && !isReasoning);
        }
    }

    /** Whether there is text in a text, or in a list of texts or parts. */
    private boolean hasText(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            keep();
            return json.getTextLength() > 0;
        }
        boolean found = false;
        if (value == JsonToken.START_ARRAY) {
            for (JsonToken part = json.nextToken(); part != JsonToken.END_ARRAY; part = json.nextToken()) {
                requireMore(part);
                if (part == JsonToken.START_OBJECT) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        boolean isText = json.currentName().equals("text");
                        JsonToken inside = json.nextToken();
                        if (isText) {
                            found |= hasText(inside);
                        } else {
                            json.skipChildren();
                        }
                    }
                } else {
                    found |= hasText(part);
                }
            }
        } else {
            json.skipChildren();
        }
        return found;
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
        texts++;
        if (marksText && texts == 1) {
            quoteOffset = json.currentTokenLocation().getByteOffset();
            onlyText = json.getText();
        }
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

    /** A short text that is not empty. */
    final Optional<String> reason(JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING && json.getTextLength() > 0) {
            return Optional.of(Words.of(json.getText()));
        }
        json.skipChildren();
        return Optional.empty();
    }

    /** Why the answer ended; a text that stands for nothing is no reason. */
    final Optional<String> finish(JsonToken value) throws IOException {
        return reason(value).filter(FinishReason::isStated);
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
            error = Optional.of(Words.present(json.getText()).orElse("an error without a message"));
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            if (value != JsonToken.VALUE_NULL && value != JsonToken.VALUE_FALSE) {
                error = Optional.of("an error that is neither text nor object");
            }
            return;
        }
        String message = "an error without a message";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken token = json.nextToken();
            switch (name) {
                case "message" -> message = reason(token).orElse(message);
                case "code", "status", "type" -> code(token);
                default -> json.skipChildren();
            }
        }
        error = Optional.of(message);
    }

    private void code(JsonToken value) throws IOException {
        refusesAdmission |= value.isScalarValue() && Busy.isCodedBy(json.getText());
        json.skipChildren();
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
