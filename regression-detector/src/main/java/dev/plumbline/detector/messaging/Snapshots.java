package dev.plumbline.detector.messaging;

import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.watch.Unsaved;
import dev.plumbline.detector.watch.Watch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /**
     * What is to be written, all of {@code first} before anything of {@code then}.
     *
     * @param first series and groups; by record key, empty where a record takes back
     * @param then how far the partitions are read
     */
    record Due(Map<String, Optional<Snapshot>> first, List<Snapshot> then) {}

    /**
     * Snapshots, if it is time for them. Every verdict that the watch gave out must have been published.
     *
     * @return empty when it is not time, when there is no topic for them, or when Kafka does not answer: a later one says
     *     the same
     */
    Optional<Due> due() {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return Optional.empty();
        }
        next = now.plus(interval);
        List<Long> verdictOffsets;
        try {
            TopicReader reader = new TopicReader(consumer());
            if (reader.partitions(Topics.SNAPSHOTS).isEmpty()) {
                tellOnce("there is no topic " + Topics.SNAPSHOTS + ": a restart reads all windows again");
                return Optional.empty();
            }
            topicId = topicId.or(() -> consumers.topicId(windowsTopic));
            verdictOffsets = reader.ends(Topics.VERDICTS);
        } catch (KafkaException e) {
            tellOnce("no snapshots for now: " + e);
            close();
            return Optional.empty();
        }
        isTold = false;
        Unsaved unsaved = watch.takeUnsaved();
        Map<String, Optional<Snapshot>> first = new LinkedHashMap<>();
        unsaved.changed().forEach(snapshot -> first.put(snapshot.key(), Optional.of(snapshot)));
        unsaved.gone().forEach(key -> first.put(key, Optional.empty()));
        List<Snapshot> positions = new ArrayList<>();
        topicId.ifPresent(id -> unsaved.nextOffsets()
                .forEach((partition, next) ->
                        positions.add(new Snapshot.OfPartition(windowsTopic, id, partition, next, verdictOffsets))));
        return Optional.of(new Due(first, positions));
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
