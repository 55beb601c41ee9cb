package dev.plumbline.producer.selfwarmup;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** A chat server on the loopback interface that answers at once, in the shapes of real servers. */
final class LoopbackServer {

    private static final int CONTENT_CHUNKS = 16;

    private LoopbackServer() {}

    /** Listens on a free port. */
    static Future<HttpServer> listen(Vertx vertx) {
        return vertx.createHttpServer().requestHandler(LoopbackServer::answer).listen(0, "127.0.0.1");
    }

    private static void answer(HttpServerRequest request) {
        request.endHandler(unused -> {
            HttpServerResponse response = request.response();
            response.setChunked(true).putHeader("Content-Type", "text/event-stream");
            response.write(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
            for (int i = 0; i < CONTENT_CHUNKS; i++) {
                response.write(chunk("{\"content\":\" word\"}", "null"));
            }
            response.write(chunk("{}", "\"length\""));
            response.write(Buffer.buffer(
                    "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":32,"
                            + "\"total_tokens\":48,\"completion_tokens\":16}}\n\n"));
            response.end(Buffer.buffer("data: [DONE]\n\n"));
        });
    }

    private static Buffer chunk(String delta, String finishReason) {
        return Buffer.buffer("data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"w\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":"
                + finishReason
                + "}]}\n\n");
    }
}
