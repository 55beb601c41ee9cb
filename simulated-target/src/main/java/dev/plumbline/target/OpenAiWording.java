package dev.plumbline.target;

/** Chat and completions of OpenAI, spelled as vLLM does. */
final class OpenAiWording implements Wording {

    private static final String DONE = "data: [DONE]\n\n";

    private final boolean chat;
    private final boolean includeUsage;
    private final String head;
    private final String wholeHead;
    private final byte[] contentPrefix;
    private final byte[] contentSuffix;

    OpenAiWording(boolean chat, String id, long createdSeconds, String model, boolean includeUsage) {
        this.chat = chat;
        this.includeUsage = includeUsage;
        String named = ",\"created\":" + createdSeconds + ",\"model\":\"" + model + "\",\"choices\":";
        this.head = "data: {\"id\":\"" + id + "\",\"object\":\"" + (chat ? "chat.completion.chunk" : "text_completion")
                + "\"" + named;
        this.wholeHead =
                "{\"id\":\"" + id + "\",\"object\":\"" + (chat ? "chat.completion" : "text_completion") + "\"" + named;
        this.contentPrefix =
                Protocol.ascii(head + (chat ? "[{\"index\":0,\"delta\":{\"content\":\"" : "[{\"index\":0,\"text\":\""));
        this.contentSuffix = Protocol.ascii(
                chat
                        ? "\"},\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]}\n\n"
                        : "\",\"logprobs\":null,\"finish_reason\":null,\"stop_reason\":null,\"prompt_token_ids\":null,"
                                + "\"token_ids\":null}]}\n\n");
    }

    @Override
    public String streamContentType() {
        return "text/event-stream; charset=utf-8";
    }

    /** The role-only event; completions have none. */
    @Override
    public byte[] opening(int promptTokens) {
        return Protocol.ascii(
                chat
                        ? head + "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                                + "\"finish_reason\":null}],\"prompt_token_ids\":null,\"prompt_text\":null}\n\n"
                        : "");
    }

    @Override
    public byte[] content(byte[] text, boolean last, String finishReason) {
        return Wording.joined(contentPrefix, text, last ? Protocol.ascii(lastSuffix(finishReason)) : contentSuffix);
    }

    private String lastSuffix(String finishReason) {
        String fingerprint = includeUsage ? "" : ",\"system_fingerprint\":\"simulated\"";
        return (chat
                        ? "\"},\"logprobs\":null,\"finish_reason\":\"" + finishReason
                                + "\",\"stop_reason\":null,\"token_ids\":null}]"
                        : "\",\"logprobs\":null,\"finish_reason\":\"" + finishReason
                                + "\",\"stop_reason\":null,\"prompt_token_ids\":null,\"token_ids\":null}]")
                + fingerprint + "}\n\n";
    }

    @Override
    public byte[] closing(Work work, String finishReason) {
        String usage =
                includeUsage ? head + "[],\"usage\":" + usage(work) + ",\"system_fingerprint\":\"simulated\"}\n\n" : "";
        return Protocol.ascii(usage + DONE);
    }

    @Override
    public byte[] failure(RequestRefused error) {
        return Protocol.ascii("data: " + error.body() + "\n\n" + DONE);
    }

    @Override
    public String whole(Work work, String finishReason) {
        String text = Wording.text(work);
        String choice = chat
                ? "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null}"
                : "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null}";
        return wholeHead + "[" + choice + "],\"system_fingerprint\":\"simulated\",\"usage\":" + usage(work) + "}";
    }

    private static String usage(Work work) {
        return "{\"prompt_tokens\":" + work.promptTokens() + ",\"total_tokens\":"
                + (work.promptTokens() + work.outputTokens()) + ",\"completion_tokens\":" + work.outputTokens()
                + (work.cachedTokens().isPresent()
                        ? ",\"prompt_tokens_details\":{\"cached_tokens\":"
                                + work.cachedTokens().getAsInt() + "}"
                        : "")
                + "}";
    }
}
