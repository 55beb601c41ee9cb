package dev.plumbline.aggregator;

import dev.plumbline.aggregator.exposition.AggregatorMetrics;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;

/** {@code /metrics} for Prometheus and {@code /health} for supervisors. */
@ApplicationScoped
class Endpoints {

    private final AggregatorStreams streams;

    Endpoints(AggregatorStreams streams) {
        this.streams = streams;
    }

    void routes(@Observes Router router) {
        router.get("/metrics").handler(this::metrics);
        router.get("/health").handler(this::health);
    }

    private void metrics(RoutingContext request) {
        try {
            AggregatorMetrics.Page page =
                    streams.metrics().page(Optional.ofNullable(request.request().getHeader("Accept")));
            request.response().putHeader("Content-Type", page.contentType()).end(Buffer.buffer(page.body()));
        } catch (IOException e) {
            request.fail(500, e);
        }
    }

    private void health(RoutingContext request) {
        KafkaStreams.State state = streams.state();
        // A rebalance is ordinary life; a process that restarts because of it makes the next one.
        boolean up = state == KafkaStreams.State.RUNNING || state == KafkaStreams.State.REBALANCING;
        request.response()
                .setStatusCode(up ? 200 : 503)
                .putHeader("Content-Type", "application/json")
                .end("{\"status\":\"" + (up ? "UP" : "DOWN") + "\",\"streams\":\"" + state + "\"}");
    }
}
