package dev.plumbline.producer.selfwarmup;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server on the loopback interface that answers at once, in the shapes of real servers of each protocol. */
final class LoopbackServer {

    private static final int CONTENT_CHUNKS = 16;

    private LoopbackServer() {}

    /** Listens on a free port. */
    static Future<HttpServer> listen(Vertx vertx, Protocol protocol) {
        Answer answer = Answer.of(protocol);
        return vertx.createHttpServer()
                .requestHandler(request -> answer(request, answer))
                .listen(0, "127.0.0.1");
    }

    private static void answer(HttpServerRequest request, Answer answer) {
        request.endHandler(unused -> {
            HttpServerResponse response = request.response();
            response.setChunked(true).putHeader("Content-Type", answer.contentType());
            answer.chunks().forEach(chunk -> response.write(Buffer.buffer(chunk)));
            response.end();
        });
    }

    /** What the server says, write by write. */
    private record Answer(String contentType, List<String> chunks) {

        static Answer of(Protocol protocol) {
            if (protocol.described().isPresent()) {
                return described(protocol.described().get());
            }
            return protocol.streaming() ? streamed(protocol.endpointType()) : whole(protocol.endpointType());
        }

        /** In one piece, as servers answer who does not want a stream. */
        private static Answer whole(EndpointType type) {
            String text = " word".repeat(CONTENT_CHUNKS);
            String json = switch (type) {
                case CHAT, COMPLETIONS, GENERIC ->
                    "{\"id\":\"w\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"w\",\"choices\":[{\"index\":0,"
                            + (type == EndpointType.COMPLETIONS
                                    ? "\"text\":\"" + text + "\""
                                    : "\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"}")
                            + ",\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":32,\"total_tokens\":48,"
                            + "\"completion_tokens\":16}}";
                case OLLAMA_GENERATE, OLLAMA_CHAT ->
                    "{\"model\":\"w\",\"created_at\":\"2026-01-01T00:00:00Z\","
                            + (type == EndpointType.OLLAMA_GENERATE
                                    ? "\"response\":\"" + text + "\""
                                    : "\"message\":{\"role\":\"assistant\",\"content\":\"" + text + "\"}")
                            + ",\"done\":true,\"done_reason\":\"length\",\"total_duration\":9,\"load_duration\":1,"
                            + "\"prompt_eval_count\":32,\"prompt_eval_duration\":4,\"eval_count\":16,\"eval_duration\":4}";
                case MESSAGES ->
                    "{\"id\":\"w\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\""
                            + text + "\"}],\"stop_reason\":\"max_tokens\","
                            + "\"usage\":{\"input_tokens\":32,\"output_tokens\":16}}";
                case RESPONSES ->
                    "{\"id\":\"w\",\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":"
                            + "\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\""
                            + text
                            + "\"}]}],\"usage\":{\"input_tokens\":32,\"output_tokens\":16}}";
            };
            return new Answer("application/json", List.of(json));
        }

        /** What the described server would say: a value wherever one is looked for. */
        private static Answer described(GenericTarget target) {
            String chunk = filled(List.of(Map.entry(target.text(), TextNode.valueOf(" word"))));
            List<Map.Entry<String, JsonNode>> said = new ArrayList<>();
            if (target.framing() == GenericTarget.Framing.JSON) {
                said.add(Map.entry(target.text(), TextNode.valueOf(" word")));
            }
            target.finishReason().ifPresent(at -> said.add(Map.entry(at, TextNode.valueOf("length"))));
            target.promptTokens().ifPresent(at -> said.add(Map.entry(at, IntNode.valueOf(32))));
            target.outputTokens().ifPresent(at -> said.add(Map.entry(at, IntNode.valueOf(16))));
            String end = filled(said);
            List<String> chunks = new ArrayList<>();
            switch (target.framing()) {
                case SSE -> {
                    chunks.addAll(many("data: " + chunk + "\n\n"));
                    chunks.add("data: " + end + "\n\n");
                    return new Answer("text/event-stream", chunks);
                }
                case NDJSON -> {
                    chunks.addAll(many(chunk + "\n"));
                    chunks.add(end + "\n");
                    return new Answer("application/x-ndjson", chunks);
                }
                case JSON -> {
                    return new Answer("application/json", List.of(end));
                }
            }
            throw new IllegalStateException("framing " + target.framing());
        }

