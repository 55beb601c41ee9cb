package dev.plumbline.cli.control;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The controls topic of a cluster, to write to. */
final class ControlTopic {

    private final Map<String, Object> properties;
    private final Duration answerWithin;

    /**
     * @param properties of Kafka clients, {@code bootstrap.servers} among them
     * @param answerWithin longest wait for Kafka, twice: for the topic, and for the record
     */
    ControlTopic(Map<String, ?> properties, Duration answerWithin) {
        this.properties = new HashMap<>(properties);
        this.answerWithin = answerWithin;
    }

    /**
     * Writes one record and returns when every in-sync replica has it.
     *
     * @throws StackFailure if Kafka cannot be reached, refuses, or has no such topic; or a property is wrong
     */
    void write(Control control) throws InterruptedException {
        try {
            requireTopic();
            send(control);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (KafkaException e) {
            throw failure(e);
        }
    }

    /** Asked first: a producer that waits for a topic cannot tell a missing one from a missing Kafka. */
    private void requireTopic() throws ExecutionException, InterruptedException {
        int millis = Math.toIntExact(answerWithin.toMillis());
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        try (Admin admin = Admin.create(settings)) {
            admin.describeTopics(List.of(Topics.CONTROLS)).allTopicNames().get();
        }
    }

    private void send(Control control) throws ExecutionException, InterruptedException {
        int millis = Math.toIntExact(answerWithin.toMillis());
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.CONTROLS, control.key(), Codec.CONTROLS.encode(control)))
                    .get();
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
                        where + " has no topic " + Topics.CONTROLS
                                + ": create it with kafka-topics.sh --create --topic " + Topics.CONTROLS
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
