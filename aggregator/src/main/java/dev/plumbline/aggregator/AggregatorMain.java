package dev.plumbline.aggregator;

import dev.plumbline.aggregator.topology.SaidBefore;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The aggregator's process. */
@QuarkusMain
public final class AggregatorMain {

    private static final Logger LOG = Logger.getLogger(AggregatorMain.class);
    private static final Duration SUPERVISOR_GRACE = Duration.ofSeconds(15);

    private AggregatorMain() {}

    /** Runs until it is told to end. */
    public static void main(String... args) {
        Quarkus.run(App.class, AggregatorMain::exit, args);
    }

    private static void exit(int exitCode, @Nullable Throwable failure) {
        if (failure != null) {
            System.err.println("aggregator: " + oneLine(failure));
        }
        System.exit(failure == null ? exitCode : FatalStart.CONFIGURATION);
    }

    /** A start that Quarkus itself refused, a value that does not fit its key for example. */
    private static String oneLine(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return Stream.of(String.valueOf(root.getMessage()).split("\\R"))
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
    }

    /** What Quarkus runs once HTTP is there. */
    public static final class App implements QuarkusApplication {

        private final AggregatorConfig config;
        private final KafkaConfig kafka;
        private final AggregatorStreams streams;
        private final AtomicInteger exitCode = new AtomicInteger();

        @Inject
        App(AggregatorConfig config, KafkaConfig kafka, AggregatorStreams streams) {
            this.config = config;
            this.kafka = kafka;
            this.streams = streams;
        }

        @Override
        public int run(String... args) throws InterruptedException {
            ChildProcess.endWithSupervisor(() -> end(0), SUPERVISOR_GRACE);
            try {
                StreamsSettings settings = StreamsSettings.checked(config, kafka);
                int partitions = new TopicCheck(SystemTime.wall())
                        .partitions(settings.client(), settings.topics(), Topics.EVENTS, config.startTimeout());
                SaidBefore said = new WindowsSaidBefore(SystemTime.wall())
                        .read(
                                settings.client(),
                                settings.applicationId(),
                                config.window(),
                                partitions,
                                config.startTimeout());
                if (!said.windowEndEpochMillis().isEmpty()) {
                    LOG.infof(
                            "%s has no state: it goes on behind what the windows topic says of %d groups",
                            settings.applicationId(),
                            said.windowEndEpochMillis().size());
                }
                streams.start(settings, partitions, said, this::ready, () -> end(FatalStart.INFRASTRUCTURE));
                LOG.infof(
                        "Aggregating %s windows of %d partitions as %s",
                        config.window(), partitions, settings.applicationId());
                Quarkus.waitForExit();
                return exitCode.get();
            } catch (FatalStart e) {
                System.err.println("aggregator: " + e.getMessage());
                return e.exitCode();
            } finally {
                streams.close();
            }
        }

        private void ready() {
            int port = ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
            try {
                ReadyFile.publishIfAsked("aggregator", Map.of("http", port));
            } catch (IOException e) {
                LOG.errorf("The ready file cannot be written, the process ends: %s", e.getMessage());
                end(FatalStart.INFRASTRUCTURE);
            }
        }

        private void end(int code) {
            exitCode.compareAndSet(0, code);
            Quarkus.asyncExit(code);
        }
    }
}
