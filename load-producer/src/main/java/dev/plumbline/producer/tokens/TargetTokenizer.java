package dev.plumbline.producer.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.producer.client.SideChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Counts with the target's {@code POST /tokenize}, of vLLM ({@code prompt} in, {@code count} out) and of llama.cpp ({@code
 * content} in, {@code tokens} out); both take the same body.
 */
public final class TargetTokenizer implements TokenCounter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SideChannel target;
    private final String model;

    /** @param target posts to the tokenize path */
    public TargetTokenizer(SideChannel target, String model) {
        this.target = target;
        this.model = model;
    }

    @Override
    public TokenSource source() {
        return TokenSource.TARGET_TOKENIZER;
    }

    @Override
    public CompletableFuture<OptionalLong> count(String text) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("prompt", text)
                .put("content", text)
                .put("add_special_tokens", false)
                .put("add_special", false);
        return target.post(body.toString().getBytes(StandardCharsets.UTF_8))
                .thenApply(answer -> answer.map(TargetTokenizer::read).orElse(OptionalLong.empty()));
    }

    private static OptionalLong read(byte[] answer) {
        try {
            JsonNode json = JSON.readTree(answer);
            if (json.path("count").isIntegralNumber() && json.path("count").longValue() >= 0) {
                return OptionalLong.of(json.path("count").longValue());
            }
            return json.path("tokens").isArray()
                    ? OptionalLong.of(json.path("tokens").size())
                    : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public void close() {
        target.close();
    }
}
