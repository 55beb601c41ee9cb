package dev.plumbline.cli.sweep;

import dev.plumbline.cli.kafka.KafkaReach;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.run.RunOptions;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.cli.stack.StateFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What all runs of a sweep share: broker and apps, its own or those of {@code plumb up} or a cluster, and one producer that stays
 * warm from run to run. One thread.
 */
final class WarmStack implements AutoCloseable {

    private static final Duration KAFKA_ANSWERS_WITHIN = Duration.ofSeconds(15);
    private static final Duration DEFAULT_WINDOW = Duration.ofSeconds(2);

    private final LocalPipe base;
    private final Optional<StateFolder> state;
    private final Installation installation;
    private final String text;

    private WarmStack(LocalPipe base, Optional<StateFolder> state, Installation installation, String text) {
        this.base = base;
        this.state = state;
        this.installation = installation;
        this.text = text;
    }

    /** Starts what is needed and waits until everything serves. */
    static WarmStack start(RunOptions options, Installation installation) throws InterruptedException {
        Optional<Map<String, String>> cluster = options.kafka().clientProperties();
        Optional<StateFolder> state = options.stack().openState();
        if (cluster.isPresent() && state.isPresent()) {
            close(state);
            throw CommandFailure.usage("--state is of the local stack and excludes --kafka: give one of them");
        }
        Duration window = options.stack().windowOr(DEFAULT_WINDOW);
        Optional<RunningStack> running =
                cluster.isPresent() || state.isPresent() ? Optional.empty() : RunningStack.read(installation.home());
        LocalPipe base;
        String text;
        if (cluster.isPresent()) {
            Map<String, Object> client = new HashMap<>(cluster.get());
            KafkaReach.require(client, KAFKA_ANSWERS_WITHIN);
            base = LocalPipe.attach(client, window, installation);
            text = "Kafka at " + base.bootstrapServers();
        } else if (running.isPresent()) {
            base = LocalPipe.attach(running.get(), installation);
            text = "the one of 'plumb up', " + base.bootstrapServers();
        } else {
            base = LocalPipe.begin(options.stack().plan(state, window), installation);
            text = "its own";
        }
        try {
            if (!base.isAttached()) {
                base.awaitBroker();
                List.of(Part.AGGREGATOR, Part.DETECTOR).forEach(base::startApp);
            }
            base.standByAgainAndAgain();
            if (!base.isAttached()) {
                base.awaitApp(Part.AGGREGATOR);
                base.awaitApp(Part.DETECTOR);
            }
            base.awaitStandby();
            return new WarmStack(base, state, installation, text);
        } catch (InterruptedException | RuntimeException e) {
            base.close();
            close(state);
            throw e;
        }
    }

    /** Where broker and apps are, in a few words. */
    String text() {
        return text;
    }

    Duration window() {
        return base.window();
    }

    /** A pipe for the next run, with the producer that is warm. */
    LocalPipe next() throws InterruptedException {
        base.awaitStandby();
        return LocalPipe.beside(base, installation);
    }

    @Override
    public void close() {
        base.close();
        close(state);
    }

    private static void close(Optional<StateFolder> state) {
        state.ifPresent(folder -> {
            try {
                folder.close();
            } catch (IOException e) {
                // The lock goes with this process whatever happens here.
                return;
            }
        });
    }
}
