package dev.plumbline.probe;

import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Engines as they were captured, each on a socket. */
final class Engines {

    private Engines() {}

    /** What an engine said, from the test resources. */
    static String resource(String name) {
        try (InputStream bytes =
                Objects.requireNonNull(Engines.class.getResourceAsStream("/engines/" + name), "no resource " + name)) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ScriptedServer vllm() {
        return ScriptedServer.start()
                .json("GET /v1/models", resource("vllm-v1-models.json"))
                .json("GET /version", "{\"version\":\"0.32.0\"}")
                .on("GET /health", 200, "text/plain", "")
                .on("GET /metrics", 200, "text/plain; version=0.0.4", resource("vllm-metrics.prom"))
                .streaming("/v1/chat/completions", resource("vllm-chat.sse"))
                .streaming("/v1/completions", resource("vllm-chat.sse"));
    }

    static ScriptedServer llamaCpp() {
        return ScriptedServer.always(
                        404, "application/json", "{\"error\":{\"message\":\"File Not Found\",\"code\":404}}")
                .json("GET /v1/models", resource("llamacpp-v1-models.json"))
                .json("GET /props", resource("llamacpp-props.json"))
                .json("GET /health", "{\"status\":\"ok\"}")
                .on("GET /metrics", 200, "text/plain; version=0.0.4", resource("llamacpp-metrics-idle.prom"))
                .streaming("/v1/chat/completions", resource("llamacpp-chat.sse"))
                .streaming("/v1/completions", resource("llamacpp-chat.sse"));
    }

    static ScriptedServer ollama() {
        return ScriptedServer.always(404, "text/plain", "404 page not found")
                .json("GET /v1/models", resource("ollama-v1-models.json"))
                .json("GET /api/tags", resource("ollama-tags.json"))
                .json("GET /api/ps", resource("ollama-ps-loaded.json"))
                .json("GET /api/version", resource("ollama-version.json"))
                .json("POST /api/show", resource("ollama-show.json"))
                .streaming("/v1/chat/completions", resource("ollama-chat.sse"))
                .streaming("/v1/completions", resource("ollama-chat.sse"));
    }
}
