package dev.plumbline.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.target.lockstep.BlockHashes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the body of a request asks for.
 *
 * @param prompts one, of completions one or more
 * @param answersToEach how many answers each of them has; of others than OpenAI's chat and completions 1
 * @param streams whether the answer comes in events
 * @param includeUsage whether a usage event is wanted
 * @param limitTokens most output tokens
 * @param smallestTokens fewest output tokens
 */
record RequestBody(
        List<Prompt> prompts,
        int answersToEach,
        boolean streams,
        boolean includeUsage,
        int limitTokens,
        int smallestTokens) {

    /** As vLLM has it in its protocol. */
    private static final int MOST_CHOICES = 16_384;

    /**
     * What is to be answered.
     *
     * @param tokens one per four characters, rounded up, at least 1; or the number of token ids
     * @param blocks names of its full blocks; none when nobody asked for them
     */
    record Prompt(int tokens, BlockHashes blocks) {}

    RequestBody {
        prompts = List.copyOf(prompts);
    }

    /** How many answers there are in all. */
    int choices() {
        return prompts.size() * answersToEach;
    }

    /** The prompt that a choice answers: those of the first prompt come first. */
    Prompt promptOf(int choice) {
        return prompts.get(choice / answersToEach);
    }

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
        boolean mayHaveSeveral = protocol == Protocol.CHAT || protocol == Protocol.COMPLETIONS;
        int answersToEach = number(body, "n", 1).orElse(1);
        if (answersToEach > 1 && !mayHaveSeveral) {
            throw RequestRefused.badRequest("n", "n is of chat and completions, got " + body.path("n"));
        }
        List<Prompt> prompts = prompts(body, protocol, blockTokens);
        if ((long) prompts.size() * answersToEach > MOST_CHOICES) {
            throw RequestRefused.badRequest(
                    "n",
                    "n of " + prompts.size() + " prompts must be at most " + MOST_CHOICES / prompts.size() + ", got "
                            + answersToEach);
        }
        int promptTokens = prompts.stream().mapToInt(Prompt::tokens).max().orElseThrow();
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
                prompts,
                answersToEach,
                (protocol.isOllama() && body.path("stream").isMissingNode()) || flag(body, "stream"),
                flag(body.path("stream_options"), "include_usage"),
                limit,
                smallest);
    }

    private static List<Prompt> prompts(JsonNode body, Protocol protocol, int blockTokens) throws RequestRefused {
        JsonNode prompt = body.path("prompt");
        boolean areSeveral = protocol == Protocol.COMPLETIONS
                && prompt.isArray()
                && !prompt.isEmpty()
                && !prompt.get(0).isIntegralNumber();
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode each : areSeveral ? prompt : List.of(asked(body, protocol))) {
            prompts.add(new Prompt(
                    switch (protocol) {
                        case CHAT, OLLAMA_CHAT, MESSAGES -> chatTokens(each, "messages");
                        case COMPLETIONS, OLLAMA_GENERATE -> promptTokens(each);
                        case RESPONSES -> inputTokens(each);
                    },
                    blockTokens == 0 ? BlockHashes.NONE : PromptBlocks.of(each, blockTokens)));
        }
        return prompts;
    }

    private static JsonNode asked(JsonNode body, Protocol protocol) {
        return switch (protocol) {
            case CHAT, OLLAMA_CHAT, MESSAGES -> body.path("messages");
            case COMPLETIONS, OLLAMA_GENERATE -> body.path("prompt");
            case RESPONSES -> body.path("input");
        };
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

    private static int promptTokens(JsonNode prompt) throws RequestRefused {
        if (prompt.isTextual()) {
            return tokens(prompt.textValue().length());
        }
        if (prompt.isArray() && !prompt.isEmpty() && prompt.get(0).isIntegralNumber()) {
            return prompt.size();
        }
        throw RequestRefused.badRequest("prompt", "prompt must be a text or token ids, or a list of them");
    }

    /** Tokens of a prompt of so many characters. */
    static int tokens(long characters) {
        return (int) Math.max(1, (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN);
    }
}
