package dev.plumbline.detector;

import dev.plumbline.contract.wire.Topics;
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
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes the parts that know nothing of CDI. */
@ApplicationScoped
public class Wiring {

    /** Before any channel starts. */
    private static final int FIRST = 1;

    void checkSettings(@Observes @Priority(FIRST) StartupEvent event, DetectorConfig config) {
        config.settings();
        config.limits(stateBytes());
    }

    /** Half of the heap; the other half is for what comes in, goes out and is collected. */
    private static long stateBytes() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    @Produces
    @Singleton
    Watch watch(DetectorConfig config) {
        // First: it says in one line what is wrong with a window length that names no topic.
        JudgementSettings settings = config.settings();
        return new Watch(
                Topics.windows(config.window()), config.window().toMillis(), settings, config.limits(stateBytes()));
    }

    @Produces
    @Singleton
    Recovery recovery(@ConfigProperty(name = "kafka.bootstrap.servers") String bootstrapServers) {
        return new Recovery(bootstrapServers);
    }

    /** Only ages that are shown are read from it; judging never looks at a clock. */
    @Produces
    @Singleton
    InstantSource wallClock() {
        return SystemTime.wall();
    }
}
