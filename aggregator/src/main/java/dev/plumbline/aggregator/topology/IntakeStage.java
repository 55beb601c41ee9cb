package dev.plumbline.aggregator.topology;

import dev.plumbline.aggregator.commit.Backlog;
import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.windowing.Admission;
import dev.plumbline.windowing.IntakeSnapshot;
import dev.plumbline.windowing.PartitionIntake;
import dev.plumbline.windowing.Placement;
import dev.plumbline.windowing.Tally;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.Record;

/** The first stage: one partition of the events topic into parts of windows. */
final class IntakeStage extends Stage<IntakeSnapshot> {

    private static final SnapshotCodec<IntakeSnapshot> SNAPSHOTS = new SnapshotCodec<>(IntakeSnapshot.class);

    private final AggregationSettings settings;
    private final Backlog backlog;
    private final Progress progress;
    private final SaidBefore saidBefore;
    private PartitionIntake intake;
    private int partition;

    IntakeStage(
            AggregationSettings settings, CommitHook hook, Backlog backlog, Progress progress, SaidBefore saidBefore) {
        super(AggregationTopology.INTAKE_STORE, SNAPSHOTS, hook, settings.tickInterval());
        this.settings = settings;
        this.backlog = backlog;
        this.progress = progress;
        this.saidBefore = saidBefore;
        this.intake = intakeOf(0);
    }

    @Override
    void begin(int ofPartition) {
        partition = ofPartition;
        intake = intakeOf(ofPartition);
    }

    @Override
    void restore(IntakeSnapshot snapshot) {
        intake.restore(snapshot);
    }

    @Override
    void take(Record<byte[], byte[]> record) {
        progress.counted(Tally.RECORDS_CONSUMED, 1);
        switch (Codec.EVENTS.decode(record.value())) {
            case Decoded.Undecodable<Event> undecodable -> {
                if (intake.undecodable(offset())) {
                    sendUndecodable(record.value(), undecodable.reason());
                }
            }
            case Decoded.Value<Event> event -> {
                Admission admission = intake.accept(offset(), event.value(), record.timestamp());
                if (admission instanceof Admission.Refused refused) {
                    sendUndecodable(record.value(), "refused: " + refused.reason());
                }
            }
        }
        sendPartials();
    }

    @Override
    void tick() {
        // Unknown is not zero: before the first fetch, and while no broker answers, a full partition looks like an
        // empty
        // one.
        boolean drained = backlog.recordsNotRead(Topics.EVENTS, partition).orElse(1) == 0;
        for (ProducerExpelled expulsion : intake.tick(wallMillis(), drained)) {
            send(
                    AggregationTopology.EXPULSIONS_SINK,
                    partition,
                    expulsion.group().key(),
                    Codec.EVENTS.encode(expulsion));
        }
        sendPartials();
        progress.intake(
                partition,
                new Progress.IntakeState(
                        intake.openWindows(),
                        intake.openBytes(),
                        intake.seriesCount(),
                        intake.liveCount(),
                        intake.stalledCount(),
                        intake.slowestHolder(false),
                        intake.slowestHolder(true)));
    }

    @Override
    void drainChanges(BiConsumer<String, Optional<IntakeSnapshot>> changes) {
        intake.drainChanges(changes);
    }

    @Override
    public void close() {
        super.close();
        progress.intakeGone(partition);
    }

    @Override
    String undecodableSink() {
        return AggregationTopology.INTAKE_UNDECODABLE_SINK;
    }

    private PartitionIntake intakeOf(int ofPartition) {
        return new PartitionIntake(
                new Placement(ofPartition, settings.partitions(), settings.shards()),
                settings.limits(),
                saidBefore::windowEndEpochMillis,
                progress::counted);
    }

    private void sendPartials() {
        boolean closes = false;
        for (Partial partial : intake.drain()) {
            ComparisonGroup group = switch (partial) {
                case Partial.WindowPart part -> part.id().series().group();
                case Partial.GroupClosed closed -> closed.group();
                case Partial.GroupReleased released -> released.group();
            };
            closes |= !(partial instanceof Partial.WindowPart);
            send(
                    AggregationTopology.PARTIALS_SINK,
                    GroupPartitioner.partitionOf(group, 0, settings.partitions()),
                    group.key(),
                    Codec.PARTIALS.encode(partial));
        }
        if (closes) {
            // The second stage sees it only once it is committed.
            requestCommit();
        }
    }
}
