package dev.plumbline.telemetry.scrape;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server whose answers a test chooses; it remembers what it was asked. */
public final class PageServer implements AutoCloseable {

    /** Answers one request. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** One request that came. */
    public record Asked(String method, String path, String authorization, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "page-server");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    public PageServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(new Asked(
                exchange.getRequestMethod(),
                path,
                authorization == null ? "" : authorization,
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        answers.getOrDefault(path, status(404, "404 page not found")).to(exchange);
    }

    /** Chooses the answer at a path. */
    public PageServer at(String path, Answer answer) {
        answers.put(path, answer);
        return this;
    }

    public static Answer page(String body) {
        return status(200, body);
    }

    public static Answer status(int status, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    /** The answer at a path is a file of the test resources. */
    public PageServer resource(String path, String resource) throws IOException {
        return at(path, page(text(resource)));
    }

    public static String text(String resource) throws IOException {
        try (InputStream in = PageServer.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
