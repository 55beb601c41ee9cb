package dev.plumbline.detector.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.detector.messaging.Consumers;
import dev.plumbline.detector.messaging.ControlReader;
import dev.plumbline.detector.messaging.Recovery;
import dev.plumbline.detector.messaging.WindowPartitions;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class PagesTest {

    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Watch watch = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());
    private final Consumers kafka = new Consumers() {
        @Override
        public Consumer<byte[], byte[]> open(Map<String, Object> settings) {
            return new MockConsumer<>("earliest");
        }

        @Override
        public Optional<String> topicId(String topic) {
            return Optional.empty();
        }
    };

    /** What a scrape would see before: counters of half of it, and states that are long over. */
    @Test
    void metricsAreThereOnceEverythingThatThereIsIsKnown() throws Exception {
        WindowPartitions partitions = new WindowPartitions(
                watch, new Recovery(watch, kafka, 10_000), new ControlReader(watch, kafka), (line, cause) -> {});
        Vertx vertx = Vertx.vertx();
        try {
            Router router = Router.router(vertx);
            new Pages(watch, partitions, InstantSource.fixed(Instant.EPOCH)).routes(router);
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            assertThat(get(server, "/metrics").statusCode()).isEqualTo(503);
            assertThat(get(server, "/health").body()).contains("\"caughtUp\":false");
            partitions.onPartitionsAssigned(new MockConsumer<>("earliest"), List.of());
            HttpResponse<String> page = get(server, "/metrics");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("plumbline_detector_windows_judged_total 0.0");
            assertThat(get(server, "/health").body()).contains("\"caughtUp\":true");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Nobody asks for a token here, so nothing may be changed: every route that there is, whoever adds one. */
    @Test
    void noRouteChangesAnything() throws Exception {
        WindowPartitions partitions = new WindowPartitions(
                watch, new Recovery(watch, kafka, 10_000), new ControlReader(watch, kafka), (line, cause) -> {});
        Vertx vertx = Vertx.vertx();
        try {
            Router router = Router.router(vertx);
            new Pages(watch, partitions, InstantSource.fixed(Instant.EPOCH)).routes(router);
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            assertThat(router.getRoutes()).hasSizeGreaterThanOrEqualTo(5);
            for (Route route : router.getRoutes()) {
                assertThat(route.methods()).as(route.getPath()).isEqualTo(Set.of(HttpMethod.GET));
                for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
                    HttpRequest request = HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + server.actualPort() + route.getPath()))
                            .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                            .timeout(LONGEST)
                            .build();
                    assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode())
                            .as(method + " " + route.getPath())
                            .isEqualTo(405);
                }
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static HttpResponse<String> get(HttpServer server, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                .timeout(LONGEST)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
