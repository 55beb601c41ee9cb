package dev.plumbline.windowing;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowRecord.Cut;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * One partition of the partials topic: adds the parts of a window and says it once, as revision 0, when every source
 * partition that holds its group has closed it. Parts that come afterwards are said as corrections, each with the next
 * revision.
 *
 * <p>A source partition holds a group from the moment it says so until it says that nobody is left; one that has said
 * nothing of a group holds nothing of it. There is no clock.
 *
 * <p>What waits is bounded by {@code openBytes}: over it, the oldest windows of the group that takes most become final
 * early, what comes later is a correction, and the record says so. Groups are bounded by {@value #GROUPS_REMEMBERED}; the one that nobody holds and
 * that was heard of longest ago is forgotten first. Which revision is next is for the {@link RevisionBook} of a group.
 *
 * <p>One thread at a time.
 */
public final class WindowMerger {

    /** Most groups of which it is remembered how far they are. */
    static final int GROUPS_REMEMBERED = 10_000;

    /** Most variants of a group of which it is told that they end. */
    static final int STRANDS_REMEMBERED = 500;

    private static final Comparator<MergingGroup> BY_ROOM =
            Comparator.<MergingGroup>comparingLong(group -> group.bytes).thenComparing(group -> group.group.key());

    private final long windowMillis;
    private final int sourcePartitions;
    private final int revisionLimit;
    private final long openBytes;
    private final TallySink tallies;
    private final ChangeLedger<MergeSnapshot> ledger = new ChangeLedger<>();
    private final Slots slots = new Slots();
    private final Progress progress;
    /** In the order in which they were heard of last. */
    private final LinkedHashMap<ComparisonGroup, MergingGroup> groups = new LinkedHashMap<>(16, 0.75f, true);

    private final List<WindowRecord> outbox = new ArrayList<>();
    private long waitingBytes;
    private int waitingWindows;

    /**
     * @param windowMillis the length of every window
     * @param sourcePartitions how many partitions the events topic has
     * @param revisionLimit most windows of a group whose revision is remembered one by one, 1 or more
     * @param openBytes about how much memory what waits may take, 1 or more
     * @param firstOffset what lies below it was said by another application; used where there is no state
     */
    public WindowMerger(
            long windowMillis,
            int sourcePartitions,
            int revisionLimit,
            long openBytes,
            long firstOffset,
            TallySink tallies) {
        if (sourcePartitions < 1 || revisionLimit < 1 || openBytes < 1) {
            throw new IllegalArgumentException(sourcePartitions + " source partitions, " + revisionLimit
                    + " remembered revisions, " + openBytes + " bytes");
        }
        this.windowMillis = windowMillis;
        this.sourcePartitions = sourcePartitions;
        this.revisionLimit = revisionLimit;
        this.openBytes = openBytes;
        this.tallies = tallies;
        this.progress = new Progress(firstOffset, tallies);
    }

    /**
     * Puts a piece back that {@link #drainChanges} handed out, in any order. Only before the first partial.
     *
     * @throws IllegalStateException if the number of source partitions was another one
     */
    public void restore(MergeSnapshot snapshot) {
        switch (snapshot) {
            case MergeSnapshot.MergeProgress kept -> {
                if (kept.sourcePartitions() != sourcePartitions) {
                    throw new IllegalStateException("the events topic had " + kept.sourcePartitions()
                            + " partitions and now has " + sourcePartitions
                            + ": start with a new plumbline.aggregator.application-id");
                }
                progress.restore(kept.offset());
            }
            case MergeSnapshot.KnownGroup kept -> group(kept.group()).restore(kept);
            case MergeSnapshot.Open kept -> {
                slots.take(kept.slot());
                MergingGroup group = group(kept.id().series().group());
                OpenWindow window = new OpenWindow(kept.slot(), kept.id());
                window.add(kept.summary(), kept.excluded());
                window.justRestored();
                group.waiting.put(kept.id(), window);
                waitingWindows++;
                group.weigh(window);
            }
            case MergeSnapshot.Final kept ->
                group(kept.id().series().group()).revisions.restore(kept);
        }
    }

    /**
     * Takes one partial.
     *
     * @param offset its place in the partition; a record at or below the last one is not taken again
     */
    public Admission accept(long offset, Partial partial) {
        if (!progress.readTo(offset)) {
            return Admission.DUPLICATE;
        }
        int source = partial.sourcePartition();
        if (source >= sourcePartitions) {
            return foreign("source partition " + source + " of " + sourcePartitions);
        }
        switch (partial) {
            case Partial.WindowPart part -> {
                if (part.id().lengthMillis() != windowMillis) {
                    return foreign("a window of " + part.id().lengthMillis() + " ms among those of " + windowMillis);
                }
                add(part);
                makeRoom();
            }
            case Partial.GroupClosed closed -> {
                MergingGroup group = group(closed.group());
                group.held.put(source, closed.toEpochMillis());
                group.closeWhatNobodyHolds(Optional.empty(), 0, OptionalLong.empty());
            }
            case Partial.GroupReleased released -> {
                MergingGroup group = group(released.group());
                group.held.remove(source);
                group.closeWhatNobodyHolds(
                        Optional.of(released.goodbyeEpochMillis().isPresent() ? Cut.LEFT : Cut.SILENT),
                        group.held.isEmpty() ? released.closedToEpochMillis() : 0,
                        group.held.isEmpty() ? released.goodbyeEpochMillis() : OptionalLong.empty());
            }
        }
        forgetGroups();
        return Admission.TAKEN;
    }

    /**
     * Takes note of a record that could not be decoded.
     *
     * @return false when that was known already
     */
    public boolean undecodable(long offset) {
        boolean isNew = progress.readTo(offset);
        tallies.add(Tally.UNDECODABLE, isNew ? 1 : 0);
        return isNew;
    }

    /** Hands over the window records that are ready, a group's in order of time. */
    public List<WindowRecord> drain() {
        List<WindowRecord> drained = List.copyOf(outbox);
        outbox.clear();
        return drained;
    }

    /** Hands over each piece that changed since the last call under its key; empty when it is gone. */
    public void drainChanges(BiConsumer<String, Optional<MergeSnapshot>> changes) {
        ledger.drain(changes);
    }

    /** Windows of a group that end at or before this are final, whether they held anything or not; 0 before the first. */
    public long closedToEpochMillis(ComparisonGroup group) {
        MergingGroup known = groups.get(group);
        return known == null ? 0 : known.revisions.closedToEpochMillis();
    }

    /** Windows that are not final yet. */
    public int openWindows() {
        return waitingWindows;
    }

    /** About how much memory what waits takes. */
    public long openBytes() {
        return waitingBytes;
    }

    /** Where the oldest window ends that is not final yet; empty when nothing waits. Looks at each group once. */
    public OptionalLong oldestOpenEndEpochMillis() {
        return groups.values().stream()
                .filter(group -> !group.waiting.isEmpty())
                .mapToLong(group -> group.waiting.firstKey().endEpochMillis())
                .min();
    }

    /** Windows whose revision is remembered one by one. */
    public int rememberedRevisions() {
        return groups.values().stream()
                .mapToInt(group -> group.revisions.size())
                .sum();
    }

    private Admission foreign(String reason) {
        tallies.add(Tally.REFUSED_FOREIGN_PARTIAL);
        return new Admission.Refused(Tally.REFUSED_FOREIGN_PARTIAL, reason);
    }

    private MergingGroup group(ComparisonGroup group) {
        return groups.computeIfAbsent(group, MergingGroup::new);
    }

    private void add(Partial.WindowPart part) {
        MergingGroup group = group(part.id().series().group());
        if (!group.waiting.containsKey(part.id()) && group.revisions.isFinal(part.id())) {
            group.correct(part.id(), part.summary(), part.excluded(), OptionalLong.empty());
            return;
        }
        OpenWindow window = group.waiting.get(part.id());
        if (window == null) {
            window = new OpenWindow(slots.take(), part.id());
            group.waiting.put(part.id(), window);
            waitingWindows++;
        }
        window.add(part.summary(), part.excluded());
        group.weigh(window);
        ledger.changed(window);
        if (group.held.isEmpty()) {
            // Nobody will say that it is over.
            group.closeWhatNobodyHolds(Optional.of(Cut.SILENT), 0, OptionalLong.empty());
        }
    }

    /** Who takes most makes room, so that nobody pays for another group. */
    private void makeRoom() {
        if (waitingBytes <= openBytes) {
            return;
        }
        while (waitingBytes > openBytes / 4 * 3 && waitingWindows > 0) {
            MergingGroup largest = groups.values().stream().max(BY_ROOM).orElseThrow();
            largest.becomesFinal(largest.waiting.firstKey(), Optional.of(Cut.NO_ROOM), OptionalLong.empty());
            tallies.add(Tally.WINDOWS_EARLY);
        }
    }

    private void forgetGroups() {
        if (groups.size() <= GROUPS_REMEMBERED) {
            return;
        }
        Optional<MergingGroup> forgotten = groups.values().stream()
                .filter(group -> group.held.isEmpty() && group.waiting.isEmpty())
                .findFirst();
        forgotten.ifPresent(group -> {
            group.revisions.forgetAll();
            ledger.removed(group);
            groups.remove(group.group);
            tallies.add(Tally.GROUPS_FORGOTTEN);
        });
    }

    /** One group: who holds it, what waits, what was said. */
    private final class MergingGroup extends ChangeLedger.Entry<MergeSnapshot> {
        private final ComparisonGroup group;
        /** By source partition, up to which end it has closed. */
        private final TreeMap<Integer, Long> held = new TreeMap<>();

        private final TreeMap<WindowId, OpenWindow> waiting = new TreeMap<>(OpenGroup.ORDER);

        /** By strand, the start of the last window that was said since the series began or began again. */
        private final TreeMap<String, Long> lastStarts = new TreeMap<>();

        private long bytes;
        private final RevisionBook revisions;

        MergingGroup(ComparisonGroup group) {
            super("group|" + group.key());
            this.group = group;
            this.revisions = new RevisionBook(revisionLimit, ledger, () -> ledger.changed(this), tallies);
        }

        void restore(MergeSnapshot.KnownGroup kept) {
            held.putAll(kept.heldToEpochMillis());
            lastStarts.putAll(kept.lastStartEpochMillis());
            revisions.restore(kept.closedToEpochMillis(), kept.highestForgottenRevision());
            justRestored();
        }

        void weigh(OpenWindow window) {
            long more = window.accumulator.bytes() - window.bytes;
            window.bytes += more;
            bytes += more;
            waitingBytes += more;
        }

        /**
         * @param cut why nobody may be left to hold what has not reached its end
         * @param releasedToEpochMillis up to which end everything was said when the last one had gone; 0 for nothing
         * @param goodbyeEpochMillis the goodbye of the last one that was in the group
         */
        void closeWhatNobodyHolds(Optional<Cut> cut, long releasedToEpochMillis, OptionalLong goodbyeEpochMillis) {
            ledger.changed(this);
            OptionalLong smallest =
                    held.values().stream().mapToLong(Long::longValue).min();
            if (smallest.isPresent() && smallest.getAsLong() > revisions.closedToEpochMillis()) {
                revisions.closeTo(smallest.getAsLong());
            }
            long overToEpochMillis = revisions.closedToEpochMillis();
            if (releasedToEpochMillis > overToEpochMillis) {
                revisions.closeTo(releasedToEpochMillis);
            }
            if (goodbyeEpochMillis.isPresent()) {
                waiting.keySet().forEach(this::said);
            }
            while (!waiting.isEmpty()) {
                WindowId first = waiting.firstKey();
                boolean closed = first.endEpochMillis() <= overToEpochMillis;
                if (!closed && smallest.isPresent()) {
                    return;
                }
                boolean isLast = goodbyeEpochMillis.isPresent()
                        && lastStarts.remove(first.series().strand(), first.startEpochMillis());
                becomesFinal(
                        first, closed ? Optional.empty() : cut, isLast ? goodbyeEpochMillis : OptionalLong.empty());
            }
            if (goodbyeEpochMillis.isPresent()) {
                // What was said last of the others is said again, with the goodbye and nothing else.
                lastStarts.forEach((strand, start) -> correct(
                        new WindowId(Series.ofStrand(group, strand), start, windowMillis),
                        WindowSummary.empty(),
                        ExcludedPart.none(),
                        goodbyeEpochMillis));
                lastStarts.clear();
            }
        }

        void correct(WindowId id, WindowSummary delta, ExcludedPart excluded, OptionalLong endedEpochMillis) {
            outbox.add(new WindowRecord(id, revisions.nextRevision(id), delta, excluded, endedEpochMillis));
            tallies.add(Tally.CORRECTIONS);
        }

        private void said(WindowId id) {
            String strand = id.series().strand();
            if (lastStarts.size() < STRANDS_REMEMBERED || lastStarts.containsKey(strand)) {
                lastStarts.merge(strand, id.startEpochMillis(), Math::max);
            }
        }

        void becomesFinal(WindowId id, Optional<Cut> cut, OptionalLong endedEpochMillis) {
            OpenWindow window = Objects.requireNonNull(waiting.remove(id));
            waitingWindows--;
            waitingBytes -= window.bytes;
            bytes -= window.bytes;
            slots.free(window.slot);
            ledger.removed(window);
            revisions.becameFinal(id);
            long closedTo = revisions.closedToEpochMillis();
            outbox.add(new WindowRecord(
                    id,
                    0,
                    window.accumulator.toSummary(),
                    window.excluded,
                    closedTo > 0 ? OptionalLong.of(closedTo) : OptionalLong.empty(),
                    cut,
                    endedEpochMillis));
            if (endedEpochMillis.isEmpty()) {
                said(id);
            }
            ledger.changed(this);
            tallies.add(Tally.WINDOWS_CLOSED);
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.KnownGroup(
                    group, revisions.closedToEpochMillis(), held, lastStarts, revisions.highestForgottenRevision());
        }
    }

    private static final class OpenWindow extends ChangeLedger.Entry<MergeSnapshot> {
        private final int slot;
        private final WindowId id;
        private final WindowAccumulator accumulator = new WindowAccumulator();
        private ExcludedPart excluded = ExcludedPart.none();
        private long bytes;

        OpenWindow(int slot, WindowId id) {
            super("open|" + slot);
            this.slot = slot;
            this.id = id;
        }

        void add(WindowSummary summary, ExcludedPart more) {
            accumulator.add(summary);
            excluded = excluded.plus(more);
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.Open(slot, id, accumulator.toSummary(), excluded);
        }
    }

    /** How far the partition has been read. */
    private final class Progress extends ReadPosition<MergeSnapshot> {

        Progress(long firstOffset, TallySink tallies) {
            super(firstOffset, ledger, tallies);
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.MergeProgress(offset(), sourcePartitions);
        }
    }
}
