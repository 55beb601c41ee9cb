package dev.plumbline.aggregator;

import dev.plumbline.aggregator.topology.AggregationSettings;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.windowing.IntakeLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The checked configuration, in the forms in which it is used. */
record StreamsSettings(AggregatorConfig aggregator, KafkaConfig kafka) {

    private static final int CHANGELOG_SEGMENT_BYTES = 8 << 20;
    private static final Duration TICK = Duration.ofMillis(250);
    private static final int PRODUCER_LIMIT = 1_000;
    private static final long SMALLEST_OPEN_BYTES = 1 << 20;

    /** Of the heap, for what is open in all partitions and both stages; the rest is for the clients and the garbage. */
    private static final int HEAP_SHARE = 4;

    /** What the exactness of the counts rests on, and cannot be set. */
    private static final List<String> GIVEN =
            List.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.GROUP_PROTOCOL_CONFIG);

    /** @throws FatalStart naming the key, the value and what is allowed */
    static StreamsSettings checked(AggregatorConfig aggregator, KafkaConfig kafka) throws FatalStart {
        long windowMillis = aggregator.window().toMillis();
        require(
                windowMillis >= 1_000 && windowMillis <= 86_400_000 && windowMillis % 1_000 == 0,
                "window",
                aggregator.window(),
                "a whole number of seconds up to a day, for example 10s");
        require(!aggregator.grace().isNegative(), "grace", aggregator.grace(), "0 or more, for example 2s");
        require(
                aggregator.producerTimeout().toMillis() >= 1_000,
                "producer-timeout",
                aggregator.producerTimeout(),
                "1s or more, for example 10s");
        require(
                aggregator.stallTimeout().toMillis() >= 1_000,
                "stall-timeout",
                aggregator.stallTimeout(),
                "1s or more, for example 10s");
        if (aggregator.openBytes().isPresent()) {
            long openBytes = aggregator.openBytes().getAsLong();
            require(openBytes >= SMALLEST_OPEN_BYTES, "open-bytes", openBytes, "1048576 (1 MiB) or more");
        }
        for (String given : GIVEN) {
            if (kafka.properties().containsKey(given)) {
                throw new FatalStart(
                        FatalStart.CONFIGURATION,
                        "plumbline.kafka.properties.\"" + given
                                + "\" cannot be set: that every event is counted once rests on it");
            }
        }
        require(
                !aggregator.futureBound().isNegative(),
                "future-bound",
                aggregator.futureBound(),
                "0 or more, for example 5m");
        require(
                aggregator.seriesLimit() >= 1 && aggregator.seriesLimit() <= 100_000,
                "series-limit",
                aggregator.seriesLimit(),
                "1 to 100000");
        require(aggregator.shards() >= 1 && aggregator.shards() <= 64, "shards", aggregator.shards(), "1 to 64");
        require(aggregator.threads() >= 1 && aggregator.threads() <= 64, "threads", aggregator.threads(), "1 to 64");
        require(
                aggregator.replicationFactor() == -1 || aggregator.replicationFactor() >= 1,
                "replication-factor",
                aggregator.replicationFactor(),
                "-1 (the broker's default) or 1 or more");
        require(
                aggregator.startTimeout().toMillis() >= 1_000,
                "start-timeout",
                aggregator.startTimeout(),
                "1s or more, for example 30s");
        if (kafka.bootstrapServers().isBlank()) {
            throw new FatalStart(
                    FatalStart.CONFIGURATION,
                    "plumbline.kafka.bootstrap-servers is empty, expected host:port, for example 127.0.0.1:9092");
        }
        return new StreamsSettings(aggregator, kafka);
    }

    /** The topics that must exist, with equal partition counts. */
    List<String> topics() {
        Duration window = aggregator.window();
        return List.of(Topics.EVENTS, Topics.partials(window), Topics.windows(window), Topics.UNDECODABLE);
    }

    AggregationSettings aggregation(int partitions) {
        return new AggregationSettings(
                aggregator.window(),
                partitions,
                aggregator.shards(),
                TICK,
                new IntakeLimits(
                        aggregator.window().toMillis(),
                        aggregator.grace().toMillis(),
                        aggregator.producerTimeout().toMillis(),
                        aggregator.stallTimeout().toMillis(),
                        aggregator.futureBound().toMillis(),
                        aggregator.seriesLimit(),
                        PRODUCER_LIMIT,
                        aggregator
                                .openBytes()
                                .orElse(Math.max(
                                        SMALLEST_OPEN_BYTES,
                                        Runtime.getRuntime().maxMemory() / HEAP_SHARE / 2 / partitions))));
    }

    String applicationId() {
        String windowForm = Topics.windows(aggregator.window())
                .replace("plumbline.windows.", "")
                .replace(".v1", "");
        return aggregator.applicationId().orElse("plumbline-aggregator-" + windowForm);
    }

    /** Properties for a plain client. */
    Map<String, Object> client() {
        Map<String, Object> properties = new HashMap<>(kafka.properties());
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        return properties;
    }

    /** Properties for Kafka Streams. */
    Properties streams() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, aggregator.threads());
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                aggregator
                        .stateDirectory()
                        .orElse(Path.of(System.getProperty("java.io.tmpdir"), "plumbline-aggregator")
                                .toString()));
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, aggregator.replicationFactor());
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 0);
        // State lies in memory and is read in a second or two. Until a newcomer had a warm copy of it, it would
        // stand idle for ten minutes and more.
        properties.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        // Only closed segments are compacted: a changelog is rewritten all the time and holds little.
        properties.put(StreamsConfig.topicPrefix(TopicConfig.SEGMENT_BYTES_CONFIG), CHANGELOG_SEGMENT_BYTES);
        // With the defaults, what a crashed process left open holds its successor up for most of a minute.
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 2_000);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000);
        properties.putAll(kafka.properties());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
        return properties;
    }

    private static void require(boolean allowed, String key, Object value, String expected) throws FatalStart {
        if (!allowed) {
            throw new FatalStart(
                    FatalStart.CONFIGURATION,
                    "plumbline.aggregator." + key + " is " + value + ", expected " + expected);
        }
    }
}
