package dev.plumbline.aggregator.topology;

import dev.plumbline.aggregator.commit.CommitHook;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.windowing.Admission;
import dev.plumbline.windowing.MergeSnapshot;
import dev.plumbline.windowing.WindowMerger;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.Record;

/** The second stage: parts from every source partition into finals and corrections. */
final class MergeStage extends Stage<MergeSnapshot> {

    private static final SnapshotCodec<MergeSnapshot> SNAPSHOTS = new SnapshotCodec<>(MergeSnapshot.class);

    private final AggregationSettings settings;
    private final Progress progress;
    private final SaidBefore saidBefore;
    private WindowMerger merger;
    private int partition;

    MergeStage(AggregationSettings settings, CommitHook hook, Progress progress, SaidBefore saidBefore) {
        super(AggregationTopology.MERGE_STORE, SNAPSHOTS, hook, settings.tickInterval());
        this.settings = settings;
        this.progress = progress;
        this.saidBefore = saidBefore;
        this.merger = newMerger(0);
    }

    @Override
    void begin(int ofPartition) {
        partition = ofPartition;
        merger = newMerger(ofPartition);
    }

    @Override
    void restore(MergeSnapshot snapshot) {
        merger.restore(snapshot);
    }

    @Override
    void take(Record<byte[], byte[]> record) {
        switch (Codec.PARTIALS.decode(record.value())) {
            case Decoded.Undecodable<Partial> undecodable -> {
                if (merger.undecodable(offset())) {
                    sendUndecodable(record.value(), undecodable.reason());
                }
            }
            case Decoded.Value<Partial> partial -> {
                if (merger.accept(offset(), partial.value()) instanceof Admission.Refused refused) {
                    sendUndecodable(record.value(), "refused: " + refused.reason());
                }
            }
        }
        List<WindowRecord> ready = merger.drain();
        for (WindowRecord window : ready) {
            Series series = window.id().series();
            send(
                    AggregationTopology.WINDOWS_SINK,
                    GroupPartitioner.partitionOf(series.group(), 0, settings.partitions()),
                    series.key(),
                    Codec.WINDOWS.encode(window));
        }
        if (!ready.isEmpty()) {
            requestCommit();
        }
    }

    @Override
    void tick() {
        progress.merge(
                partition,
                new Progress.MergeState(merger.openWindows(), merger.openBytes(), merger.oldestOpenEndEpochMillis()));
    }

    @Override
    void drainChanges(BiConsumer<String, Optional<MergeSnapshot>> changes) {
        merger.drainChanges(changes);
    }

    @Override
    public void close() {
        super.close();
        progress.mergeGone(partition);
    }

    @Override
    String undecodableSink() {
        return AggregationTopology.MERGE_UNDECODABLE_SINK;
    }

    private WindowMerger newMerger(int ofPartition) {
        return new WindowMerger(
                settings.window().toMillis(),
                settings.partitions(),
                AggregationSettings.REVISIONS_REMEMBERED,
                settings.limits().openBytes(),
                saidBefore.partialOffset(ofPartition),
                progress::counted);
    }
}
