package dev.plumbline.cli.kafka;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A small topic of a cluster, such as a compacted one, read and written record by record for a person who waits. */
public final class KafkaTopic {

    /** A topic for people is small; a larger one is another topic. */
    private static final long MOST_RECORDS = 200_000;

    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> properties;
    private final String name;
    private final Duration answerWithin;

    /**
     * @param properties of Kafka clients, {@code bootstrap.servers} among them
     * @param answerWithin longest wait for Kafka, each time that it is asked
     */
    public KafkaTopic(Map<String, ?> properties, String name, Duration answerWithin) {
        this.properties = new HashMap<>(properties);
        this.name = name;
        this.answerWithin = answerWithin;
    }

    /**
     * Writes one record and returns when every in-sync replica has it.
     *
     * @param value empty to take back what the key told
     * @throws StackFailure if Kafka cannot be reached, refuses, or has no such topic; or a property is wrong
     */
    public void write(String key, Optional<byte[]> value) throws InterruptedException {
        try {
            requireTopic();
            send(key, value);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    /**
     * All records that are there now, of each partition in order.
     *
     * @throws StackFailure as {@link #write}
     */
    public List<ConsumerRecord<String, byte[]>> read() throws InterruptedException {
        try {
            requireTopic();
            return readAll();
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    /**
     * What is said last under each key, by key; what was taken back is left out.
     *
     * @throws StackFailure as {@link #write}
     */
    public Map<String, byte[]> newest() throws InterruptedException {
        Map<String, byte[]> newest = new TreeMap<>();
        for (ConsumerRecord<String, byte[]> record : read()) {
            if (record.key() != null) {
                if (record.value() == null) {
                    newest.remove(record.key());
                } else {
                    newest.put(record.key(), record.value());
                }
            }
        }
        return newest;
    }

    /**
     * The names of all topics of the cluster.
     *
     * @throws StackFailure if Kafka cannot be reached or refuses; or a property is wrong
     */
    public Set<String> names() throws InterruptedException {
        try (Admin admin = Admin.create(adminSettings())) {
            return admin.listTopics().names().get();
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    private List<ConsumerRecord<String, byte[]>> readAll() {
        int millis = Math.toIntExact(answerWithin.toMillis());
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(name).stream()
                    .map(info -> new TopicPartition(name, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            int quietPolls = 0;
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                ConsumerRecords<String, byte[]> polled = consumer.poll(POLL);
                polled.forEach(records::add);
                quietPolls = polled.isEmpty() ? quietPolls + 1 : 0;
                if (quietPolls * POLL.toMillis() > millis) {
                    throw new TimeoutException("no records of " + name);
                }
                if (records.size() > MOST_RECORDS) {
                    throw new StackFailure(
                            ExitCode.INFRASTRUCTURE, name + " has more than " + MOST_RECORDS + " records");
                }
            }
        }
        return records;
    }

    /** Asked first: a producer that waits for a topic cannot tell a missing one from a missing Kafka. */
    private void requireTopic() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(adminSettings())) {
            admin.describeTopics(List.of(name)).allTopicNames().get();
        }
    }

    private Map<String, Object> adminSettings() {
        int millis = Math.toIntExact(answerWithin.toMillis());
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        return settings;
    }

    private void send(String key, Optional<byte[]> value) throws ExecutionException, InterruptedException {
        int millis = Math.toIntExact(answerWithin.toMillis());
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(name, key, value.orElse(null))).get();
        }
    }

    private StackFailure failure(Throwable e) {
        String where = "Kafka at " + properties.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        Throwable cause = e;
        while (cause.getCause() != null && !isTelling(cause)) {
            cause = cause.getCause();
        }
        String why = String.valueOf(cause.getMessage());
        return switch (cause) {
            case UnknownTopicOrPartitionException missing ->
                new StackFailure(
                        ExitCode.INFRASTRUCTURE,
                        where + " has no topic " + name + ": create it with kafka-topics.sh --create --topic " + name
                                + " --config cleanup.policy=compact");
            case TimeoutException slow ->
                new StackFailure(
                        ExitCode.INFRASTRUCTURE,
                        where + " does not answer within " + answerWithin.toSeconds()
                                + " s: is the address right, and does it want TLS or SASL (--kafka-config)?");
            case ConfigException wrong
            when why.contains("bootstrap") ->
                new StackFailure(ExitCode.INFRASTRUCTURE, where + " cannot be found: " + why);
            case ConfigException wrong -> new StackFailure(ExitCode.USAGE, "--kafka-config: " + why);
            default -> new StackFailure(ExitCode.INFRASTRUCTURE, where + " does not take the record: " + why);
        };
    }

    private static boolean isTelling(Throwable cause) {
        return cause instanceof UnknownTopicOrPartitionException
                || cause instanceof TimeoutException
                || cause instanceof ConfigException;
    }
}
