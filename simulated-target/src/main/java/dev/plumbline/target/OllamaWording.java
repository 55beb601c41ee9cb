package dev.plumbline.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;

/** Ollama's generate and chat: a JSON object a line, the engine's own durations in the last; what is zero is left out. */
final class OllamaWording implements Wording {

    private final boolean chat;
    private final String head;
    private final byte[] contentPrefix;
    private final byte[] contentSuffix;

    OllamaWording(boolean chat, long createdEpochMillis, String model) {
        this.chat = chat;
        this.head = "{\"model\":\"" + model + "\",\"created_at\":\"" + Instant.ofEpochMilli(createdEpochMillis) + "\",";
        this.contentPrefix = Protocol.ascii(head + field());
        this.contentSuffix = Protocol.ascii((chat ? "\"}" : "\"") + ",\"done\":false}\n");
    }

    private String field() {
        return chat ? "\"message\":{\"role\":\"assistant\",\"content\":\"" : "\"response\":\"";
    }

    @Override
    public String streamContentType() {
        return "application/x-ndjson";
    }

    @Override
    public byte[] opening(int promptTokens) {
        return new byte[0];
    }

    @Override
    public byte[] content(byte[] text, boolean last, String finishReason) {
        return Wording.joined(contentPrefix, text, contentSuffix);
    }

    @Override
    public byte[] closing(Work work, String finishReason) {
        return Protocol.ascii(done("", work, finishReason) + "\n");
    }

    @Override
    public byte[] failure(RequestRefused error) {
        return Protocol.ascii(error(error) + "\n");
    }

    @Override
    public String whole(Work work, String finishReason) {
        return done(Wording.text(work), work, finishReason);
    }

    private String done(String text, Work work, String finishReason) {
        return head + field() + text + (chat ? "\"}" : "\"") + ",\"done\":true,\"done_reason\":\"" + finishReason + "\""
                + metric("total_duration", work.totalNanos())
                + metric("prompt_eval_count", work.promptTokens())
                + metric("prompt_eval_duration", work.promptEvalNanos())
                + metric("eval_count", work.outputTokens())
                + metric("eval_duration", work.evalNanos()) + "}";
    }

    private static String metric(String name, long value) {
        return value == 0 ? "" : ",\"" + name + "\":" + value;
    }

    static String error(RequestRefused refused) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("error", refused.getMessage())
                .toString();
    }
}
