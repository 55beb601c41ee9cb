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
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
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
    private final MutinyEmitter<byte[]> verdicts;
    private final MutinyEmitter<byte[]> alerts;
    private final MutinyEmitter<byte[]> baselines;
    private final MutinyEmitter<byte[]> undecodable;

    @Inject
    public WindowsChannel(
            Watch watch,
            @Identifier("windows") WindowPartitions partitions,
            ProcessEnd end,
            @Channel("verdicts") MutinyEmitter<byte[]> verdicts,
            @Channel("alerts") MutinyEmitter<byte[]> alerts,
            @Channel("baselines") MutinyEmitter<byte[]> baselines,
            @Channel("undecodable") MutinyEmitter<byte[]> undecodable) {
        this.watch = watch;
        this.partitions = partitions;
        this.end = end;
        this.verdicts = verdicts;
        this.alerts = alerts;
        this.baselines = baselines;
        this.undecodable = undecodable;
    }

    /** Judges a batch and publishes; returning acknowledges it. A failure to publish ends the process: state is ahead. */
    @Incoming("windows")
    @Blocking
    public void judge(ConsumerRecords<byte[], byte[]> batch) {
        try {
            partitions.requireRestored();
            List<Sending> first = new ArrayList<>();
            List<Sending> then = new ArrayList<>();
            for (UndecodableRecord found : watch.takeUndecodable()) {
                LOG.warnf(
                        "undecodable record %s-%d@%d: %s",
                        found.topic(), found.partition(), found.offset(), found.reason());
                first.add(sending(found));
            }
            for (ConsumerRecord<byte[], byte[]> record : batch) {
                Outgoing outgoing = watch.take(record.partition(), record.offset(), record.value());
                outgoing.baselines().forEach(baseline -> first.add(sending(baseline)));
                outgoing.alerts().forEach(alert -> first.add(sending(alert)));
                outgoing.undecodable().forEach(bytes -> first.add(sending(bytes)));
                outgoing.verdicts().forEach(verdict -> then.add(sending(verdict)));
                outgoing.warnings().forEach(LOG::warn);
            }
            send(first);
            send(then);
        } catch (RuntimeException e) {
            end.infrastructure("cannot judge and publish, a restart takes up from what was published", e);
            throw e;
        }
    }

    private record Sending(MutinyEmitter<byte[]> to, String key, byte[] value) {}

    private Sending sending(VerdictRecord verdict) {
        return new Sending(verdicts, verdict.window().series().key(), Codec.VERDICTS.encode(verdict));
    }

    private Sending sending(AlertRecord alert) {
        LOG.infof("%s %s", alert.transition(), alert.summary());
        return new Sending(alerts, alert.series().key(), Codec.ALERTS.encode(alert));
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
                    .map(sending -> sending.to()
                            .sendMessage(Message.of(sending.value())
                                    .addMetadata(OutgoingKafkaRecordMetadata.<String>builder()
                                            .withKey(sending.key())
                                            .build())))
                    .toList();
            Uni.join().all(underWay).andFailFast().await().atMost(LONGEST_WAIT);
        }
    }
}
