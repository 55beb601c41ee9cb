package dev.plumbline.aggregator;

import dev.plumbline.aggregator.commit.Backlog;
import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.aggregator.commit.CommitHookClientSupplier;
import dev.plumbline.aggregator.commit.PolledBacklog;
import dev.plumbline.aggregator.exposition.AggregatorMetrics;
import dev.plumbline.aggregator.topology.AggregationSettings;
import dev.plumbline.aggregator.topology.AggregationTopology;
import dev.plumbline.aggregator.topology.SaidBefore;
import dev.plumbline.process.ReadyFile;
import dev.plumbline.windowing.IntakeLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** The topology with windows of a minute, with or without the commit hook: what is lost without it is the proof for it. */
final class SmallAggregatorMain {

    static final Duration WINDOW = Duration.ofMinutes(1);

    private SmallAggregatorMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        CommitHook hook = new CommitHook();
        PolledBacklog backlog = new PolledBacklog(InstantSource.system());
        boolean hooked = Boolean.parseBoolean(arguments[3]);
        Topology topology = AggregationTopology.build(
                new AggregationSettings(
                        WINDOW,
                        2,
                        1,
                        Duration.ofMillis(250),
                        new IntakeLimits(WINDOW.toMillis(), 200, 60_000, 60_000, 300_000, 100, 100, 16 << 20)),
                hook,
                // Kafka Streams makes its own clients when the hook is out, and they tell no backlog.
                hooked ? backlog : Backlog.NONE,
                new AggregatorMetrics(InstantSource.system()),
                SaidBefore.NOTHING);
        Properties properties = new Properties();
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, arguments[2]);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6_000);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 2_000);
        properties.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 10_000);
        KafkaStreams streams = hooked
                ? new KafkaStreams(topology, properties, new CommitHookClientSupplier(hook, backlog))
                : new KafkaStreams(topology, properties);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                try {
                    ReadyFile.publishIfAsked("small-aggregator", Map.of());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        streams.start();
        // The test kills it long before.
        new CountDownLatch(1).await(15, TimeUnit.MINUTES);
    }
}
