package dev.plumbline.probe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** A server on a real socket that says what it is told to, by method and path; everything else is a 404. */
final class FakeServer implements AutoCloseable {

    /** What one path answers; the body of a request decides where it is streamed. */
    interface Script {
        void play(HttpExchange exchange, String requestBody) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Map<String, String> authorizations = new ConcurrentHashMap<>();
    private final String scheme;

    private FakeServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    static FakeServer start() {
        try {
            return new FakeServer(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50), "http");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FakeServer start(SSLContext tls) {
        try {
            HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            return new FakeServer(server, "https");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return scheme + "://127.0.0.1:" + port();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Method and path of every request, queries included. */
    Queue<String> asked() {
        return asked;
    }

    /** The last Authorization header by method and path. */
    Map<String, String> authorizations() {
        return authorizations;
    }

    FakeServer on(String asked, Script script) {
        scripts.put(asked, script);
        return this;
    }

    FakeServer on(String asked, int status, String contentType, String body) {
        return on(asked, (exchange, request) -> send(exchange, status, contentType, body));
    }

    FakeServer json(String asked, String body) {
        return on(asked, 200, "application/json", body);
    }

    FakeServer captured(String asked, String resource) {
        return json(asked, resource(resource));
    }

    FakeServer header(String asked, int status, String name, String value) {
        return on(asked, (exchange, request) -> {
            exchange.getResponseHeaders().add(name, value);
            send(exchange, status, "text/html", "<html>moved</html>");
        });
    }

    /** A request without content is refused, any other one gets the stream. */
    FakeServer streaming(String path, String events) {
        return on("POST " + path, (exchange, request) -> {
            if (request.equals("{}")) {
                send(exchange, 400, "application/json", "{\"error\":{\"message\":\"messages is required\"}}");
            } else {
                send(exchange, 200, "text/event-stream; charset=utf-8", events);
            }
        });
    }

    /** What everything answers that has no script of its own. */
    FakeServer elsewhere(int status, String contentType, String body) {
        return on("", status, contentType, body);
    }

    static void send(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    static String resource(String name) {
        try (InputStream bytes = Objects.requireNonNull(
                FakeServer.class.getResourceAsStream("/engines/" + name), "no resource " + name)) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String what = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        asked.add(what);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) {
            authorizations.put(what, authorization);
        }
        Script script = scripts.getOrDefault(what, scripts.get(""));
        if (script == null) {
            send(exchange, 404, "application/json", "{\"detail\":\"Not Found\"}");
        } else {
            script.play(exchange, body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    static FakeServer vllm() {
        return start().captured("GET /v1/models", "vllm-v1-models.json")
                .json("GET /version", "{\"version\":\"0.32.0\"}")
                .on("GET /health", 200, "text/plain", "")
                .on("GET /metrics", 200, "text/plain; version=0.0.4", resource("vllm-metrics.prom"))
                .streaming("/v1/chat/completions", resource("vllm-chat.sse"))
                .streaming("/v1/completions", resource("vllm-chat.sse"));
    }

    static FakeServer llamaCpp() {
        return start().captured("GET /v1/models", "llamacpp-v1-models.json")
                .captured("GET /props", "llamacpp-props.json")
                .json("GET /health", "{\"status\":\"ok\"}")
                .on("GET /metrics", 200, "text/plain; version=0.0.4", resource("llamacpp-metrics-idle.prom"))
                .elsewhere(404, "application/json", "{\"error\":{\"message\":\"File Not Found\",\"code\":404}}")
                .streaming("/v1/chat/completions", resource("llamacpp-chat.sse"))
                .streaming("/v1/completions", resource("llamacpp-chat.sse"));
    }

    static FakeServer ollama() {
        return start().captured("GET /v1/models", "ollama-v1-models.json")
                .captured("GET /api/tags", "ollama-tags.json")
                .captured("GET /api/ps", "ollama-ps-loaded.json")
                .captured("GET /api/version", "ollama-version.json")
                .captured("POST /api/show", "ollama-show.json")
                .elsewhere(404, "text/plain", "404 page not found")
                .streaming("/v1/chat/completions", resource("ollama-chat.sse"))
                .streaming("/v1/completions", resource("ollama-chat.sse"));
    }
}
