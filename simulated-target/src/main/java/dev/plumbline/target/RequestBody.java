package dev.plumbline.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.target.lockstep.BlockHashes;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the body of a request asks for.
 *
 * @param promptTokens one per four characters, rounded up, at least 1; or the number of token ids
 * @param streams whether the answer comes in events
 * @param includeUsage whether a usage event is wanted
 * @param limitTokens most output tokens
 * @param smallestTokens fewest output tokens
 * @param blocks names of the full blocks of the prompt; none when nobody asked for them
 */
record RequestBody(
        int promptTokens,
        boolean streams,
        boolean includeUsage,
        int limitTokens,
        int smallestTokens,
        BlockHashes blocks) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    static final int CHARACTERS_PER_TOKEN = 4;

    /** The limit of completions that state none, as in vLLM. */
    private static final int COMPLETIONS_LIMIT_TOKENS = 16;

    /** @throws RequestRefused with what vLLM would answer */
    static RequestBody parse(byte[] bytes, Protocol protocol, String model, int maxModelLengthTokens)
            throws RequestRefused {
        return parse(bytes, protocol, model, maxModelLengthTokens, 0);
    }

    /**
     * @param blockTokens tokens in a block of the prompt; 0 when nobody asks for these
     * @throws RequestRefused with what vLLM would answer
     */
    static RequestBody parse(byte[] bytes, Protocol protocol, String model, int maxModelLengthTokens, int blockTokens)
            throws RequestRefused {
        JsonNode body = json(bytes);
        JsonNode asked = body.path("model");
        if (!asked.isMissingNode() && !asked.isNull() && !asked.asText().equals(model)) {
            throw new RequestRefused(
                    404,
                    "NotFoundError",
                    Optional.of("model"),
                    "The model `" + asked.asText() + "` does not exist. Valid aliases: " + model + ".");
        }
        if (body.path("n").asInt(1) != 1) {
            throw RequestRefused.badRequest("n", "n must be 1 on this simulated target, got " + body.path("n"));
        }
        int promptTokens = switch (protocol) {
            case CHAT, OLLAMA_CHAT, MESSAGES -> chatTokens(body.path("messages"), "messages");
            case COMPLETIONS, OLLAMA_GENERATE -> promptTokens(body);
            case RESPONSES -> inputTokens(body.path("input"));
        };
        OptionalInt stated = stated(body, protocol);
        int roomTokens = maxModelLengthTokens - promptTokens;
        if (roomTokens < 1) {
            throw RequestRefused.badRequest(
                    "prompt",
                    "The prompt has " + promptTokens + " tokens and leaves no room in max_model_len="
                            + maxModelLengthTokens + ".");
        }
        if (stated.isPresent() && stated.getAsInt() > roomTokens) {
            throw RequestRefused.badRequest(
                    "max_tokens",
                    "max_tokens=" + stated.getAsInt() + " and a prompt of " + promptTokens
                            + " tokens cannot be greater than max_model_len=" + maxModelLengthTokens
                            + ". Please request fewer output tokens. (parameter=max_tokens, value="
                            + stated.getAsInt() + ")");
        }
        int unstated = protocol == Protocol.COMPLETIONS ? Math.min(roomTokens, COMPLETIONS_LIMIT_TOKENS) : roomTokens;
        int limit = stated.orElse(unstated);
        // Without a stated limit a text whose end is ignored would fill the whole context: the drawn length stays.
        boolean ignoreEnd = flag(body, "ignore_eos") && stated.isPresent();
        int smallest = ignoreEnd
                ? limit
                : Math.min(limit, number(body, "min_tokens", 0).orElse(0));
        return new RequestBody(
                promptTokens,
                (protocol.isOllama() && body.path("stream").isMissingNode()) || flag(body, "stream"),
                flag(body.path("stream_options"), "include_usage"),
                limit,
                smallest,
                blockTokens == 0 ? BlockHashes.NONE : PromptBlocks.of(body, protocol, blockTokens));
    }

    private static OptionalInt stated(JsonNode body, Protocol protocol) throws RequestRefused {
        return switch (protocol) {
            case CHAT, COMPLETIONS -> {
                OptionalInt stated = number(body, "max_completion_tokens", 1);
                yield stated.isPresent() ? stated : number(body, "max_tokens", 1);
            }
            case OLLAMA_GENERATE, OLLAMA_CHAT -> {
                // Below 1 means without a limit.
                OptionalInt predict = number(body.path("options"), "num_predict", -2);
                yield predict.orElse(-1) < 1 ? OptionalInt.empty() : predict;
            }
            case MESSAGES -> {
                OptionalInt stated = number(body, "max_tokens", 1);
                if (stated.isEmpty()) {
                    throw RequestRefused.badRequest("max_tokens", "max_tokens: Field required");
                }
                yield stated;
            }
            case RESPONSES -> number(body, "max_output_tokens", 1);
        };
    }

    static JsonNode json(byte[] bytes) throws RequestRefused {
        JsonNode body;
        try {
            body = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new RequestRefused(
                    400,
                    "Bad Request",
                    Optional.of("body"),
                    "JSON decode error: " + firstLine(String.valueOf(e.getMessage())));
        }
        if (!body.isObject()) {
            throw new RequestRefused(400, "Bad Request", Optional.of("body"), "the body must be a JSON object");
        }
        return body;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static boolean flag(JsonNode node, String name) throws RequestRefused {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw RequestRefused.badRequest(name, name + " must be true or false, got " + value);
        }
        return value.booleanValue();
    }

    private static OptionalInt number(JsonNode body, String name, int smallest) throws RequestRefused {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < smallest) {
            throw RequestRefused.badRequest(
                    name,
                    name + " must be at least " + smallest + ", got " + value + ". (parameter=" + name + ", value="
                            + value + ")");
        }
        return OptionalInt.of(value.intValue());
    }

    private static int inputTokens(JsonNode input) throws RequestRefused {
        return input.isTextual() ? tokens(input.textValue().length()) : chatTokens(input, "input");
    }

    private static int chatTokens(JsonNode messages, String name) throws RequestRefused {
        if (!messages.isArray() || messages.isEmpty()) {
            throw RequestRefused.badRequest(name, name + " must be a list of at least one message");
        }
        long characters = 0;
        for (JsonNode message : messages) {
            if (!message.path("role").isTextual()) {
                throw RequestRefused.badRequest(name, "every message needs a role");
            }
            JsonNode content = message.path("content");
            if (content.isTextual()) {
                characters += content.textValue().length();
            } else if (content.isArray()) {
                for (JsonNode part : content) {
                    characters += part.path("text").asText("").length();
                }
            } else if (!content.isMissingNode() && !content.isNull()) {
                throw RequestRefused.badRequest(name, "content must be a text or a list of parts");
            }
        }
        return tokens(characters);
    }

    private static int promptTokens(JsonNode body) throws RequestRefused {
        JsonNode prompt = body.path("prompt");
        if (prompt.isTextual()) {
            return tokens(prompt.textValue().length());
        }
        if (prompt.isArray() && prompt.size() == 1 && prompt.get(0).isTextual()) {
            return tokens(prompt.get(0).textValue().length());
        }
        if (prompt.isArray() && !prompt.isEmpty() && prompt.get(0).isIntegralNumber()) {
            return prompt.size();
        }
        throw RequestRefused.badRequest("prompt", "prompt must be one text, or a list of one text or of token ids");
    }

    private static int tokens(long characters) {
        return (int) Math.max(1, (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN);
    }
}
