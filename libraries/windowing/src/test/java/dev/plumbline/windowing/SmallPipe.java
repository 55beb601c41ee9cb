package dev.plumbline.windowing;

import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Both stages over a log of a few partitions, in one thread. */
final class SmallPipe {

    private final int partitions;
    private final long[] eventOffsets;
    private final long[] partialOffsets;
    final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    final List<PartitionIntake> intakes = new ArrayList<>();
    final List<WindowMerger> mergers = new ArrayList<>();
    final List<WindowRecord> windows = new ArrayList<>();
    final List<Admission> refusals = new ArrayList<>();

    SmallPipe(int partitions, IntakeLimits limits) {
        this.partitions = partitions;
        this.eventOffsets = new long[partitions];
        this.partialOffsets = new long[partitions];
        for (int p = 0; p < partitions; p++) {
            intakes.add(new PartitionIntake(
                    new Placement(p, partitions, 1),
                    limits,
                    group -> 0,
                    (tally, times) -> tallies.merge(tally, times, Long::sum)));
            mergers.add(new WindowMerger(
                    limits.windowMillis(),
                    partitions,
                    1_000,
                    limits.openBytes(),
                    0,
                    (tally, times) -> tallies.merge(tally, times, Long::sum)));
        }
    }

    int partitionOf(Event event) {
        return GroupPartitioner.partitionOf(event.group(), 0, partitions);
    }

    void send(Event event, long appendMillis) {
        int partition = partitionOf(event);
        Admission admission = intakes.get(partition).accept(eventOffsets[partition]++, event, appendMillis);
        if (admission instanceof Admission.Refused) {
            refusals.add(admission);
        }
        flush(partition);
    }

    void junk(int partition) {
        intakes.get(partition).undecodable(eventOffsets[partition]++);
        flush(partition);
    }

    void tick(long wallMillis, boolean drained) {
        for (int p = 0; p < partitions; p++) {
            List<ProducerExpelled> expelled = intakes.get(p).tick(wallMillis, drained);
            flush(p);
            expelled.forEach(expulsion -> send(expulsion, wallMillis));
        }
    }

    long tally(Tally tally) {
        return tallies.getOrDefault(tally, 0L);
    }

    long counted() {
        return windows.stream().mapToLong(WindowRecord::countedEvents).sum();
    }

    private void flush(int partition) {
        for (Partial partial : intakes.get(partition).drain()) {
            int merge = GroupPartitioner.partitionOf(groupOf(partial), 0, partitions);
            mergers.get(merge).accept(partialOffsets[merge]++, partial);
            windows.addAll(mergers.get(merge).drain());
        }
    }

    static ComparisonGroup groupOf(Partial partial) {
        return switch (partial) {
            case Partial.WindowPart part -> part.id().series().group();
            case Partial.GroupClosed closed -> closed.group();
            case Partial.GroupReleased released -> released.group();
        };
    }
}
