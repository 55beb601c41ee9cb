package dev.plumbline.aggregator.exposition;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** Tells the metrics how much state is still to be read before a partition is taken up. Any thread. */
public final class RestoreProgress implements StateRestoreListener {

    private final AggregatorMetrics metrics;
    private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();

    public RestoreProgress(AggregatorMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void onRestoreStart(TopicPartition changelog, String store, long startingOffset, long endingOffset) {
        ends.put(changelog, endingOffset);
        metrics.restoring(store, changelog.partition(), Math.max(0, endingOffset - startingOffset));
    }

    @Override
    public void onBatchRestored(TopicPartition changelog, String store, long batchEndOffset, long restored) {
        long end = ends.getOrDefault(changelog, batchEndOffset);
        metrics.restoring(store, changelog.partition(), Math.max(0, end - batchEndOffset));
    }

    @Override
    public void onRestoreEnd(TopicPartition changelog, String store, long restored) {
        over(changelog, store);
    }

    @Override
    public void onRestoreSuspended(TopicPartition changelog, String store, long restored) {
        over(changelog, store);
    }

    private void over(TopicPartition changelog, String store) {
        ends.remove(changelog);
        metrics.restored(store, changelog.partition());
    }
}
