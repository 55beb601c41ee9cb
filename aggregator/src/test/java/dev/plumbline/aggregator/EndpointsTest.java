package dev.plumbline.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class EndpointsTest {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** Nobody asks for a token here, so nothing may be changed: every route that there is, whoever adds one. */
    @Test
    void noRouteChangesAnything() throws Exception {
        Vertx vertx = Vertx.vertx();
        HttpClient http = HttpClient.newHttpClient();
        try {
            Router router = Router.router(vertx);
            new Endpoints(new AggregatorStreams()).routes(router);
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(router)
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            assertThat(router.getRoutes()).hasSizeGreaterThanOrEqualTo(2);
            for (Route route : router.getRoutes()) {
                assertThat(route.methods()).as(route.getPath()).isEqualTo(Set.of(HttpMethod.GET));
                for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
                    HttpRequest request = HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + server.actualPort() + route.getPath()))
                            .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                            .timeout(LONGEST)
                            .build();
                    assertThat(http.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode())
                            .as(method + " " + route.getPath())
                            .isEqualTo(405);
                }
            }
        } finally {
            http.shutdownNow();
            vertx.close().toCompletionStage().toCompletableFuture().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
