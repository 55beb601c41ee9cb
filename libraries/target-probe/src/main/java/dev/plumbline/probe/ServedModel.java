package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A model in a server's list.
 *
 * @param id as requests name it
 * @param aliases other names that requests may use
 * @param embedding whether it is known to write no text
 * @param entry what the list says of it
 */
record ServedModel(String id, List<String> aliases, boolean embedding, JsonNode entry) {

    ServedModel {
        aliases = List.copyOf(aliases);
    }

    /**
     * The models in the answer to {@code /v1/models} and {@code /api/tags}; empty where neither is a list. As many as are in
     * the part of an answer that is read.
     */
    static Optional<List<ServedModel>> in(Survey survey) {
        Optional<JsonNode> data = survey.json(Survey.MODELS).flatMap(ServedModel::list);
        Optional<JsonNode> tags =
                survey.json(Survey.OLLAMA_TAGS).map(body -> body.path("models")).filter(JsonNode::isArray);
        if (data.isEmpty() && tags.isEmpty()) {
            return Optional.empty();
        }
        List<ServedModel> models = new ArrayList<>();
        for (JsonNode entry : data.or(() -> tags).orElseThrow()) {
            Optional<String> id = Optional.of(entry)
                    .filter(JsonNode::isTextual)
                    .flatMap(name -> Json.text(name))
                    .or(() -> Json.text(entry, "id"))
                    .or(() -> Json.text(entry, "name"))
                    .or(() -> Json.text(entry, "model"));
            if (id.isPresent()) {
                JsonNode tag = tagged(tags, id.get()).orElse(entry);
                models.add(new ServedModel(id.get(), aliases(entry, id.get()), isEmbedding(entry, tag), tag));
            }
        }
        return Optional.of(models);
    }

    /** OpenAI's list is one in {@code data}; others put it into {@code models}, or give it bare. */
    private static Optional<JsonNode> list(JsonNode body) {
        return Stream.of(body, body.path("data"), body.path("models"))
                .filter(JsonNode::isArray)
                .filter(list -> list.isEmpty()
                        || list.path(0).isObject()
                        || list.path(0).isTextual())
                .findFirst();
    }

    boolean isNamed(String name) {
        return id.equals(name) || aliases.contains(name);
    }

    /** What prompt and answer may have together, where the list tells. */
    OptionalLong contextLengthTokens() {
        OptionalLong vllm = Json.count(entry, "max_model_len");
        return vllm.isPresent() ? vllm : Json.count(entry, "meta", "n_ctx");
    }

    private static Optional<JsonNode> tagged(Optional<JsonNode> tags, String id) {
        for (JsonNode tag : tags.map(list -> (Iterable<JsonNode>) list).orElse(List.of())) {
            if (tag.path("name").asText().equals(id)) {
                return Optional.of(tag);
            }
        }
        return Optional.empty();
    }

    private static List<String> aliases(JsonNode entry, String id) {
        List<String> aliases = new ArrayList<>();
        entry.path("aliases").forEach(alias -> aliases.add(alias.asText()));
        // Ollama takes the tag "latest" for granted.
        if (id.endsWith(":latest")) {
            aliases.add(id.substring(0, id.length() - ":latest".length()));
        }
        return aliases;
    }

    private static boolean isEmbedding(JsonNode entry, JsonNode tag) {
        String family = Json.text(tag, "details", "family").orElse("").toLowerCase(Locale.ROOT);
        String type = Json.text(entry, "type").orElse("").toLowerCase(Locale.ROOT);
        return family.endsWith("bert") || type.contains("embedding") || type.contains("rerank");
    }
}
