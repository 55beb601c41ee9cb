package dev.plumbline.cli.history;

import dev.plumbline.cli.kafka.KafkaTopic;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The baselines topic of a cluster: what its detectors learned, and what people chose for them. */
final class TopicBaselines implements BaselineStore {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Pattern WINDOWS = Pattern.compile("plumbline\\.windows\\.(\\d+)([smh])\\.v1");

    private final Map<String, String> client;
    private final KafkaTopic topic;

    /** @param client properties of a Kafka client, {@code bootstrap.servers} among them */
    TopicBaselines(Map<String, String> client) {
        this.client = client;
        this.topic = new KafkaTopic(client, Topics.BASELINES, ANSWER_WITHIN);
    }

    @Override
    public String place() {
        return Topics.BASELINES + " at " + client.get("bootstrap.servers");
    }

    @Override
    public List<BaselineRecord> all() {
        return asked(() -> topic.newest().values().stream()
                .flatMap(bytes -> Codec.BASELINES.decode(bytes) instanceof Decoded.Value<BaselineRecord> good
                        ? Stream.of(good.value())
                        : Stream.empty())
                .sorted(Comparator.comparing(BaselineRecord::key))
                .toList());
    }

    @Override
    public void put(BaselineRecord baseline) {
        asked(() -> {
            topic.write(baseline.key(), Optional.of(Codec.BASELINES.encode(baseline)));
            return true;
        });
    }

    @Override
    public void remove(BaselineRecord baseline) {
        asked(() -> {
            topic.write(baseline.key(), Optional.empty());
            return true;
        });
    }

    /** The one length of windows that is judged in the cluster; empty where there are several, or none. */
    Optional<Duration> window() {
        Set<String> names = asked(topic::names);
        List<Duration> lengths = names.stream()
                .map(WINDOWS::matcher)
                .filter(Matcher::matches)
                .map(name -> Duration.ofSeconds(Long.parseLong(name.group(1))
                        * switch (name.group(2)) {
                            case "h" -> 3_600;
                            case "m" -> 60;
                            default -> 1;
                        }))
                .toList();
        return lengths.size() == 1 ? Optional.of(lengths.getFirst()) : Optional.empty();
    }

    /** Somebody who asks Kafka. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws InterruptedException;
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.infrastructure("interrupted while Kafka was asked");
        }
    }
}
