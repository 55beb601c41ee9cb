package dev.plumbline.cli.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads JSON of servers: bounded, and a missing or odd field is empty. */
final class Json {

    /** Says nothing about anything. */
    static final JsonNode NOTHING = MissingNode.getInstance();

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(TargetClient.MAX_BODY_BYTES)
                    .build())
            .build());

    private Json() {}

    /** An object or a list; empty for anything else. */
    static Optional<JsonNode> read(byte[] bytes) {
        // Pages of metrics and of HTML are long, and no parser is needed to see that they are something else.
        if (bytes.length == 0 || "{[ \t\r\n".indexOf(bytes[0]) < 0) {
            return Optional.empty();
        }
        try {
            JsonNode node = MAPPER.readTree(bytes);
            return Optional.ofNullable(node).filter(JsonNode::isContainerNode);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** An object with one text in it. */
    static byte[] object(String name, String value) {
        return MAPPER.createObjectNode().put(name, value).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A text that is not blank, or a number or truth value as text. */
    static Optional<String> text(JsonNode node, String... path) {
        JsonNode found = at(node, path);
        return found.isValueNode() && !found.isNull() && !found.asText().isBlank()
                ? Optional.of(found.asText())
                : Optional.empty();
    }

    /** A whole number, 0 or more. */
    static OptionalLong count(JsonNode node, String... path) {
        JsonNode found = at(node, path);
        return found.isIntegralNumber() && found.longValue() >= 0
                ? OptionalLong.of(found.longValue())
                : OptionalLong.empty();
    }

    /** What the server says is wrong: {@code error} as text or object, {@code message}, {@code detail}. */
    static Optional<String> error(JsonNode node) {
        return text(node, "error", "message")
                .or(() -> text(node, "error"))
                .or(() -> text(node, "message"))
                .or(() -> text(node, "detail"))
                .or(() -> text(node.path("detail").path(0), "msg"));
    }

    private static JsonNode at(JsonNode node, String... path) {
        JsonNode found = node;
        for (String name : path) {
            found = found.path(name);
        }
        return found;
    }
}
