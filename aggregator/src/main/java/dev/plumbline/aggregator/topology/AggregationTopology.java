package dev.plumbline.aggregator.topology;

import dev.plumbline.aggregator.commit.Backlog;
import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.contract.wire.Topics;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Builds the topology. */
public final class AggregationTopology {

    static final String INTAKE_STORE = "intake-state";
    static final String MERGE_STORE = "merge-state";
    static final String EXPULSIONS_SINK = "expulsions";
    static final String PARTIALS_SINK = "partials";
    static final String WINDOWS_SINK = "windows";
    static final String INTAKE_UNDECODABLE_SINK = "intake-undecodable";
    static final String MERGE_UNDECODABLE_SINK = "merge-undecodable";

    private static final String EVENTS_SOURCE = "events-source";
    private static final String INTAKE = "intake";
    private static final String PARTIALS_SOURCE = "partials-source";
    private static final String MERGE = "merge";

    private AggregationTopology() {}

    /**
     * The topology for the settings.
     *
     * @param hook must also be that of the {@link dev.plumbline.aggregator.commit.CommitHookClientSupplier} with which
     *     the topology is run, or its state is lost in every crash
     * @param backlog tells a partition that is quiet from one that has not been read yet
     * @param saidBefore what others have said; used where there is no state
     */
    public static Topology build(
            AggregationSettings settings, CommitHook hook, Backlog backlog, Progress progress, SaidBefore saidBefore) {
        Topology topology = new Topology();
        source(topology, EVENTS_SOURCE, Topics.EVENTS);
        topology.addProcessor(
                INTAKE, () -> new IntakeStage(settings, hook, backlog, progress, saidBefore), EVENTS_SOURCE);
        topology.addStateStore(store(INTAKE_STORE), INTAKE);
        sink(topology, PARTIALS_SINK, settings.partialsTopic(), INTAKE);
        sink(topology, EXPULSIONS_SINK, Topics.EVENTS, INTAKE);
        sink(topology, INTAKE_UNDECODABLE_SINK, Topics.UNDECODABLE, INTAKE);

        source(topology, PARTIALS_SOURCE, settings.partialsTopic());
        topology.addProcessor(MERGE, () -> new MergeStage(settings, hook, progress, saidBefore), PARTIALS_SOURCE);
        topology.addStateStore(store(MERGE_STORE), MERGE);
        sink(topology, WINDOWS_SINK, settings.windowsTopic(), MERGE);
        sink(topology, MERGE_UNDECODABLE_SINK, Topics.UNDECODABLE, MERGE);
        return topology;
    }

    private static void source(Topology topology, String name, String topic) {
        topology.addSource(
                AutoOffsetReset.earliest(),
                name,
                new AppendTime(),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topic);
    }

    private static void sink(Topology topology, String name, String topic, String parent) {
        topology.addSink(name, topic, new ByteArraySerializer(), Outgoing.SERIALIZER, Outgoing.PARTITIONER, parent);
    }

    /**
     * How the log of the state is kept. The keys are few and are used again and again, so compacted often it stays short
     * whatever its age; a tombstone only needs to outlive a restore.
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            TopicConfig.DELETE_RETENTION_MS_CONFIG, "600000",
            TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, "600000",
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.2",
            TopicConfig.COMPRESSION_TYPE_CONFIG, "lz4");

    /** Logged, so that it survives; in memory, because it is small and is read only at init. */
    private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(CHANGELOG);
    }
}
