package dev.plumbline.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** OpenAI Responses: typed, numbered events. */
final class ResponsesWording implements Wording {

    private static final byte[] CONTENT_SUFFIX = Protocol.ascii("\",\"logprobs\":[],\"output_index\":0}\n\n");

    private final String head;
    private int sequence;

    ResponsesWording(String id, long createdSeconds, String model) {
        this.head = "\"id\":\"" + id + "\",\"object\":\"response\",\"created_at\":" + createdSeconds + ",\"model\":\""
                + model + "\",";
    }

    @Override
    public String streamContentType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public byte[] opening(int promptTokens) {
        String open = "\"response\":{" + head
                + "\"status\":\"in_progress\",\"error\":null,\"incomplete_details\":null,\"output\":[],\"usage\":null}";
        return Protocol.ascii(event("response.created", open)
                + event("response.in_progress", open)
                + event(
                        "response.output_item.added",
                        "\"item\":{\"id\":\"msg_0\",\"content\":[],\"role\":\"assistant\",\"status\":\"in_progress\","
                                + "\"type\":\"message\"},\"output_index\":0")
                + event(
                        "response.content_part.added",
                        "\"content_index\":0,\"item_id\":\"msg_0\",\"output_index\":0,"
                                + "\"part\":{\"annotations\":[],\"text\":\"\",\"type\":\"output_text\"}"));
    }

    @Override
    public byte[] content(byte[] text, boolean last, String finishReason) {
        if (text.length == 0) {
            return text;
        }
        byte[] before =
                Protocol.ascii("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                        + "\"sequence_number\":" + sequence++
                        + ",\"content_index\":0,\"item_id\":\"msg_0\",\"delta\":\"");
        return Wording.joined(before, text, CONTENT_SUFFIX);
    }

    @Override
    public byte[] closing(Work work, String finishReason) {
        // As a real server, what was said is said once more.
        return Protocol.ascii(event(
                        "response.output_text.done",
                        "\"content_index\":0,\"item_id\":\"msg_0\",\"output_index\":0,\"text\":\"" + Wording.text(work)
                                + "\"")
                + event(
                        finishReason.equals("length") ? "response.incomplete" : "response.completed",
                        "\"response\":" + whole(work, finishReason)));
    }

    @Override
    public byte[] failure(RequestRefused error) {
        ObjectNode failure = JsonNodeFactory.instance
                .objectNode()
                .put("code", "server_error")
                .put("message", error.getMessage());
        return Protocol.ascii(
                event("response.failed", "\"response\":{" + head + "\"status\":\"failed\",\"error\":" + failure + "}"));
    }

    @Override
    public String whole(Work work, String finishReason) {
        boolean cut = finishReason.equals("length");
        return "{" + head + "\"status\":\"" + (cut ? "incomplete" : "completed")
                + "\",\"error\":null,\"incomplete_details\":" + (cut ? "{\"reason\":\"max_output_tokens\"}" : "null")
                + ",\"output\":[{\"id\":\"msg_0\",\"type\":\"message\",\"role\":\"assistant\",\"status\":\"completed\","
                + "\"content\":[{\"type\":\"output_text\",\"text\":\"" + Wording.text(work)
                + "\",\"annotations\":[]}]}],\"usage\":{\"input_tokens\":" + work.promptTokens()
                + (work.cachedTokens().isPresent()
                        ? ",\"input_tokens_details\":{\"cached_tokens\":"
                                + work.cachedTokens().getAsInt() + "}"
                        : "")
                + ",\"output_tokens\":"
                + work.outputTokens() + ",\"total_tokens\":" + (work.promptTokens() + work.outputTokens()) + "}}";
    }

    private String event(String type, String rest) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + sequence++ + "," + rest
                + "}\n\n";
    }
}
