package dev.plumbline.detector.messaging;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads topics to the end that they have when reading begins, each wait bounded. One thread; the consumer is its caller's.
 */
final class TopicReader {

    /** Polls without progress after which a topic counts as unreadable: 30 s. */
    private static final int MOST_IDLE_POLLS = 60;

    private static final Duration POLL = Duration.ofMillis(500);

    /** Windows that are wanted and lie nearer than this are read on to; else it is jumped. */
    private static final long NEAR = 2_000;

    /** How far before the end the last record is looked for first: what lies behind it are marks of transactions. */
    private static final long LAST_RECORDS = 16;

    private final Consumer<byte[], byte[]> consumer;

    TopicReader(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** What is done with a record. */
    @FunctionalInterface
    interface Action {
        void take(ConsumerRecord<byte[], byte[]> record);
    }

    /** Partitions of a topic in the order of their numbers; none when there is no such topic. */
    List<TopicPartition> partitions(String topic) {
        List<PartitionInfo> infos =
                Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of());
        return infos.stream()
                .map(PartitionInfo::partition)
                .sorted()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Ends of a topic's partitions in the order of their numbers: the first offset that is not there yet. */
    List<Long> ends(String topic) {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        return partitions.stream()
                .map(partition -> ends.getOrDefault(partition, 0L))
                .toList();
    }

    /** Every record of a topic. */
    void read(String topic, Action action) {
        read(topic, partition -> 0, action);
    }

    /**
     * The records of a topic from somewhere on.
     *
     * @param from an offset by partition; one that is not there any more means the first that is, one behind the end the
     *     beginning: a topic that is shorter than it was, is another
     * @throws IllegalStateException when it cannot be read to its end
     */
    void read(String topic, ToLongFunction<TopicPartition> from, Action action) {
        List<TopicPartition> partitions = partitions(topic);
        if (partitions.isEmpty()) {
            return;
        }
        consumer.assign(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long begin = begins.getOrDefault(partition, 0L);
            long wanted = from.applyAsLong(partition);
            consumer.seek(partition, wanted > ends.getOrDefault(partition, 0L) ? begin : Math.max(begin, wanted));
        }
        drain(ends, action);
    }

    /** The newest records of a topic, at most so many of each partition. */
    void readLast(String topic, long most, Action action) {
        List<Long> ends = ends(topic);
        read(topic, partition -> Math.max(0, ends.get(partition.partition()) - most), action);
    }

    /**
     * Single records of a partition.
     *
     * @param offsets ascending; those that are not there any more are left out
     */
    void read(TopicPartition partition, List<Long> offsets, Action action) {
        if (offsets.isEmpty()) {
            return;
        }
        List<TopicPartition> alone = List.of(partition);
        consumer.assign(alone);
        long begin = consumer.beginningOffsets(alone).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(alone).getOrDefault(partition, 0L);
        List<Long> wanted = offsets.stream()
                .filter(offset -> offset >= begin && offset < end)
                .toList();
        int next = 0;
        while (next < wanted.size()) {
            int last = next;
            while (last + 1 < wanted.size() && wanted.get(last + 1) - wanted.get(last) <= NEAR) {
                last++;
            }
            List<Long> near = wanted.subList(next, last + 1);
            consumer.seek(partition, near.getFirst());
            Set<Long> asked = Set.copyOf(near);
            drain(Map.of(partition, near.getLast() + 1), record -> {
                if (asked.contains(record.offset())) {
                    action.take(record);
                }
            });
            next = last + 1;
        }
    }

    /** The offset of the last record before an end, -1 when there is none at or behind {@code from}. */
    long lastOffset(TopicPartition partition, long from, long end) {
        List<TopicPartition> alone = List.of(partition);
        consumer.assign(alone);
        long begin = Math.max(from, consumer.beginningOffsets(alone).getOrDefault(partition, 0L));
        for (long back = LAST_RECORDS; ; back *= 16) {
            long start = Math.max(begin, end - back);
            long[] last = {-1};
            if (start < end) {
                consumer.seek(partition, start);
                drain(Map.of(partition, end), record -> {
                    if (record.offset() < end) {
                        last[0] = Math.max(last[0], record.offset());
                    }
                });
            }
            if (last[0] >= 0 || start <= begin) {
                return last[0];
            }
        }
    }

    private void drain(Map<TopicPartition, Long> ends, Action action) {
        long left = missing(ends);
        int idlePolls = 0;
        while (left > 0) {
            consumer.poll(POLL).forEach(action::take);
            // Marks of transactions and records that were compacted away are passed over without being seen.
            long now = missing(ends);
            idlePolls = now < left ? 0 : idlePolls + 1;
            if (idlePolls > MOST_IDLE_POLLS) {
                throw new IllegalStateException(ends.keySet() + " cannot be read to the end");
            }
            left = now;
        }
    }

    /** Offsets between where we are and the ends. */
    private long missing(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
                .sum();
    }
}
