package dev.plumbline.detector;

import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.messaging.Consumers;
import dev.plumbline.detector.messaging.KafkaAccess;
import dev.plumbline.detector.messaging.KafkaConsumers;
import dev.plumbline.detector.messaging.Recovery;
import dev.plumbline.detector.messaging.Snapshots;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;

/** Makes the parts that know nothing of CDI. */
@ApplicationScoped
public class Wiring {

    /** Before any channel starts. */
    private static final int FIRST = 1;

    void check(@Observes @Priority(FIRST) StartupEvent event, DetectorConfig config, Consumers consumers) {
        config.settings();
        config.canaries();
        config.limits(stateBytes());
        new KafkaAccess(consumers).require(Topics.windows(config.window()));
    }

    /** Half of the heap; the other half is for what comes in, goes out and is collected. */
    private static long stateBytes() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    /** The name under which channels look for what all of them are made with; it takes the place of Quarkus' own. */
    @Produces
    @Singleton
    @Identifier("default-kafka-broker")
    Map<String, Object> channelClient(KafkaConfig kafka) {
        return kafka.client();
    }

    @Produces
    @Singleton
    Watch watch(DetectorConfig config) {
        // First: it says in one line what is wrong with a window length that names no topic.
        JudgementSettings settings = config.settings();
        return new Watch(
                Topics.windows(config.window()),
                config.window().toMillis(),
                settings,
                config.limits(stateBytes()),
                config.canaries());
    }

    @Produces
    @Singleton
    Consumers consumers(KafkaConfig kafka) {
        return new KafkaConsumers(kafka.client());
    }

    @Produces
    @Singleton
    Recovery recovery(Watch watch, Consumers consumers, DetectorConfig config) {
        return new Recovery(watch, consumers, config.window().toMillis());
    }

    @Produces
    @Singleton
    Snapshots snapshots(Watch watch, Consumers consumers, InstantSource clock, DetectorConfig config) {
        return new Snapshots(watch, consumers, clock, Topics.windows(config.window()), config.snapshotInterval());
    }

    void close(@Disposes Snapshots snapshots) {
        snapshots.close();
    }

    /** Ages that are shown are read from it, and when to write snapshots; judging never looks at a clock. */
    @Produces
    @Singleton
    InstantSource wallClock() {
        return SystemTime.wall();
    }
}
