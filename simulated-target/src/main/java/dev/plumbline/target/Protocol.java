package dev.plumbline.target;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The APIs that are served. */
enum Protocol {
    CHAT("chatcmpl-"),
    COMPLETIONS("cmpl-"),
    OLLAMA_GENERATE(""),
    OLLAMA_CHAT(""),
    MESSAGES("msg_"),
    RESPONSES("resp_");

    private static final String[] WORDS = {
        " the", " line", " falls", " plumb", " and", " every", " wall", " beside", " it", " shows", " its", " lean",
        " before", " a", " stone", " moves", " so", " we", " measure", " twice", " then", " build", " once", " with",
        " care", " under", " load", " until", " morning", " finds", " us", " level"
    };

    private final String idPrefix;

    Protocol(String idPrefix) {
        this.idPrefix = idPrefix;
    }

    String id(long drawKey) {
        return idPrefix + String.format("%016x", drawKey);
    }

    /** Whether it is one of Ollama's own, which streams unless told otherwise. */
    boolean isOllama() {
        return this == OLLAMA_GENERATE || this == OLLAMA_CHAT;
    }

    /**
     * How one answer is spelled.
     *
     * @param choice which of several, from 0; the API has several
     */
    Wording wording(String id, long createdEpochMillis, String model, boolean includeUsage, int choice) {
        String spelled = spelled(model);
        return switch (this) {
            case CHAT, COMPLETIONS ->
                new OpenAiWording(this == CHAT, id, createdEpochMillis / 1000, spelled, includeUsage, choice);
            case OLLAMA_GENERATE, OLLAMA_CHAT -> new OllamaWording(this == OLLAMA_CHAT, createdEpochMillis, spelled);
            case MESSAGES -> new MessagesWording(id, spelled);
            case RESPONSES -> new ResponsesWording(id, createdEpochMillis / 1000, spelled);
        };
    }

    /** The body of an error status. */
    String refusal(RequestRefused refused) {
        return switch (this) {
            case CHAT, COMPLETIONS, RESPONSES -> refused.body();
            case OLLAMA_GENERATE, OLLAMA_CHAT -> OllamaWording.error(refused);
            case MESSAGES -> MessagesWording.error(refused);
        };
    }

    /** A text inside a JSON string, in ASCII whatever its alphabet. */
    private static String spelled(String text) {
        StringBuilder spelled = new StringBuilder(text.length());
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                spelled.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                spelled.append(c);
            } else {
                spelled.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return spelled.toString();
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

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
