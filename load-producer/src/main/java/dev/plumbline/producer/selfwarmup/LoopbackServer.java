package dev.plumbline.producer.selfwarmup;

import dev.plumbline.protocol.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;

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
            return switch (protocol.endpointType()) {
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
