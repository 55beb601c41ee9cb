package dev.plumbline.aggregator.topology;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** The record's own time. One without a time gets that of the records before it, so that it stops nobody. */
final class AppendTime implements TimestampExtractor {

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTimeEpochMillis) {
        return record.timestamp() >= 0 ? record.timestamp() : Math.max(0, partitionTimeEpochMillis);
    }
}
