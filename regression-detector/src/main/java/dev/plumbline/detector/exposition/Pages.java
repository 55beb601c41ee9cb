package dev.plumbline.detector.exposition;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.detector.messaging.WindowPartitions;
import dev.plumbline.detector.watch.Watch;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * {@code /metrics} for Prometheus; {@code /api/state}, {@code /api/alerts}, {@code /api/deploys} and {@code /health} for
 * people and scripts.
 */
@ApplicationScoped
public class Pages {

    private static final int SHOWN_ALERTS = 100;
    private static final int SHOWN_DEPLOYS = 100;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .build();

    private final Watch watch;
    private final BooleanSupplier caughtUp;
    private final InstantSource clock;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    @Inject
    public Pages(Watch watch, @Identifier("windows") WindowPartitions partitions, InstantSource clock) {
        this.watch = watch;
        this.caughtUp = partitions::isCaughtUp;
        this.clock = clock;
        registry.register(new WatchCollector(watch, partitions::lagRecords, clock));
        ProcessMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
    }

    void routes(@Observes Router router) {
        router.get("/metrics").blockingHandler(this::metrics, false);
        router.get("/api/state").blockingHandler(this::state, false);
        router.get("/api/alerts").blockingHandler(context -> json(context, 200, watch.alerts(SHOWN_ALERTS)), false);
        router.get("/api/deploys").blockingHandler(context -> json(context, 200, watch.deploys(SHOWN_DEPLOYS)), false);
        router.get("/health").handler(this::health);
    }

    /** 503 until the detector knows all that there is: counters that jump, and states of yesterday, are worse than none. */
    private void metrics(RoutingContext context) {
        if (!caughtUp.getAsBoolean()) {
            context.response()
                    .setStatusCode(503)
                    .putHeader("Content-Type", "text/plain")
                    .putHeader("Retry-After", "5")
                    .end("catching up with the windows topic\n");
            return;
        }
        ExpositionFormatWriter writer = formats.findWriter(context.request().getHeader("Accept"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.write(bytes, registry.scrape());
        } catch (IOException e) {
            context.fail(e);
            return;
        }
        context.response().putHeader("Content-Type", writer.getContentType()).end(Buffer.buffer(bytes.toByteArray()));
    }

    private void state(RoutingContext context) {
        json(
                context,
                200,
                Map.of(
                        "series",
                        watch.series().stream()
                                .map(view -> SeriesReport.of(view, clock.millis(), watch.limits()))
                                .toList()));
    }

    /** 200 when partitions are read; 503 before, or when another detector reads them all. */
    private void health(RoutingContext context) {
        List<Integer> partitions = watch.partitions().stream().sorted().toList();
        json(
                context,
                partitions.isEmpty() ? 503 : 200,
                Map.of(
                        "status",
                        partitions.isEmpty() ? "IDLE" : "UP",
                        "partitions",
                        partitions,
                        "caughtUp",
                        caughtUp.getAsBoolean()));
    }

    private static void json(RoutingContext context, int status, Object value) {
        HttpServerResponse response = context.response().setStatusCode(status);
        try {
            response.putHeader("Content-Type", "application/json").end(Buffer.buffer(JSON.writeValueAsBytes(value)));
        } catch (JsonProcessingException e) {
            context.fail(e);
        }
    }
}
