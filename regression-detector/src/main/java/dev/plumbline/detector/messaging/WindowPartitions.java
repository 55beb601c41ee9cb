package dev.plumbline.detector.messaging;

import dev.plumbline.detector.watch.Watch;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/** Restores the state of partitions as they are assigned, and reads them from their beginning. */
@ApplicationScoped
@Identifier("windows")
public class WindowPartitions implements KafkaConsumerRebalanceListener {

    private static final Logger LOG = Logger.getLogger(WindowPartitions.class);

    private final Watch watch;
    private final Recovery recovery;
    private final ControlReader controls;
    private final ProcessEnd end;
    private final CompletableFuture<Void> assigned = new CompletableFuture<>();
    private volatile Optional<Consumer<?, ?>> reading = Optional.empty();

    /** Partitions were assigned and could not be restored; for good. */
    private volatile boolean isLost;

    @Inject
    public WindowPartitions(Watch watch, Recovery recovery, ControlReader controls, ProcessEnd end) {
        this.watch = watch;
        this.recovery = recovery;
        this.controls = controls;
        this.end = end;
    }

    /** Completes when partitions were assigned for the first time, even none, and their state is restored. */
    public CompletableFuture<Void> assigned() {
        return assigned.copy();
    }

    /**
     * Committed records that are not judged yet, by partition, as the last fetch told. A partition that was not fetched
     * from yet is left out. Any thread: a consumer's metrics are the one thing of it that may be read from outside.
     */
    public Map<Integer, Long> lagRecords() {
        Map<Integer, Long> lags = new TreeMap<>();
        reading.ifPresent(consumer -> consumer.metrics().forEach((name, metric) -> {
            if (name.group().equals("consumer-fetch-manager-metrics")
                    && name.name().equals("records-lag")
                    && metric.metricValue() instanceof Double lag
                    && Double.isFinite(lag)) {
                lags.put(Integer.valueOf(name.tags().get("partition")), Math.round(lag));
            }
        }));
        return lags;
    }

    /**
     * The state of these partitions, restored. Whoever calls it reads on from where it says, and after a failure reads on
     * all the same: Kafka takes the partitions for assigned, tries the poll again, and names none of them a second time.
     * So a failure is the end of the process, and {@link #requireRestored} keeps the records of that moment from being
     * taken for dealt with.
     */
    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        if (isLost) {
            return;
        }
        try {
            restore(consumer, partitions);
        } catch (WakeupException | InterruptException e) {
            // The channel is being closed. Should records come nevertheless, they are refused.
            isLost = true;
            throw e;
        } catch (RuntimeException | Error e) {
            isLost = true;
            end.infrastructure("cannot restore the state of " + partitions, e);
            throw e;
        }
        LOG.infof("reading %s", partitions);
        assigned.complete(null);
    }

    /** @throws IllegalStateException when partitions were assigned and their state could not be restored */
    void requireRestored() {
        if (isLost) {
            throw new IllegalStateException("partitions were assigned, and their state was not restored");
        }
    }

    private void restore(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        reading = Optional.of(consumer);
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        controls.awaitCaughtUp();
        watch.restore(recovery.read());
        for (TopicPartition partition : partitions) {
            long committedOffset = Optional.ofNullable(committed.get(partition))
                    .map(OffsetAndMetadata::offset)
                    .orElse(0L);
            watch.assign(partition.partition(), committedOffset, ends.getOrDefault(partition, 0L));
        }
        consumer.seekToBeginning(partitions);
    }

    @Override
    public void onPartitionsRevoked(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        watch.revoke(partitions.stream().map(TopicPartition::partition).toList());
    }

    @Override
    public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        onPartitionsRevoked(consumer, partitions);
    }
}
