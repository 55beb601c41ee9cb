package dev.plumbline.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;

/** Anthropic Messages, spelled as vLLM does. */
final class MessagesWording implements Wording {

    private static final byte[] CONTENT_PREFIX = Protocol.ascii("event: content_block_delta\ndata: "
            + "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"");
    private static final byte[] CONTENT_SUFFIX = Protocol.ascii("\"},\"index\":0}\n\n");

    private final String message;

    MessagesWording(String id, String model) {
        this.message = "\"id\":\"" + id + "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"" + model + "\",";
    }

    @Override
    public String streamContentType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public byte[] opening(int promptTokens) {
        return opening(promptTokens, OptionalInt.empty());
    }

    @Override
    public byte[] opening(int promptTokens, OptionalInt cachedTokens) {
        return Protocol.ascii(event(
                        "message_start",
                        "\"message\":{" + message
                                + "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":"
                                + usage(promptTokens, 0, cachedTokens) + "}")
                + event("content_block_start", "\"content_block\":{\"type\":\"text\",\"text\":\"\"},\"index\":0"));
    }

    @Override
    public byte[] content(byte[] text, boolean last, String finishReason) {
        return text.length == 0 ? text : Wording.joined(CONTENT_PREFIX, text, CONTENT_SUFFIX);
    }

    @Override
    public byte[] closing(Work work, String finishReason) {
        return Protocol.ascii(event("content_block_stop", "\"index\":0")
                + event(
                        "message_delta",
                        "\"delta\":{\"stop_reason\":\"" + stopReason(finishReason)
                                + "\",\"stop_sequence\":null},\"usage\":" + usage(work))
                + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    @Override
    public byte[] failure(RequestRefused error) {
        return Protocol.ascii("event: error\ndata: " + error(error) + "\n\n");
    }

    @Override
    public String whole(Work work, String finishReason) {
        return "{" + message + "\"content\":[{\"type\":\"text\",\"text\":\"" + Wording.text(work)
                + "\"}],\"stop_reason\":\"" + stopReason(finishReason) + "\",\"stop_sequence\":null,\"usage\":"
                + usage(work) + "}";
    }

    private static String event(String type, String rest) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n";
    }

    private static String stopReason(String finishReason) {
        return finishReason.equals("length") ? "max_tokens" : "end_turn";
    }

    private static String usage(Work work) {
        return usage(work.promptTokens(), work.outputTokens(), work.cachedTokens());
    }

    /** That API's input tokens are those that the cache did not have. */
    private static String usage(int promptTokens, int outputTokens, OptionalInt cachedTokens) {
        return "{\"input_tokens\":" + (promptTokens - cachedTokens.orElse(0)) + ",\"output_tokens\":" + outputTokens
                + (cachedTokens.isPresent() ? ",\"cache_read_input_tokens\":" + cachedTokens.getAsInt() : "") + "}";
    }

    static String error(RequestRefused refused) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
        body.putObject("error").put("type", refused.type()).put("message", refused.getMessage());
        return body.toString();
    }
}
