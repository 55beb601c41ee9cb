package dev.plumbline.producer;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The process: starts, tells its port, runs the load, ends with an exit code. */
@QuarkusMain
public class ProducerMain implements QuarkusApplication {

    private static final int WRONG_CONFIGURATION = 2;
    private static final int INTERNAL_ERROR = 70;

    private final ProducerHost host;
    private final HttpServer http;
    private final ProducerConfig config;

    @Inject
    ProducerMain(ProducerHost host, HttpServer http, ProducerConfig config) {
        this.host = host;
        this.http = http;
        this.config = config;
    }

    /** Starts the process. */
    public static void main(String... args) {
        Quarkus.run(ProducerMain.class, ProducerMain::exit, args);
    }

    @Override
    public int run(String... args) throws IOException, InterruptedException {
        LoadProducer created;
        try {
            created = host.create();
        } catch (InvalidConfiguration e) {
            System.err.println("load-producer: " + e.getMessage());
            return WRONG_CONFIGURATION;
        }
        LoadProducer producer = created;
        // The orderly stop is bounded by the grace of emission; the rest is for closing HTTP.
        ChildProcess.endWithSupervisor(
                () -> endOrderly(producer), config.emit().stopGrace().plusSeconds(5));
        ReadyFile.publishIfAsked("producer", Map.of("http", http.getPort()));
        producer.run();
        if (config.stay()) {
            Quarkus.waitForExit();
        }
        return 0;
    }

    /** The load is stopped first: Quarkus only takes note of the wish to exit as long as {@link #run} has not returned. */
    private static void endOrderly(LoadProducer producer) {
        try {
            producer.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Quarkus.asyncExit(0);
    }

    private static void exit(int code, @Nullable Throwable failure) {
        if (failure == null) {
            System.exit(code);
            return;
        }
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
            root = root.getCause();
        }
        if (isConfiguration(failure)) {
            System.err.println("load-producer: " + oneLine(root));
            System.exit(WRONG_CONFIGURATION);
        } else {
            System.err.println("load-producer: " + root.getClass().getSimpleName() + ": " + oneLine(root));
            System.exit(code == 0 ? INTERNAL_ERROR : code);
        }
    }

    private static boolean isConfiguration(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 16; depth++) {
            String name = at.getClass().getName();
            if (name.startsWith("io.smallrye.config.")
                    || name.contains("ConfigurationException")
                    || String.valueOf(at.getMessage()).contains("SRCFG")) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    private static String oneLine(Throwable root) {
        return String.valueOf(root.getMessage())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(4)
                .collect(Collectors.joining("; "));
    }
}
