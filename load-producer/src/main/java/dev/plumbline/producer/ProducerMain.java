package dev.plumbline.producer;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import dev.plumbline.process.StandbyChild;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.vertx.http.HttpServer;
import io.smallrye.config.ConfigValidationException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The process: starts, tells its port, runs the load, ends with an exit code. */
@QuarkusMain
public class ProducerMain implements QuarkusApplication {

    private static final int WRONG_CONFIGURATION = 2;
    /** What was asked before the load was not answered as it should. */
    private static final int TARGET_REFUSED = 4;

    private static final int INTERNAL_ERROR = 70;

    /** Opened before Quarkus starts: who comes meanwhile shall wait, and not start a producer of his own. */
    private static volatile Optional<StandbyChild> standby = Optional.empty();

    private final ProducerHost host;
    private final HttpServer http;
    private final ProducerConfig config;
    private volatile Optional<StandbyChild> waiting = Optional.empty();
    private volatile boolean isEnding;

    @Inject
    ProducerMain(ProducerHost host, HttpServer http, ProducerConfig config) {
        this.host = host;
        this.http = http;
        this.config = config;
    }

    /** Starts the process. */
    public static void main(String... args) {
        try {
            standby = StandbyChild.listenIfAsked();
        } catch (IOException e) {
            System.err.println("load-producer: cannot stand by: " + e.getMessage());
            System.exit(INTERNAL_ERROR);
        }
        Quarkus.run(ProducerMain.class, ProducerMain::exit, args);
    }

    @Override
    public int run(String... args) throws IOException, InterruptedException {
        return standby.isPresent() ? runForTakers(standby.get()) : runFor(config, Optional.empty());
    }

    private int runForTakers(StandbyChild first) throws IOException, InterruptedException {
        waiting = Optional.of(first);
        ChildProcess.endWithSupervisor(this::endWait, grace(config));
        ReadyFile.publishIfAsked("producer", Map.of("http", http.getPort()));
        Rehearsal rehearsal = Rehearsal.begin();
        Optional<Map<String, String>> settings;
        try {
            settings = settings(first);
        } finally {
            rehearsal.end();
        }
        if (!StandbyChild.isForSeveral()) {
            return settings.isPresent() ? runForTaker(first, settings.get()) : 0;
        }
        StandbyChild child = first;
        while (settings.isPresent()) {
            runBesideTaker(child, settings.get());
            child = StandbyChild.listenIfAsked().orElseThrow();
            waiting = Optional.of(child);
            settings = isEnding ? Optional.empty() : settings(child);
        }
        return 0;
    }

    /** Empty when the supervisor has ended the wait. */
    private static Optional<Map<String, String>> settings(StandbyChild child) {
        try {
            return Optional.of(child.awaitSettings());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private int runForTaker(StandbyChild child, Map<String, String> settings) throws IOException, InterruptedException {
        try {
            return runFor(ProducerConfig.of(settings), Optional.of(child));
        } catch (ConfigValidationException e) {
            refuse(child, oneLine(e));
            return WRONG_CONFIGURATION;
        }
    }

    /** A load of one of several takers: it ends when he goes, and this process does not. */
    private void runBesideTaker(StandbyChild child, Map<String, String> settings) throws InterruptedException {
        LoadProducer producer;
        try {
            producer = host.create(ProducerConfig.of(settings));
        } catch (InvalidConfiguration e) {
            refuse(child, String.valueOf(e.getMessage()));
            return;
        } catch (ConfigValidationException e) {
            refuse(child, oneLine(e));
            return;
        }
        CompletableFuture<Void> gone = child.whenTakerGone(host::stop);
        try {
            child.serve(http.getPort());
        } catch (IOException e) {
            System.err.println("load-producer: the run was over before its producer was ready");
        }
        producer.run();
        gone.join();
    }

    private static void refuse(StandbyChild child, String why) {
        System.err.println("load-producer: " + why);
        try {
            child.refuse(why);
        } catch (IOException e) {
            // It has gone without waiting for an answer.
        }
    }

    private int runFor(ProducerConfig given, Optional<StandbyChild> taken) throws IOException, InterruptedException {
        LoadProducer producer;
        try {
            producer = host.create(given);
        } catch (InvalidConfiguration e) {
            String why = String.valueOf(e.getMessage());
            taken.ifPresentOrElse(child -> refuse(child, why), () -> System.err.println("load-producer: " + why));
            return WRONG_CONFIGURATION;
        }
        if (taken.isPresent()) {
            taken.get().endWithTaker(this::endOrderly, grace(given));
            try {
                taken.get().serve(http.getPort());
            } catch (IOException e) {
                System.err.println("load-producer: the run was over before its producer was ready");
            }
        } else {
            ChildProcess.endWithSupervisor(this::endOrderly, grace(given));
            ReadyFile.publishIfAsked("producer", Map.of("http", http.getPort()));
        }
        producer.run();
        producer.refusal().ifPresent(why -> System.err.println("load-producer: " + why));
        if (given.stay()) {
            Quarkus.waitForExit();
        }
        return producer.refusal().isPresent() ? TARGET_REFUSED : 0;
    }

    /** The orderly stop is bounded by the grace of emission; the rest is for closing HTTP. */
    private static Duration grace(ProducerConfig of) {
        return of.emit().stopGrace().plusSeconds(5);
    }

    private void endWait() {
        isEnding = true;
        try {
            waiting.orElseThrow().close();
        } catch (IOException e) {
            System.err.println("load-producer: cannot end the wait: " + e.getMessage());
        }
        endOrderly();
    }

    /** The load is stopped first: Quarkus only takes note of the wish to exit as long as {@link #run} has not returned. */
    private void endOrderly() {
        host.stop();
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
