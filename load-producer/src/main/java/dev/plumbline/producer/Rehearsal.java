package dev.plumbline.producer;

import dev.plumbline.producer.time.SystemTime;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Goes through everything once while a producer stands by: settings, event loops, requests to itself, a Kafka that is not
 * there. What is cold costs a second of CPU, and a run shall not wait for it. Nothing of it is measured or sent to anybody.
 */
final class Rehearsal {

    private static final Logger LOG = Logger.getLogger(Rehearsal.class);

    /** The discard port of this machine twice, and no request that falls due. */
    private static final Map<String, String> TOWARDS_NOBODY = Map.of(
            "plumbline.kafka.bootstrap-servers", "127.0.0.1:9",
            "plumbline.target.url", "http://127.0.0.1:9",
            "plumbline.target.model", "nobody",
            "plumbline.load.request-rate", "0.01",
            "plumbline.load.arrival-pattern", "POISSON",
            "plumbline.load.duration", "1ms",
            "plumbline.selfwarmup.duration", "700ms",
            "plumbline.emit.stop-grace", "1ms",
            "plumbline.gpu.source", "NONE",
            "plumbline.engine.source", "NONE");

    private final LoadProducer producer;

    private Rehearsal(LoadProducer producer) {
        this.producer = producer;
    }

    /** Begins, on a thread of its own. */
    static Rehearsal begin() {
        LOG.info("Standing by; until a run comes, this is a rehearsal towards nobody");
        ProducerConfig config = ProducerConfig.of(TOWARDS_NOBODY);
        Rehearsal rehearsal =
                new Rehearsal(new LoadProducer(config, ProducerSettings.checked(config), new SystemTime()));
        new Thread(rehearsal::run, "rehearsal").start();
        return rehearsal;
    }

    private void run() {
        try {
            producer.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it, where it has not ended by itself, and does not wait. */
    void end() {
        LOG.info("The rehearsal ends");
        Thread.ofVirtual().name("rehearsal-end").start(() -> {
            try {
                producer.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
