package dev.plumbline.workload.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.plumbline.protocol.RawBody;
import java.util.List;
import java.util.Optional;

/** A body whose first text begins with another line; one without a text that is known stays as it is. */
final class SaltedBody {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            // Halves of surrogate pairs stay escapes, as somebody wrote them.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** What a model reads first stands first. */
    private static final List<String> READ = List.of("system", "instructions", "messages", "prompt", "input");

    private SaltedBody() {}

    static RawBody of(RawBody body, String words) {
        try {
            ObjectNode fields = (ObjectNode) JSON.readTree(body.json());
            for (String name : READ) {
                Optional<JsonNode> salted = salted(fields.path(name), words);
                if (salted.isPresent()) {
                    fields.set(name, salted.get());
                    return RawBody.parse(JSON.writeValueAsString(fields));
                }
            }
            return body;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read as JSON is none", e);
        }
    }

    private static Optional<JsonNode> salted(JsonNode node, String words) {
        if (node.isTextual()) {
            return Optional.of(TextNode.valueOf(words + "\n" + node.asText()));
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                Optional<JsonNode> one = salted(array.get(i), words);
                if (one.isPresent()) {
                    array.set(i, one.get());
                    return Optional.of(array);
                }
            }
        }
        if (node instanceof ObjectNode object) {
            for (String name : List.of("content", "text")) {
                Optional<JsonNode> inside = salted(object.path(name), words);
                if (inside.isPresent()) {
                    object.set(name, inside.get());
                    return Optional.of(object);
                }
            }
        }
        return Optional.empty();
    }
}
