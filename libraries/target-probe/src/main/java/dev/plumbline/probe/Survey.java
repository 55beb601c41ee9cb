package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.probe.Reply.Answered;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a server answered to everything that was asked at once, by method and path. */
record Survey(Map<String, Reply> replies) {

    static final String MODELS = "GET /v1/models";
    static final String HEALTH = "GET /health";
    static final String METRICS = "GET /metrics";
    static final String VERSION = "GET /version";
    static final String PROPS = "GET /props";
    static final String TGI_INFO = "GET /info";
    static final String SGLANG_INFO = "GET /get_server_info";
    static final String OLLAMA_VERSION = "GET /api/version";
    static final String OLLAMA_TAGS = "GET /api/tags";
    static final String OLLAMA_PS = "GET /api/ps";

    Survey {
        replies = Map.copyOf(replies);
    }

    /** This survey with one answer that is newer. */
    Survey with(String asked, Reply reply) {
        Map<String, Reply> changed = new HashMap<>(replies);
        changed.put(asked, reply);
        return new Survey(changed);
    }

    Optional<Answered> answered(String asked) {
        return replies.get(asked) instanceof Answered answer ? Optional.of(answer) : Optional.empty();
    }

    /** The JSON of an answer that says all is well. */
    Optional<JsonNode> json(String asked) {
        return answered(asked).filter(answer -> answer.status() == 200).flatMap(Answered::json);
    }

    boolean isLoading() {
        return replies.values().stream().anyMatch(reply -> reply instanceof Answered answer && answer.isLoading());
    }
}
