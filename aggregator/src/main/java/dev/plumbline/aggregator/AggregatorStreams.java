package dev.plumbline.aggregator;

import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.aggregator.commit.CommitHookClientSupplier;
import dev.plumbline.aggregator.commit.PolledBacklog;
import dev.plumbline.aggregator.exposition.AggregatorMetrics;
import dev.plumbline.aggregator.exposition.RestoreProgress;
import dev.plumbline.aggregator.topology.AggregationTopology;
import dev.plumbline.aggregator.topology.SaidBefore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;

/** The life of Kafka Streams in this process, and its numbers. Any thread. */
@ApplicationScoped
class AggregatorStreams {

    private static final Logger LOG = Logger.getLogger(AggregatorStreams.class);
    private static final int REPLACEMENTS = 5;
    private static final Duration REPLACEMENT_PERIOD = Duration.ofMinutes(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

    private final AggregatorMetrics metrics;
    private volatile Optional<KafkaStreams> running = Optional.empty();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();

    AggregatorStreams() {
        metrics = new AggregatorMetrics(SystemTime.wall());
        metrics.streams(
                () -> name(state()),
                Stream.of(KafkaStreams.State.values())
                        .map(AggregatorStreams::name)
                        .toList());
    }

    private static String name(KafkaStreams.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    AggregatorMetrics metrics() {
        return metrics;
    }

    /** The state of Streams, {@code CREATED} before the start. */
    KafkaStreams.State state() {
        return running.map(KafkaStreams::state).orElse(KafkaStreams.State.CREATED);
    }

    /**
     * Starts the stream threads and returns.
     *
     * @param saidBefore what others have said; used where there is no state
     * @param onReady runs once, when every partition has been taken up for the first time
     * @param onFailure runs once, when the stream threads have failed for good
     */
    void start(StreamsSettings settings, int partitions, SaidBefore saidBefore, Runnable onReady, Runnable onFailure) {
        CommitHook hook = new CommitHook();
        PolledBacklog backlog = new PolledBacklog(SystemTime.wall());
        ReplacementBudget budget = new ReplacementBudget(REPLACEMENTS, REPLACEMENT_PERIOD, SystemTime.wall());
        KafkaStreams streams = new KafkaStreams(
                AggregationTopology.build(settings.aggregation(partitions), hook, backlog, metrics, saidBefore),
                settings.streams(),
                new CommitHookClientSupplier(hook, backlog));
        streams.setUncaughtExceptionHandler(failure -> {
            if (budget.take()) {
                LOG.warnf("A stream thread failed and is replaced: %s", oneLine(failure));
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
            LOG.errorf(
                    "Stream threads failed more than %d times in %d minutes, the process ends: %s",
                    REPLACEMENTS, REPLACEMENT_PERIOD.toMinutes(), oneLine(failure));
            failOnce(onFailure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING && ready.compareAndSet(false, true)) {
                onReady.run();
            }
            if (now == KafkaStreams.State.ERROR) {
                failOnce(onFailure);
            }
        });
        streams.setGlobalStateRestoreListener(new RestoreProgress(metrics));
        running = Optional.of(streams);
        streams.start();
    }

    /** Ends the stream threads, in bounded time. */
    void close() {
        running.ifPresent(streams -> {
            // The state is in Kafka and nothing is kept here: somebody else may have the partitions at once.
            boolean closed = streams.close(
                    new KafkaStreams.CloseOptions().timeout(CLOSE_TIMEOUT).leaveGroup(true));
            if (!closed) {
                LOG.warnf("Kafka Streams did not end within %d s", CLOSE_TIMEOUT.toSeconds());
            }
        });
    }

    private void failOnce(Runnable onFailure) {
        if (failed.compareAndSet(false, true)) {
            onFailure.run();
        }
    }

    private static String oneLine(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        String top = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return top + (failure.getCause() == null ? "" : " (" + root + ")");
    }
}
