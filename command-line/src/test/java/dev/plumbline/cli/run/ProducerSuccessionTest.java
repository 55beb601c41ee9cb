package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ProducerSuccessionTest {

    private final List<String> asked = new CopyOnWriteArrayList<>();

    private HttpServer serve(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", exchange -> {
            asked.add(name + " " + exchange.getRequestURI());
            byte[] bytes = "{\"state\": \"RUNNING\", \"failed\": {}}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    void eachIsReleasedOnceBeforeItIsAskedForItsStatus() throws Exception {
        HttpServer first = serve("first");
        HttpServer second = serve("second");
        try (ProducerSuccession producer = new ProducerSuccession(url(first), "s3cret")) {
            producer.status();
            producer.status();
            producer.succeed(url(second));
            producer.status();
            producer.status();
            producer.end();
        } finally {
            first.stop(0);
            second.stop(0);
        }

        assertThat(asked)
                .containsExactly(
                        "first /release",
                        "first /status",
                        "first /status",
                        "second /release",
                        "second /status",
                        "second /status",
                        "second /end");
    }
}
