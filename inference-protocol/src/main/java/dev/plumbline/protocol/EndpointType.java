package dev.plumbline.protocol;

/** The API that is driven. */
public enum EndpointType {
    /** OpenAI chat: {@code POST …/v1/chat/completions}. */
    CHAT("/v1/chat/completions"),
    /** OpenAI text completion: {@code POST …/v1/completions}. */
    COMPLETIONS("/v1/completions");

    private final String path;

    EndpointType(String path) {
        this.path = path;
    }

    /** The path below the target's base URL. */
    public String path() {
        return path;
    }
}
