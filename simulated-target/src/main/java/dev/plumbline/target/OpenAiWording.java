package dev.plumbline.target;

import java.util.List;

/** Chat and completions of OpenAI, spelled as vLLM does. */
final class OpenAiWording implements Wording {

    private static final String DONE = "data: [DONE]\n\n";

    private final boolean chat;
    private final boolean includeUsage;
    private final int choice;
    private final String head;
    private final String wholeHead;
    private final byte[] contentPrefix;
    private final byte[] contentSuffix;

    /** @param choice which of several answers it spells, from 0 */
    OpenAiWording(boolean chat, String id, long createdSeconds, String model, boolean includeUsage, int choice) {
        this.chat = chat;
        this.choice = choice;
        this.includeUsage = includeUsage;
        String named = ",\"created\":" + createdSeconds + ",\"model\":\"" + model + "\",\"choices\":";
        this.head = "data: {\"id\":\"" + id + "\",\"object\":\"" + (chat ? "chat.completion.chunk" : "text_completion")
                + "\"" + named;
        this.wholeHead =
                "{\"id\":\"" + id + "\",\"object\":\"" + (chat ? "chat.completion" : "text_completion") + "\"" + named;
        this.contentPrefix =
                Protocol.ascii(head + "[{\"index\":" + choice + (chat ? ",\"delta\":{\"content\":\"" : ",\"text\":\""));
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
                        ? head + "[{\"index\":" + choice
                                + ",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
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
        return whole(List.of(new Finished(work, finishReason)), work);
    }

    @Override
    public String whole(List<Finished> answers, Work all) {
        StringBuilder choices = new StringBuilder();
        for (int i = 0; i < answers.size(); i++) {
            choices.append(i == 0 ? "" : ",").append(whole(i, answers.get(i)));
        }
        return wholeHead + "[" + choices + "],\"system_fingerprint\":\"simulated\",\"usage\":" + usage(all) + "}";
    }

    private String whole(int index, Finished answer) {
        String text = Wording.text(answer.work());
        String finishReason = answer.finishReason();
        return chat
                ? "{\"index\":" + index + ",\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                        + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"" + finishReason
                        + "\",\"stop_reason\":null}"
                : "{\"index\":" + index + ",\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":\""
                        + finishReason + "\",\"stop_reason\":null}";
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
