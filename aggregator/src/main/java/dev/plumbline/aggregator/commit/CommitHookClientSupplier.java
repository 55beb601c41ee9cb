package dev.plumbline.aggregator.commit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Ordinary Kafka clients, but for a producer that runs a {@link CommitHook} before each flush and at each abort, and a consumer that tells a
 * {@link PolledBacklog} which thread polls it.
 */
public final class CommitHookClientSupplier implements KafkaClientSupplier {

    private final CommitHook hook;
    private final PolledBacklog backlog;

    /**
     * @param hook the one that the topology's processors join
     * @param backlog the one that the topology's processors ask
     */
    public CommitHookClientSupplier(CommitHook hook, PolledBacklog backlog) {
        this.hook = hook;
        this.backlog = backlog;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new HookedProducer(
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()), hook);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return backlog.watched(consumer(config));
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Delegates instead of extending, so that a flush inside the Kafka client itself never runs the hook. */
    private record HookedProducer(Producer<byte[], byte[]> kafka, CommitHook hook) implements Producer<byte[], byte[]> {

        @Override
        public void flush() {
            hook.writeAllChanges();
            kafka.flush();
        }

        @Override
        public void initTransactions() {
            kafka.initTransactions();
        }

        @Override
        public void beginTransaction() {
            kafka.beginTransaction();
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
            kafka.sendOffsetsToTransaction(offsets, groupMetadata);
        }

        @Override
        public void commitTransaction() {
            kafka.commitTransaction();
            hook.commitAll();
        }

        @Override
        public void abortTransaction() {
            // First: whatever comes of the call, what was written is gone.
            hook.abortAll();
            kafka.abortTransaction();
        }

        @Override
        public void registerMetricForSubscription(KafkaMetric metric) {
            kafka.registerMetricForSubscription(metric);
        }

        @Override
        public void unregisterMetricFromSubscription(KafkaMetric metric) {
            kafka.unregisterMetricFromSubscription(metric);
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
            return kafka.send(record);
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            return kafka.send(record, callback);
        }

        @Override
        public List<PartitionInfo> partitionsFor(String topic) {
            return kafka.partitionsFor(topic);
        }

        @Override
        public Map<MetricName, ? extends Metric> metrics() {
            return kafka.metrics();
        }

        @Override
        public Uuid clientInstanceId(Duration timeout) {
            return kafka.clientInstanceId(timeout);
        }

        @Override
        public void close() {
            kafka.close();
        }

        @Override
        public void close(Duration timeout) {
            kafka.close(timeout);
        }
    }
}
