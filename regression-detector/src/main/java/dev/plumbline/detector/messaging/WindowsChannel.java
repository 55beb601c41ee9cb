package dev.plumbline.detector.messaging;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.detector.watch.Outgoing;
import dev.plumbline.detector.watch.Watch;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.annotations.Blocking;
import io.smallrye.reactive.messaging.kafka.KafkaRecord;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordBatchMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** The channel of windows, and what goes out because of them. */
@ApplicationScoped
public class WindowsChannel {

    private static final Logger LOG = Logger.getLogger(WindowsChannel.class);

    /** Records that are under way to Kafka at once. */
    private static final int MOST_UNDER_WAY = 100;

    /** Longest wait for Kafka to take them; the producer itself gives up earlier. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(150);

    private final Watch watch;
    private final WindowPartitions partitions;
    private final ProcessEnd end;
    private final Snapshots snapshots;
    private final MutinyEmitter<byte[]> verdicts;
    private final MutinyEmitter<byte[]> alerts;
    private final MutinyEmitter<byte[]> baselines;
    private final MutinyEmitter<byte[]> undecodable;
    private final MutinyEmitter<byte[]> snapshotsOut;

    @Inject
    public WindowsChannel(
            Watch watch,
            @Identifier("windows") WindowPartitions partitions,
            ProcessEnd end,
            Snapshots snapshots,
            @Channel("verdicts") MutinyEmitter<byte[]> verdicts,
            @Channel("alerts") MutinyEmitter<byte[]> alerts,
            @Channel("baselines") MutinyEmitter<byte[]> baselines,
            @Channel("undecodable") MutinyEmitter<byte[]> undecodable,
            @Channel("snapshots") MutinyEmitter<byte[]> snapshotsOut) {
        this.watch = watch;
        this.partitions = partitions;
        this.end = end;
        this.snapshots = snapshots;
        this.verdicts = verdicts;
        this.alerts = alerts;
        this.baselines = baselines;
        this.undecodable = undecodable;
        this.snapshotsOut = snapshotsOut;
    }

    /** Judges a batch and publishes; returning acknowledges it. A failure to publish ends the process: state is ahead. */
    @Incoming("windows")
    @Blocking
    public void judge(
            ConsumerRecords<byte[], byte[]> batch, IncomingKafkaRecordBatchMetadata<byte[], byte[]> metadata) {
        partitions.publishing().lock();
        try {
            partitions.requireRestored();
            judge(batch, metadata.getConsumerGroupGenerationId());
        } catch (RuntimeException e) {
            end.infrastructure("cannot judge and publish, a restart takes up from what was published", e);
            throw e;
        } finally {
            partitions.publishing().unlock();
        }
    }

    private void judge(ConsumerRecords<byte[], byte[]> batch, int generation) {
        List<Sending> first = new ArrayList<>();
        List<Sending> then = new ArrayList<>();
        collect(watch.takeFound(), first, then);
        for (TopicPartition partition : batch.partitions()) {
            if (!partitions.isStale(partition, generation)) {
                for (ConsumerRecord<byte[], byte[]> record : batch.records(partition)) {
                    collect(watch.take(record.partition(), record.offset(), record.value()), first, then);
                }
            }
        }
        send(first);
        send(then);
        for (List<Snapshots.Due> part : snapshots.due()) {
            send(part.stream().map(this::sending).toList());
        }
    }

    private void collect(Outgoing outgoing, List<Sending> first, List<Sending> then) {
        outgoing.baselines().forEach(baseline -> first.add(sending(baseline)));
        outgoing.alerts().forEach(alert -> first.add(sending(alert)));
        outgoing.undecodable().forEach(bytes -> first.add(sending(bytes)));
        outgoing.verdicts().forEach(verdict -> then.add(sending(verdict)));
        outgoing.warnings().forEach(LOG::warn);
    }

    /** @param value empty for a record that takes back what its key told */
    private record Sending(MutinyEmitter<byte[]> to, String key, Optional<byte[]> value) {

        Sending(MutinyEmitter<byte[]> to, String key, byte[] value) {
            this(to, key, Optional.of(value));
        }

        Message<byte[]> message() {
            return value.<Message<byte[]>>map(bytes -> KafkaRecord.of(key, bytes))
                    .orElseGet(() -> KafkaRecord.of(key, null));
        }
    }

    private Sending sending(Snapshots.Due due) {
        return new Sending(snapshotsOut, due.key(), due.value().map(Codec.SNAPSHOTS::encode));
    }

    private Sending sending(VerdictRecord verdict) {
        return new Sending(verdicts, verdict.window().series().key(), Codec.VERDICTS.encode(verdict));
    }

    private Sending sending(AlertRecord alert) {
        LOG.infof("%s %s", alert.transition(), alert.summary());
        return new Sending(alerts, alert.series().lane(), Codec.ALERTS.encode(alert));
    }

    private Sending sending(BaselineRecord baseline) {
        LOG.infof("baseline %s, grade %s %s", baseline.baselineId(), baseline.grade(), baseline.gradeReasons());
        return new Sending(baselines, baseline.key(), Codec.BASELINES.encode(baseline));
    }

    private Sending sending(UndecodableRecord record) {
        return new Sending(undecodable, record.topic() + '-' + record.partition(), Codec.UNDECODABLE.encode(record));
    }

    private static void send(List<Sending> all) {
        for (int from = 0; from < all.size(); from += MOST_UNDER_WAY) {
            List<Uni<Void>> underWay = all.subList(from, Math.min(all.size(), from + MOST_UNDER_WAY)).stream()
                    .map(sending -> sending.to().sendMessage(sending.message()))
                    .toList();
            Uni.join().all(underWay).andFailFast().await().atMost(LONGEST_WAIT);
        }
    }
}
