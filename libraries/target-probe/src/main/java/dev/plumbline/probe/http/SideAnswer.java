package dev.plumbline.probe.http;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/**
 * The answer to a small request.
 *
 * @param body as far as it was read
 * @param cut whether the body is as long as is read at most: there may be more of it
 */
public record SideAnswer(int status, HttpHeaders headers, byte[] body, boolean cut) {

    public SideAnswer {
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(body, "body");
    }

    /** The body as UTF-8; what is none becomes replacement characters. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** Without headers and body. */
    @Override
    public String toString() {
        return "SideAnswer[" + status + ", " + body.length + " bytes" + (cut ? ", cut" : "") + "]";
    }
}
