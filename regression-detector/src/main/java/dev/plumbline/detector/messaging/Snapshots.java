package dev.plumbline.detector.messaging;

import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.watch.Unsaved;
import dev.plumbline.detector.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * When snapshots are written, and what they say. Not more often than asked for, behind a batch whose verdicts are all
 * published: what a restart reads again is what came since.
 *
 * <p>One thread at a time: that of the channel of windows.
 */
public final class Snapshots implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Snapshots.class);

    private static final int ANSWER_WITHIN_MILLIS = 10_000;

    private final Watch watch;
    private final Consumers consumers;
    private final InstantSource clock;
    private final String windowsTopic;
    private final Duration interval;
    private Instant next = Instant.MIN;
    private Optional<Consumer<byte[], byte[]>> asking = Optional.empty();
    private Optional<String> topicId = Optional.empty();
    private boolean isTold;

    /** @param interval shortest time between two */
    public Snapshots(Watch watch, Consumers consumers, InstantSource clock, String windowsTopic, Duration interval) {
        this.watch = watch;
        this.consumers = consumers;
        this.clock = clock;
        this.windowsTopic = windowsTopic;
        this.interval = interval;
    }

    /** @param value empty for a record that takes back what its key told */
    record Due(String key, Optional<Snapshot> value) {}

    /**
     * Snapshots, if it is time for them. Every verdict that the watch gave out must have been published.
     *
     * @return parts, each of which must be in the topic before anything of the next is sent ({@link Unsaved}); none when it is not
     *     time, when there is no topic for them, or when Kafka does not answer: a later one says the same
     */
    List<List<Due>> due() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return List.of();
        }
        next = now.plus(interval);
        List<Long> verdictOffsets;
        try {
            TopicReader reader = new TopicReader(consumer());
            if (reader.partitions(Topics.SNAPSHOTS).isEmpty()) {
                tellOnce("there is no topic " + Topics.SNAPSHOTS + ": a restart reads all windows again");
                return List.of();
            }
            topicId = topicId.or(() -> consumers.topicId(windowsTopic));
            verdictOffsets = reader.ends(Topics.VERDICTS);
        } catch (KafkaException e) {
            tellOnce("no snapshots for now: " + e);
            close();
            return List.of();
        }
        isTold = false;
        Unsaved unsaved = watch.takeUnsaved();
        List<Snapshot> positions = new ArrayList<>();
        topicId.ifPresent(id -> unsaved.nextOffsets()
                .forEach((partition, next) ->
                        positions.add(new Snapshot.OfPartition(windowsTopic, id, partition, next, verdictOffsets))));
        return List.of(
                written(unsaved.learning()),
                written(unsaved.series()),
                unsaved.gone().stream()
                        .map(key -> new Due(key, Optional.empty()))
                        .toList(),
                written(positions));
    }

    private static List<Due> written(List<? extends Snapshot> snapshots) {
        return snapshots.stream()
                .map(snapshot -> new Due(snapshot.key(), Optional.of(snapshot)))
                .toList();
    }

    private void tellOnce(String line) {
        if (!isTold) {
            LOG.warn(line);
        }
        isTold = true;
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> open = asking.orElseGet(() -> consumers.open(Map.of(
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                ANSWER_WITHIN_MILLIS,
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                ANSWER_WITHIN_MILLIS)));
        asking = Optional.of(open);
        return open;
    }

    @Override
    public void close() {
        asking.ifPresent(Consumer::close);
        asking = Optional.empty();
    }
}