        private static String filled(List<Map.Entry<String, JsonNode>> values) {
            ObjectNode root = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> value : values) {
                JsonPointer at = JsonPointer.compile(value.getKey());
                if (at.matches()) {
                    // The whole of it.
                    return value.getValue().toString();
                }
                ObjectNode parent =
                        at.head().matches() ? root : root.withObject(at.head(), JsonNode.OverwriteMode.ALL, true);
                parent.set(at.last().getMatchingProperty(), value.getValue());
            }
            return root.toString();
        }

        private static Answer streamed(EndpointType type) {
            return switch (type) {
                case CHAT, COMPLETIONS, GENERIC -> openAi();
                case OLLAMA_GENERATE, OLLAMA_CHAT -> ollama();
                case MESSAGES -> messages();
                case RESPONSES -> responses();
            };
        }

        private static Answer openAi() {
            List<String> chunks = new ArrayList<>();
            chunks.add(choice("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
            chunks.addAll(many(choice("{\"content\":\" word\"}", "null")));
            chunks.add(choice("{}", "\"length\""));
            chunks.add(
                    "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":32,"
                            + "\"total_tokens\":48,\"completion_tokens\":16}}\n\n");
            chunks.add("data: [DONE]\n\n");
            return new Answer("text/event-stream", chunks);
        }

        private static String choice(String delta, String finishReason) {
            return "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"w\","
                    + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":"
                    + finishReason + "}]}\n\n";
        }

        private static Answer ollama() {
            List<String> chunks = new ArrayList<>(
                    many(
                            "{\"model\":\"w\",\"created_at\":\"2026-01-01T00:00:00Z\","
                                    + "\"response\":\" word\",\"message\":{\"role\":\"assistant\",\"content\":\" word\"},\"done\":false}\n"));
            chunks.add(
                    "{\"model\":\"w\",\"response\":\"\",\"done\":true,\"done_reason\":\"length\",\"total_duration\":9,"
                            + "\"load_duration\":1,\"prompt_eval_count\":32,\"prompt_eval_duration\":4,\"eval_count\":16,"
                            + "\"eval_duration\":4}\n");
            return new Answer("application/x-ndjson", chunks);
        }

        private static Answer messages() {
            List<String> chunks = new ArrayList<>();
            chunks.add(named(
                    "message_start",
                    "\"message\":{\"id\":\"w\",\"role\":\"assistant\",\"content\":[],"
                            + "\"usage\":{\"input_tokens\":32,\"output_tokens\":0}}"));
            chunks.addAll(many(named(
                    "content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}")));
            chunks.add(named(
                    "message_delta",
                    "\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"input_tokens\":32,\"output_tokens\":16}"));
            chunks.add(named("message_stop", "\"x\":0"));
            return new Answer("text/event-stream", chunks);
        }

        private static Answer responses() {
            List<String> chunks = new ArrayList<>(many(
                    named("response.output_text.delta", "\"delta\":\" word\",\"item_id\":\"w\",\"output_index\":0")));
            chunks.add(named(
                    "response.completed",
                    "\"response\":{\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[],"
                            + "\"usage\":{\"input_tokens\":32,\"output_tokens\":16}}"));
            return new Answer("text/event-stream", chunks);
        }

        private static String named(String type, String rest) {
            return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n";
        }

        private static List<String> many(String chunk) {
            return java.util.Collections.nCopies(CONTENT_CHUNKS, chunk);
        }
    }
}
