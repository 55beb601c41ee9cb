package dev.plumbline.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads JSON of servers: bounded, and a missing or odd field is empty. Trees are built here and not by an object mapper,
 * whose start takes as long as all requests of a discovery.
 */
final class Json {

    /** Says nothing about anything. */
    static final JsonNode NOTHING = MissingNode.getInstance();

    private static final int DEEPEST = 64;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(TargetClient.MAX_BODY_BYTES)
                    .build())
            .build();

    private Json() {}

    /** An object or a list; empty for anything else. */
    static Optional<JsonNode> read(byte[] bytes) {
        // Pages of metrics and of HTML are long, and no parser is needed to see that they are something else.
        if (bytes.length == 0 || "{[ \t\r\n".indexOf(bytes[0]) < 0) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(bytes)) {
            JsonToken first = parser.nextToken();
            return first == JsonToken.START_OBJECT || first == JsonToken.START_ARRAY
                    ? Optional.of(value(parser))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The value that begins with the current token; as deep as the parser's own bound allows. */
    private static JsonNode value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.set(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL, VALUE_EMBEDDED_OBJECT -> NODES.nullNode();
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME -> throw new IOException("no value begins here");
        };
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
        return found.isIntegralNumber() && found.canConvertToLong() && found.longValue() >= 0
                ? OptionalLong.of(found.longValue())
                : OptionalLong.empty();
    }

    private static JsonNode at(JsonNode node, String... path) {
        JsonNode found = node;
        for (String name : path) {
            found = found.path(name);
        }
        return found;
    }
}
