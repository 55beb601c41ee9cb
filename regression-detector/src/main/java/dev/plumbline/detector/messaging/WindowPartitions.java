package dev.plumbline.detector.messaging;

import dev.plumbline.detector.watch.Watch;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/** Restores the state of partitions as they are assigned, and reads them on from where it ends. */
@ApplicationScoped
@Identifier("windows")
public class WindowPartitions implements KafkaConsumerRebalanceListener {

    private static final Logger LOG = Logger.getLogger(WindowPartitions.class);

    /** Longest wait for a batch before partitions are let go; publishing itself gives up earlier, and ends the process. */
    private static final Duration LONGEST_BATCH = Duration.ofMinutes(5);

    private final Watch watch;
    private final Recovery recovery;
    private final ControlReader controls;
    private final ProcessEnd end;
    private final CompletableFuture<Void> assigned = new CompletableFuture<>();
    private final Map<TopicPartition, Holding> holdings = new ConcurrentHashMap<>();
    private final ReentrantLock publishing = new ReentrantLock();
    private volatile boolean isCaughtUp;
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
        Map<TopicPartition, Long> committed = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> answer = consumer.committed(Set.copyOf(partitions));
        for (TopicPartition partition : partitions) {
            committed.put(
                    partition,
                    Optional.ofNullable(answer.get(partition))
                            .map(OffsetAndMetadata::offset)
                            .orElse(0L));
        }
        controls.awaitCaughtUp();
        Map<TopicPartition, Long> starts = recovery.restore(committed);
        starts.forEach(consumer::seek);
        LOG.infof("reading on from %s", starts);
        int generation = consumer.groupMetadata().generationId();
        committed.forEach((partition, offset) -> holdings.put(partition, new Holding(offset, generation)));
    }

    /**
     * What is known of a partition that is read.
     *
     * @param committedOffset up to where an earlier start had dealt with it
     * @param generation of the consumer group that it was assigned in
     */
    private record Holding(long committedOffset, int generation) {}

    /** Whether an earlier start has committed a record. Any thread. */
    boolean isCommitted(TopicPartition partition, long offset) {
        return Optional.ofNullable(holdings.get(partition))
                .filter(holding -> offset < holding.committedOffset())
                .isPresent();
    }

    /**
     * Whether records were fetched before their partition was assigned the last time: it had gone and come back, its state
     * is restored, and all of it is read anew. Any thread.
     *
     * @param generation of the consumer group when they were fetched; negative when that is not known
     */
    boolean isStale(TopicPartition partition, int generation) {
        return generation >= 0
                && Optional.ofNullable(holdings.get(partition))
                        .filter(holding -> generation < holding.generation())
                        .isPresent();
    }

    /**
     * Held while a batch is judged and published. A partition is not given to another detector before: what is still to be
     * published of it would come after what that one publishes.
     */
    Lock publishing() {
        return publishing;
    }

    /** Whether everything is taken up that there was when partitions were assigned for the first time. Any thread. */
    public boolean isCaughtUp() {
        if (!isCaughtUp && assigned.isDone() && watch.isCaughtUp()) {
            isCaughtUp = true;
        }
        return isCaughtUp;
    }

    @Override
    public void onPartitionsRevoked(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        boolean isOurs = false;
        try {
            isOurs = publishing.tryLock(LONGEST_BATCH.toMillis(), TimeUnit.MILLISECONDS);
            if (!isOurs) {
                LOG.warnf("a batch of %s is still being published after %s", partitions, LONGEST_BATCH);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            watch.revoke(partitions.stream().map(TopicPartition::partition).toList());
            partitions.forEach(holdings::remove);
        } finally {
            if (isOurs) {
                publishing.unlock();
            }
        }
    }

    @Override
    public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        onPartitionsRevoked(consumer, partitions);
    }
}
