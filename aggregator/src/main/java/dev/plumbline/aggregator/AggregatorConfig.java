package dev.plumbline.aggregator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How windows are made; what an operator can set. An unknown key below this prefix is refused. Kafka's keys are in {@link
 * KafkaConfig}: a mapping of everything below {@code plumbline} would refuse what a supervisor tells its children.
 */
@ConfigMapping(prefix = "plumbline.aggregator")
public interface AggregatorConfig {
    /** Window length, a whole number of seconds. */
    @WithDefault("10s")
    Duration window();

    /** How long after its end a window waits for watermarks, 0 or more. */
    @WithDefault("2s")
    Duration grace();

    /** Without a heartbeat for so long, a producer no longer holds windows open; 1 s or more. */
    @WithDefault("10s")
    Duration producerTimeout();

    /**
     * How long a watermark may stand still, or how far it may lie behind the foremost of its group, before nobody waits for
     * it any more and what its producer sends is counted apart; 1 s or more.
     */
    @WithDefault("10s")
    Duration stallTimeout();

    /** How far after its append time an event may end, 0 or more. */
    @WithDefault("5m")
    Duration futureBound();

    /** Most series per partition; further ones are refused and counted. */
    @WithDefault("500")
    int seriesLimit();

    /**
     * About how many bytes the open windows of one partition may take in each of the two stages; over it, the oldest leave
     * early and what comes to them later is a correction. By default a quarter of the heap, shared by the partitions; 1 MiB
     * or more.
     */
    OptionalLong openBytes();

    /** Over how many shards a hot group is spread, 1 for none. */
    @WithDefault("1")
    int shards();

    /** Kafka Streams application id, which is also the consumer group; by default it names the window length. */
    Optional<String> applicationId();

    /** Where Streams keeps its lock files; by default a folder in the system's temporary one. */
    Optional<String> stateDirectory();

    /** Stream threads, 1 or more. */
    @WithDefault("1")
    int threads();

    /** Replication factor of the topics that Streams makes for its state; -1 for the broker's default. */
    @WithDefault("-1")
    int replicationFactor();

    /** How long to wait for Kafka and the topics at start. */
    @WithDefault("30s")
    Duration startTimeout();
}
