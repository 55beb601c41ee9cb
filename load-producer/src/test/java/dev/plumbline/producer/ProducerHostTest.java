package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The producer's own HTTP, over real sockets. */
class ProducerHostTest {

    private static final String TOKEN = "0123456789abcdef";
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ProducerHost host = new ProducerHost();
    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        Router router = Router.router(vertx);
        host.routes(router);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        client.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private int post(String path, String header, String value) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                                .timeout(Duration.ofSeconds(10))
                                .header(header, value)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aWebPageCanNeitherEndALoadNorBeginOne() throws Exception {
        assertThat(post("/end", "Origin", "http://evil.example")).isEqualTo(403);
        assertThat(post("/release", "Content-Type", "text/plain")).isEqualTo(415);
        // A program on this machine may, once there is a load.
        assertThat(post("/end", "Accept", "*/*")).isEqualTo(503);
    }

    @Test
    void whereATokenIsSetOnlyWhoeverKnowsItMay() throws Exception {
        host.create(ProducerConfig.of(Map.of(
                "plumbline.kafka.bootstrap-servers", "127.0.0.1:9",
                "plumbline.target.url", "http://127.0.0.1:9",
                "plumbline.target.model", "m",
                "plumbline.load.concurrency", "1",
                "plumbline.emit.stop-grace", "1ms",
                "plumbline.control.token", TOKEN)));
        assertThat(post("/release", "Accept", "*/*")).isEqualTo(401);
        assertThat(post("/release", "Authorization", "Bearer " + TOKEN)).isEqualTo(204);
        assertThat(post("/end", "Authorization", "Bearer wrong")).isEqualTo(401);
        assertThat(post("/rate?level=5", "Accept", "*/*")).isEqualTo(401);
        assertThat(post("/rate?level=fast", "Authorization", "Bearer " + TOKEN)).isEqualTo(400);
        // A steady load stays what its name says.
        assertThat(post("/rate?level=5", "Authorization", "Bearer " + TOKEN)).isEqualTo(409);
        assertThat(post("/concurrency?level=5", "Authorization", "Bearer " + TOKEN))
                .isEqualTo(409);
        assertThat(post("/end", "Authorization", "Bearer " + TOKEN)).isEqualTo(202);
    }
}
