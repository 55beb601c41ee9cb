package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** The body of an error status, in the shapes that servers and gateways give it; its message is for people only. */
final class ErrorBody extends JsonAnswer {

    private Optional<String> otherWords = Optional.empty();

    ErrorBody(JsonParser json, boolean keepsText) {
        super(json, keepsText);
    }

    @Override
    void field(String name, JsonToken value) throws IOException {
        switch (name) {
            case "error" -> error(value);
            case "message" -> otherWords = reason(value).or(() -> otherWords);
            case "detail" -> {
                if (value == JsonToken.START_ARRAY) {
                    // A validator's list. What it echoes of the input is not taken.
                    objects(value, entry -> fields(entry, this::detail));
                } else {
                    otherWords = reason(value).or(() -> otherWords);
                }
            }
            default -> json.skipChildren();
        }
    }

    private void detail(String name, JsonToken value) throws IOException {
        if (name.equals("msg") && otherWords.isEmpty()) {
            otherWords = reason(value);
        } else {
            json.skipChildren();
        }
    }

    @Override
    void end() {
        error = error.or(() -> otherWords);
    }
}
