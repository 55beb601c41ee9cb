package dev.plumbline.telemetry.ollama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.telemetry.scrape.Fetched;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Ollama's own API below a base URL.
 *
 * @see <a href="https://github.com/ollama/ollama/blob/main/docs/api.md">the API</a>
 */
public final class OllamaServer {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PageClient client;
    private final PageAddress base;

    /** @param base below which its API lies; its query and headers go with every request */
    public OllamaServer(PageClient client, PageAddress base) {
        this.client = client;
        this.base = base;
    }

    /** What the server answered: JSON, or why there is none. */
    sealed interface Answer {
        record Json(JsonNode root) implements Answer {}

        record Failure(String reason) implements Answer {}
    }

    /** Whether it is an Ollama that answers. */
    public boolean isThere(Duration timeout) throws InterruptedException {
        return get("/api/version", timeout) instanceof Answer.Json json
                && json.root().path("version").isTextual();
    }

    Answer runningModels(Duration timeout) throws InterruptedException {
        return get("/api/ps", timeout);
    }

    /** One token for one word: brings the model into memory, and tells how long that took. */
    Answer load(String model, Duration timeout) throws InterruptedException {
        ObjectNode request =
                JSON.createObjectNode().put("model", model).put("prompt", "a").put("stream", false);
        request.putObject("options").put("num_predict", 1);
        return send("POST", "/api/generate", request, timeout);
    }

    Answer unload(String model, Duration timeout) throws InterruptedException {
        return send(
                "POST",
                "/api/generate",
                JSON.createObjectNode().put("model", model).put("keep_alive", 0).put("stream", false),
                timeout);
    }

    /** Empty when it was deleted, else why not. */
    Optional<String> delete(String model, Duration timeout) throws InterruptedException {
        return switch (client.send(
                address("/api/delete"),
                "DELETE",
                JSON.createObjectNode().put("model", model).toString(),
                timeout)) {
            case Fetched.Page unused -> Optional.empty();
            case Fetched.Failure failure -> Optional.of(failure.detail());
        };
    }

    /** Empty when the answer came to its end, whatever it said; else why not. */
    Optional<String> pull(String model, boolean insecure, Consumer<JsonNode> lines, Duration timeout)
            throws InterruptedException {
        String request = JSON.createObjectNode()
                .put("model", model)
                .put("insecure", insecure)
                .put("stream", true)
                .toString();
        return switch (client.stream(
                address("/api/pull"),
                request,
                line -> parse(base.redacted(line)).ifPresent(lines),
                timeout)) {
            case Fetched.Page unused -> Optional.empty();
            case Fetched.Failure failure -> Optional.of(failure.detail());
        };
    }

    private Answer get(String path, Duration timeout) throws InterruptedException {
        return answer(client.get(address(path), timeout));
    }

    private Answer send(String method, String path, JsonNode request, Duration timeout) throws InterruptedException {
        return answer(client.send(address(path), method, request.toString(), timeout));
    }

    private Answer answer(Fetched fetched) {
        return switch (fetched) {
            case Fetched.Failure failure -> new Answer.Failure(failure.detail());
            case Fetched.Page page ->
                parse(page.body())
                        .<Answer>map(root -> root.path("error").isTextual()
                                ? new Answer.Failure(
                                        base.redacted(root.path("error").textValue()))
                                : new Answer.Json(root))
                        .orElseGet(() -> new Answer.Failure("the answer is not JSON"));
        };
    }

    private static Optional<JsonNode> parse(String json) {
        try {
            return Optional.ofNullable(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private PageAddress address(String path) {
        return base.below(path);
    }
}
