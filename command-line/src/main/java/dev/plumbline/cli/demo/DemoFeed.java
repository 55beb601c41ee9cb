package dev.plumbline.cli.demo;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what comes out of the pipe: windows, verdicts and alerts, committed ones only, from the beginning. */
final class DemoFeed implements AutoCloseable {

    private final String windowsTopic = Topics.windows(DemoPlan.WINDOW);
    private final KafkaConsumer<byte[], byte[]> consumer;
    private long undecodable;

    DemoFeed(String bootstrapServers) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = List.of(windowsTopic, Topics.VERDICTS, Topics.ALERTS).stream()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map((PartitionInfo info) -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Waits for records at most as long as told and hands each to its receiver, in the order of their partition. */
    void poll(
            Duration patience,
            Consumer<WindowRecord> windows,
            Consumer<VerdictRecord> verdicts,
            Consumer<AlertRecord> alerts) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
            if (record.topic().equals(windowsTopic)) {
                receive(Codec.WINDOWS, record.value(), windows);
            } else if (record.topic().equals(Topics.VERDICTS)) {
                receive(Codec.VERDICTS, record.value(), verdicts);
            } else {
                receive(Codec.ALERTS, record.value(), alerts);
            }
        }
    }

    private <T> void receive(Codec<T> codec, byte[] bytes, Consumer<T> receiver) {
        switch (codec.decode(bytes)) {
            case Decoded.Value<T> value -> receiver.accept(value.value());
            case Decoded.Undecodable<T> ignored -> undecodable++;
        }
    }

    /** Records of the three topics that could not be read. */
    long undecodable() {
        return undecodable;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
