package dev.plumbline.target;

import java.nio.charset.StandardCharsets;

/** The two protocols of OpenAI that are served, and how their answers are spelled. */
enum Protocol {
    CHAT("chatcmpl-", "chat.completion.chunk", "chat.completion"),
    COMPLETIONS("cmpl-", "text_completion", "text_completion");

    private static final String[] WORDS = {
        " the", " line", " falls", " plumb", " and", " every", " wall", " beside", " it", " shows", " its", " lean",
        " before", " a", " stone", " moves", " so", " we", " measure", " twice", " then", " build", " once", " with",
        " care", " under", " load", " until", " morning", " finds", " us", " level"
    };

    private final String idPrefix;
    private final String chunkObject;
    private final String wholeObject;

    Protocol(String idPrefix, String chunkObject, String wholeObject) {
        this.idPrefix = idPrefix;
        this.chunkObject = chunkObject;
        this.wholeObject = wholeObject;
    }

    String id(long drawKey) {
        return idPrefix + String.format("%016x", drawKey);
    }

    /** The text of {@code tokens} tokens from {@code firstToken} on; the same for every request. */
    static String text(int firstToken, int tokens) {
        if (tokens == 1) {
            return WORDS[firstToken % WORDS.length];
        }
        StringBuilder text = new StringBuilder(tokens * 8);
        for (int token = firstToken; token < firstToken + tokens; token++) {
            text.append(WORDS[token % WORDS.length]);
        }
        return text.toString();
    }

    /** What every event of one answer begins with, up to and including the choices' key. */
    private String eventHead(String id, long createdSeconds, String model) {
        return "data: {\"id\":\"" + id + "\",\"object\":\"" + chunkObject + "\",\"created\":" + createdSeconds
                + ",\"model\":\"" + model + "\",\"choices\":";
    }

    /** The bytes of a content event before its text. */
    byte[] contentPrefix(String id, long createdSeconds, String model) {
        String before = this == CHAT ? "[{\"index\":0,\"delta\":{\"content\":\"" : "[{\"index\":0,\"text\":\"";
        return ascii(eventHead(id, createdSeconds, model) + before);
    }

    /** The bytes of a content event after its text, when another follows. */
    byte[] contentSuffix() {
        return ascii(
                this == CHAT
                        ? "\"},\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]}\n\n"
                        : "\",\"logprobs\":null,\"finish_reason\":null,\"stop_reason\":null,\"prompt_token_ids\":null,"
                                + "\"token_ids\":null}]}\n\n");
    }

    /** The same of the last content event. */
    byte[] lastSuffix(String finishReason, boolean usageFollows) {
        String fingerprint = usageFollows ? "" : ",\"system_fingerprint\":\"simulated\"";
        String after = this == CHAT
                ? "\"},\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null,\"token_ids\":null}]"
                : "\",\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]";
        return ascii(after + fingerprint + "}\n\n");
    }

    /** The role-only event; completions have none. */
    String roleEvent(String id, long createdSeconds, String model) {
        return eventHead(id, createdSeconds, model)
                + "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                + "\"finish_reason\":null}],\"prompt_token_ids\":null,\"prompt_text\":null}\n\n";
    }

    String usageEvent(String id, long createdSeconds, String model, int promptTokens, int outputTokens) {
        return eventHead(id, createdSeconds, model) + "[],\"usage\":" + usage(promptTokens, outputTokens)
                + ",\"system_fingerprint\":\"simulated\"}\n\n";
    }

    String whole(
            String id, long createdSeconds, String model, int promptTokens, int outputTokens, String finishReason) {
        String text = outputTokens == 0 ? "" : text(0, outputTokens);
        String choice = this == CHAT
                ? "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null}"
                : "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null}";
        return "{\"id\":\"" + id + "\",\"object\":\"" + wholeObject + "\",\"created\":" + createdSeconds
                + ",\"model\":\"" + model + "\",\"choices\":[" + choice
                + "],\"system_fingerprint\":\"simulated\",\"usage\":"
                + usage(promptTokens, outputTokens) + "}";
    }

    private static String usage(int promptTokens, int outputTokens) {
        return "{\"prompt_tokens\":" + promptTokens + ",\"total_tokens\":" + (promptTokens + outputTokens)
                + ",\"completion_tokens\":" + outputTokens + "}";
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
