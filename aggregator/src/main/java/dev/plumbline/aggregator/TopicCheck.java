package dev.plumbline.aggregator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Waits for Kafka and the topics, for a bounded time, and checks what the counts rest on. */
final class TopicCheck {

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
    private static final int ASK_TIMEOUT_MILLIS = 5_000;

    private final InstantSource clock;

    TopicCheck(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The partition count that all topics have.
     *
     * @param appended the topic in which a record's time must be that of its writing: who is late, who is silent and whose
     *     clock is wrong is held against it
     * @throws FatalStart if a topic is missing or Kafka does not answer when the time is over, if counts differ, or if
     *     producers could set the time of a record themselves
     */
    int partitions(Map<String, Object> clientProperties, List<String> topics, String appended, Duration timeout)
            throws FatalStart, InterruptedException {
        Map<String, Object> properties = new TreeMap<>(clientProperties);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ASK_TIMEOUT_MILLIS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ASK_TIMEOUT_MILLIS);
        Instant deadline = clock.instant().plus(timeout);
        try (Admin admin = Admin.create(properties)) {
            while (true) {
                Map<String, Integer> found = new TreeMap<>();
                String obstacle = ask(admin, topics, found);
                if (obstacle.isEmpty()) {
                    Optional<String> timestampType = timestampType(admin, appended);
                    if (timestampType.isPresent()) {
                        requireAppendTime(appended, timestampType.get(), clientProperties);
                        return equalCount(found);
                    }
                    obstacle = "Kafka does not tell the settings of " + appended;
                }
                if (clock.instant().isAfter(deadline)) {
                    throw new FatalStart(
                            FatalStart.INFRASTRUCTURE,
                            obstacle + " at " + clientProperties.get("bootstrap.servers") + " (waited "
                                    + timeout.toSeconds() + " s)");
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }

    /** Fills in the partition counts; what is in the way as text, empty for nothing. */
    private static String ask(Admin admin, List<String> topics, Map<String, Integer> found)
            throws InterruptedException {
        for (Map.Entry<String, KafkaFuture<TopicDescription>> answer :
                admin.describeTopics(topics).topicNameValues().entrySet()) {
            try {
                TopicDescription description = answer.getValue().get(2L * ASK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
                found.put(description.name(), description.partitions().size());
            } catch (ExecutionException e) {
                return e.getCause() instanceof UnknownTopicOrPartitionException
                        ? "topic " + answer.getKey() + " does not exist"
                        : "Kafka does not answer (" + e.getCause() + ")";
            } catch (TimeoutException e) {
                return "Kafka does not answer";
            }
        }
        return "";
    }

    /** Whose time the records of a topic have; empty when Kafka does not answer. */
    private static Optional<String> timestampType(Admin admin, String topic) throws InterruptedException {
        ConfigResource asked = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config settings = Objects.requireNonNull(
                            admin.describeConfigs(List.of(asked)).values().get(asked))
                    .get(2L * ASK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            return Optional.ofNullable(settings.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG))
                    .map(ConfigEntry::value);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    private static void requireAppendTime(String topic, String timestampType, Map<String, Object> client)
            throws FatalStart {
        if (!timestampType.equals("LogAppendTime")) {
            throw new FatalStart(
                    FatalStart.CONFIGURATION,
                    topic + " takes the time of its records from producers ("
                            + TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG
                            + "=" + timestampType + "), so that a wrong clock could not be told: kafka-configs.sh"
                            + " --bootstrap-server " + client.get("bootstrap.servers")
                            + " --alter --entity-type topics --entity-name " + topic + " --add-config "
                            + TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG + "=LogAppendTime");
        }
    }

    static int equalCount(Map<String, Integer> found) throws FatalStart {
        List<Integer> counts = found.values().stream().distinct().toList();
        if (counts.size() != 1) {
            throw new FatalStart(
                    FatalStart.CONFIGURATION,
                    "topics must have equal partition counts and have " + new TreeMap<>(found)
                            + ": create them anew with the same count");
        }
        return counts.getFirst();
    }
}
