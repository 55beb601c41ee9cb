package dev.plumbline.detector;

import dev.plumbline.detector.DetectorConfig.BadConfiguration;
import dev.plumbline.detector.messaging.KafkaAccess;
import dev.plumbline.detector.messaging.WindowPartitions;
import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.vertx.http.HttpServer;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.config.ConfigValidationException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts the detector. Exit codes: 2 for a wrong setting, 4 when Kafka is lost. */
@QuarkusMain
public final class RegressionDetector implements QuarkusApplication {

    private static final int WRONG_SETTING = 2;
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);

    private final WindowPartitions partitions;
    private final HttpServer http;
    private final QuarkusEnd end;

    @Inject
    RegressionDetector(@Identifier("windows") WindowPartitions partitions, HttpServer http, QuarkusEnd end) {
        this.partitions = partitions;
        this.http = http;
        this.end = end;
    }

    public static void main(String[] arguments) {
        Quarkus.run(RegressionDetector.class, RegressionDetector::end, arguments);
    }

    @Override
    public int run(String... arguments) {
        ChildProcess.endWithSupervisor(Quarkus::asyncExit, STOP_GRACE);
        var unused = partitions.assigned().thenRun(this::tellReady);
        // Channels start before this method: what ended the process by then would not be waited for.
        if (end.exitCode() == 0) {
            Quarkus.waitForExit();
        }
        return end.exitCode();
    }

    private void tellReady() {
        try {
            ReadyFile.publishIfAsked("detector", Map.of("http", http.getPort()));
        } catch (IOException e) {
            // Whoever asked for the file waits for it, and would wait for ever.
            end.infrastructure("cannot write the ready file", e);
        }
    }

    private static void end(int exitCode, @Nullable Throwable failure) {
        Optional<String> wrongSetting = wrongSetting(failure);
        wrongSetting.ifPresent(System.err::println);
        boolean refused = false;
        if (wrongSetting.isEmpty() && failure != null) {
            Throwable cause = failure;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            refused = cause instanceof KafkaAccess.Refused;
            System.err.println("The detector could not start: " + (refused ? cause.getMessage() : cause));
        }
        System.exit(wrongSetting.isPresent() ? WRONG_SETTING : refused ? QuarkusEnd.INFRASTRUCTURE : exitCode);
    }

    private static Optional<String> wrongSetting(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BadConfiguration
                    || cause instanceof KafkaAccess.WrongProperty
                    || cause instanceof ConfigValidationException) {
                return Optional.of(String.valueOf(cause.getMessage()).replace('\n', ' '));
            }
        }
        return Optional.empty();
    }
}
