package dev.plumbline.cli.feed;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the topics of a pipe. One thread. */
public final class PipeFeed implements AutoCloseable {

    private static final Duration TOPIC_PATIENCE = Duration.ofSeconds(15);

    /** Which topics are read; windows, verdicts and alerts always are. */
    public enum Events {
        /** Request events and heartbeats, too. */
        INCLUDED,
        LEFT_OUT
    }

    /** Where reading begins. */
    public enum From {
        /** With the oldest record that is still there. */
        BEGINNING,
        /** With the first record that is written after the feed was opened. */
        NOW
    }

    private final String windowsTopic;
    private final String servers;
    private final Consumer<byte[], byte[]> consumer;
    private long undecodable;

    /**
     * @param client properties of a Kafka client, the brokers among them
     * @throws StackFailure if the brokers do not answer or a topic is missing
     */
    public PipeFeed(Map<String, Object> client, Duration window, Events events, From from) {
        this(client, window, events, from, PipeFeed::consumer);
    }

    /** @param consumers makes the consumer, from its properties */
    PipeFeed(
            Map<String, Object> client,
            Duration window,
            Events events,
            From from,
            Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers) {
        this.windowsTopic = Topics.windows(window);
        this.servers = String.valueOf(client.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        List<String> topics = new ArrayList<>(List.of(windowsTopic, Topics.VERDICTS, Topics.ALERTS));
        if (events == Events.INCLUDED) {
            topics.add(Topics.EVENTS);
        }
        try {
            consumer = consumers.apply(properties);
        } catch (KafkaException e) {
            throw unanswered(e);
        }
        try {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : topics) {
                List<PartitionInfo> found = consumer.partitionsFor(topic, TOPIC_PATIENCE);
                if (found.isEmpty()) {
                    throw new StackFailure(
                            ExitCode.INFRASTRUCTURE,
                            "there is no topic " + topic
                                    + " in this Kafka: create it as docs/contract.md says, or check --window");
                }
                found.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            }
            consumer.assign(partitions);
            switch (from) {
                case BEGINNING -> consumer.seekToBeginning(partitions);
                case NOW -> consumer.seekToEnd(partitions);
            }
            // Positions are looked up lazily: what is written from here on must be seen.
            partitions.forEach(partition -> consumer.position(partition, TOPIC_PATIENCE));
        } catch (KafkaException e) {
            consumer.close();
            throw unanswered(e);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> properties) {
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private StackFailure unanswered(KafkaException e) {
        return new StackFailure(
                ExitCode.INFRASTRUCTURE,
                "Kafka at " + servers + " does not answer (" + e.getMessage()
                        + "): start it, or correct --kafka and --kafka-config");
    }

    /**
     * Waits for records at most as long as told and hands each on.
     *
     * @throws StackFailure if Kafka does not let them be read: access taken back, a topic deleted, a record damaged
     */
    public void poll(Duration patience, PipeListener listener) {
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(patience);
        } catch (KafkaException e) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "Kafka at " + servers + " does not let its topics be read any more (" + e.getMessage()
                            + "): look at its log and at the rights of --kafka-config");
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
            byte[] bytes = record.value();
            if (record.topic().equals(windowsTopic)) {
                receive(Codec.WINDOWS, bytes, window -> listener.window(bytes, window));
            } else if (record.topic().equals(Topics.VERDICTS)) {
                receive(Codec.VERDICTS, bytes, listener::verdict);
            } else if (record.topic().equals(Topics.ALERTS)) {
                receive(Codec.ALERTS, bytes, alert -> listener.alert(bytes, alert));
            } else {
                receive(Codec.EVENTS, bytes, event -> listener.event(bytes, event));
            }
        }
    }

    private <T> void receive(Codec<T> codec, byte[] bytes, java.util.function.Consumer<T> receiver) {
        switch (codec.decode(bytes)) {
            case Decoded.Value<T> value -> receiver.accept(value.value());
            case Decoded.Undecodable<T> ignored -> undecodable++;
        }
    }

    /** Records that could not be read. */
    public long undecodable() {
        return undecodable;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
