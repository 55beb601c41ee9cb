package dev.plumbline.detector;

import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.messaging.Consumers;
import dev.plumbline.detector.messaging.KafkaConsumers;
import dev.plumbline.detector.messaging.Recovery;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the parts that know nothing of CDI. */
@ApplicationScoped
public class Wiring {

    /** Before any channel starts. */
    private static final int FIRST = 1;

    void checkSettings(@Observes @Priority(FIRST) StartupEvent event, DetectorConfig config) {
        config.settings();
    }

    @Produces
    @Singleton
    Watch watch(DetectorConfig config) {
        // First: it says in one line what is wrong with a window length that names no topic.
        JudgementSettings settings = config.settings();
        return new Watch(Topics.windows(config.window()), config.window().toMillis(), settings);
    }

    @Produces
    @Singleton
    Consumers consumers(@ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
        return new KafkaConsumers(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    @Produces
    @Singleton
    Recovery recovery(Consumers consumers) {
        return new Recovery(consumers);
    }

    /** Only ages that are shown are read from it; judging never looks at a clock. */
    @Produces
    @Singleton
    InstantSource wallClock() {
        return SystemTime.wall();
    }
}
