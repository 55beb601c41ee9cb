package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The body of an error status, in the shapes that servers and gateways give it; its message is for people only. */
final class ErrorBody extends JsonAnswer {

    ErrorBody(JsonParser json, boolean keepsText) {
        super(json, keepsText);
    }

    /** The message in a body; empty where it has none. */
    static Optional<String> messageOf(byte[] body) {
        List<String> messages = new ArrayList<>();
        dialect(ErrorBody::new, false).read(body, 0, body.length, false, item -> {
            if (item instanceof StreamItem.ServerError error) {
                messages.add(error.message());
            }
        });
        return messages.stream().findFirst();
    }

    @Override
    void field(String name, JsonToken value) throws IOException {
        if (name.equals("error")) {
            error(value);
        } else {
            other(name, value);
        }
    }

    @Override
    void end() {
        error = error.or(() -> words);
    }
}
