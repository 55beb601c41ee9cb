package dev.plumbline.aggregator.topology;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Bytes on their way to a partition that the processor has chosen. */
record Outgoing(int partition, byte[] bytes) {

    /** Writes the bytes and nothing else. */
    static final Serializer<Outgoing> SERIALIZER = (topic, outgoing) -> outgoing.bytes();

    /** Takes the partition that is stated. */
    static final StreamPartitioner<byte[], Outgoing> PARTITIONER =
            (topic, key, outgoing, partitionCount) -> Optional.of(Set.of(outgoing.partition()));
}
