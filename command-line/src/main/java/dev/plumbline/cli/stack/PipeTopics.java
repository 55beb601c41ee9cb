package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.contract.wire.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The topics of a pipe, with what each keeps. */
final class PipeTopics {

    private static final long SMALLEST_SEGMENT = 1L << 20;
    private static final long LARGEST_SEGMENT = 64L << 20;
    private static final long REWRITTEN_SEGMENT = 4L << 20;

    private static final long ANSWER_WITHIN_SECONDS = 20;

    private final PipePlan plan;

    PipeTopics(PipePlan plan) {
        this.plan = plan;
    }

    /** All of them. */
    List<NewTopic> all() {
        Map<String, String> compacted = Map.of("cleanup.policy", "compact");
        // Rewritten all the time and read at every start: only closed segments are compacted, so these are small.
        Map<String, String> rewritten = Map.of(
                "cleanup.policy", "compact",
                "segment.bytes", Long.toString(REWRITTEN_SEGMENT),
                "min.cleanable.dirty.ratio", "0.1");
        // Only whole, closed segments are deleted: with a quarter of the limit the overshoot stays small.
        Map<String, String> bounded = Map.of(
                "retention.bytes", Long.toString(plan.topicBytes()),
                "segment.bytes", Long.toString(Math.clamp(plan.topicBytes() / 4, SMALLEST_SEGMENT, LARGEST_SEGMENT)));
        Map<String, String> events = new HashMap<>(bounded);
        // The broker's time, or the bound on skewed clocks would compare a producer's clock with itself.
        events.put("message.timestamp.type", "LogAppendTime");
        return List.of(
                topic(Topics.EVENTS, events),
                topic(Topics.TELEMETRY, bounded),
                topic(Topics.partials(plan.window()), bounded),
                topic(Topics.windows(plan.window()), bounded),
                topic(Topics.VERDICTS, bounded),
                topic(Topics.ALERTS, bounded),
                topic(Topics.UNDECODABLE, bounded),
                topic(Topics.SNAPSHOTS, rewritten),
                topic(Topics.BASELINES, compacted),
                topic(Topics.CONTROLS, compacted),
                topic(Topics.RUNS, compacted));
    }

    /**
     * Makes those that are missing.
     *
     * @param kafkaClient properties of a Kafka client, the brokers among them
     * @throws StackFailure if they cannot be made
     */
    void createMissing(Map<String, Object> kafkaClient) throws InterruptedException {
        try (Admin admin = Admin.create(kafkaClient)) {
            Set<String> there = admin.listTopics().names().get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS);
            admin.createTopics(all().stream()
                            .filter(topic -> !there.contains(topic.name()))
                            .toList())
                    .all()
                    .get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot create the topics: " + e);
        }
    }

    private NewTopic topic(String name, Map<String, String> settings) {
        return new NewTopic(name, plan.partitions(), (short) 1).configs(settings);
    }
}
