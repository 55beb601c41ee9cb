package dev.plumbline.aggregator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Waits for Kafka and the topics, for a bounded time, and compares their partition counts. */
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
     * @throws FatalStart if a topic is missing or Kafka does not answer when the time is over, or if counts differ
     */
    int partitions(Map<String, Object> clientProperties, List<String> topics, Duration timeout)
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
                    return equalCount(found);
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
