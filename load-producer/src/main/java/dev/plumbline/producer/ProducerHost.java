package dev.plumbline.producer;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.process.ControlAccess;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.time.SystemTime;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The edge between Quarkus and the producer: makes it, answers for it over HTTP, stops it at shutdown. */
@ApplicationScoped
class ProducerHost {

    private static final Logger LOG = Logger.getLogger(ProducerHost.class);
    private static final ObjectWriter JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .serializationInclusion(JsonInclude.Include.NON_ABSENT)
            .build()
            .writerFor(StatusReport.class);

    private volatile Optional<LoadProducer> producer = Optional.empty();
    private volatile ControlAccess control = ControlAccess.of(Optional.empty());

    /** @throws InvalidConfiguration naming the first key that is wrong */
    LoadProducer create(ProducerConfig config) {
        try {
            control = ControlAccess.of(config.control().token());
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration("plumbline.control.token: " + e.getMessage());
        }
        LoadProducer created = new LoadProducer(config, ProducerSettings.checked(config), new SystemTime());
        producer = Optional.of(created);
        return created;
    }

    void routes(@Observes Router router) {
        router.get("/metrics").handler(this::metrics);
        router.get("/status").handler(this::status);
        router.post("/release").handler(this::admit).handler(this::release);
        router.post("/end").handler(this::admit).handler(this::end);
        router.post("/rate").handler(this::admit).handler(context -> change(context, true));
        router.post("/concurrency").handler(this::admit).handler(context -> change(context, false));
    }

    private void admit(RoutingContext context) {
        HttpServerRequest request = context.request();
        control.refusal(request.remoteAddress().hostAddress(), name -> Optional.ofNullable(request.getHeader(name)))
                .ifPresentOrElse(
                        refused -> context.response()
                                .setStatusCode(refused.status())
                                .end(refused.line() + "\n"),
                        context::next);
    }

    void shutdown(@Observes ShutdownEvent event) {
        stop();
    }

    /** Ends the load in good order, if there is one; returns when it is done. */
    void stop() {
        producer.ifPresent(running -> {
            try {
                running.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                LOG.warn("The orderly stop was interrupted");
            }
        });
    }

    /** Lets a held load begin, see {@code plumbline.load.hold}. */
    private void release(RoutingContext context) {
        producer.ifPresent(LoadProducer::release);
        context.response().setStatusCode(producer.isPresent() ? 204 : 503).end();
    }

    /** Ends the load in good order; {@code /status} says STOPPED when everything that could be sent was sent. */
    private void end(RoutingContext context) {
        Thread.ofVirtual().name("end").start(this::stop);
        context.response().setStatusCode(producer.isPresent() ? 202 : 503).end();
    }

    /** Changes a load that is changed by hand to the {@code level} of the query; answers what it was before. */
    private void change(RoutingContext context, boolean isRate) {
        Optional<LoadProducer> running = producer;
        if (running.isEmpty()) {
            context.response().setStatusCode(503).end("starting\n");
            return;
        }
        double wanted;
        try {
            wanted = Double.parseDouble(String.valueOf(context.request().getParam("level")));
        } catch (NumberFormatException e) {
            context.response().setStatusCode(400).end("level must be a number, for example ?level=20\n");
            return;
        }
        Thread.ofVirtual().name("change").start(() -> answer(context, running.get(), wanted, isRate));
    }

    private static void answer(RoutingContext context, LoadProducer running, double wanted, boolean isRate) {
        try {
            answer(context, 200, Double.toString(running.change(wanted, isRate)));
        } catch (IllegalArgumentException e) {
            answer(context, 409, String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            answer(context, 500, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(RoutingContext context, int status, String words) {
        context.vertx()
                .runOnContext(unused -> context.response().setStatusCode(status).end(words + "\n"));
    }

    private void metrics(RoutingContext context) {
        Optional<LoadProducer> running = producer;
        if (running.isEmpty()) {
            context.response().setStatusCode(503).end("starting\n");
            return;
        }
        ProducerMetrics.Scrape scrape =
                running.get().metrics().scrape(context.request().getHeader("Accept"));
        context.response()
                .putHeader("Content-Type", scrape.contentType())
                .end(Buffer.buffer(scrape.body().toArray()));
    }

    private void status(RoutingContext context) {
        Optional<LoadProducer> running = producer;
        if (running.isEmpty()) {
            context.response().setStatusCode(503).end("starting\n");
            return;
        }
        try {
            context.response()
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(JSON.writeValueAsBytes(running.get().status())));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot write the status", e);
        }
    }
}
