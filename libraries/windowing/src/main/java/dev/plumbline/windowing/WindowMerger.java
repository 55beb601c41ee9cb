package dev.plumbline.windowing;

import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.windowing.MergeSnapshot.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * One partition of the partials topic: adds the parts of a window and says it once, as revision 0, when every source
 * partition has closed it. Parts that come afterwards are said as corrections, each with the next revision.
 *
 * <p>An idle source holds nothing, one that was never heard of holds everything; there is no clock.
 *
 * <p>Which windows are final, and which revision is next, is for the {@link RevisionBook}, which is bounded. The open
 * windows have no bound of their own: they wait for the slowest source.
 *
 * <p>One thread at a time.
 */
public final class WindowMerger {

    private final long windowMillis;
    private final TallySink tallies;
    private final ChangeLedger<MergeSnapshot> ledger = new ChangeLedger<>();

    private final Map<WindowId, OpenWindow> open = new HashMap<>();
    private final RevisionBook revisions;
    private final MergeProgress progress;
    private final List<WindowRecord> outbox = new ArrayList<>();

    /**
     * @param windowMillis the length of every window
     * @param sourcePartitions how many partitions the events topic has
     * @param revisionLimit most windows whose revision is remembered one by one, 1 or more
     */
    public WindowMerger(long windowMillis, int sourcePartitions, int revisionLimit, TallySink tallies) {
        if (sourcePartitions < 1 || revisionLimit < 1) {
            throw new IllegalArgumentException(
                    sourcePartitions + " source partitions, " + revisionLimit + " remembered revisions");
        }
        this.windowMillis = windowMillis;
        this.tallies = tallies;
        this.progress = new MergeProgress(sourcePartitions);
        this.revisions = new RevisionBook(revisionLimit, ledger, () -> ledger.changed(progress), tallies);
    }

    /**
     * Puts a piece back that {@link #drainChanges} handed out. Only before the first partial.
     *
     * @throws IllegalStateException if the number of source partitions was another one
     */
    public void restore(MergeSnapshot snapshot) {
        switch (snapshot) {
            case MergeSnapshot.MergeProgress kept -> {
                if (kept.sources().size() != progress.sources.length) {
                    throw new IllegalStateException(
                            "the events topic had " + kept.sources().size()
                                    + " partitions and now has " + progress.sources.length
                                    + ": start with a new plumbline.aggregator.application-id");
                }
                kept.sources().toArray(progress.sources);
                revisions.restore(kept.closedToEpochMillis(), kept.highestForgottenRevision());
                progress.justRestored();
            }
            case MergeSnapshot.Open kept -> {
                OpenWindow window = new OpenWindow(kept.id());
                window.add(kept.summary(), kept.excluded());
                window.justRestored();
                open.put(kept.id(), window);
            }
            case MergeSnapshot.Final kept -> revisions.restore(kept);
        }
    }

    /** Takes one partial. */
    public Admission accept(Partial partial) {
        int source = partial.sourcePartition();
        if (source >= progress.sources.length) {
            return foreign("source partition " + source + " of " + progress.sources.length);
        }
        switch (partial) {
            case Partial.WindowPart part -> {
                if (part.id().lengthMillis() != windowMillis) {
                    return foreign("a window of " + part.id().lengthMillis() + " ms among those of " + windowMillis);
                }
                add(part);
            }
            case Partial.SourceClosed closed -> heard(source, new Source.Closed(closed.toEpochMillis()));
            case Partial.SourceIdle ignored -> heard(source, new Source.Idle());
        }
        return Admission.TAKEN;
    }

    /** Hands over the window records that are ready, in order of time. */
    public List<WindowRecord> drain() {
        List<WindowRecord> drained = List.copyOf(outbox);
        outbox.clear();
        return drained;
    }

    /** Hands over each piece that changed since the last call under its key; empty when it is gone. */
    public void drainChanges(BiConsumer<String, Optional<MergeSnapshot>> changes) {
        ledger.drain(changes);
    }

    /** Windows that end at or before this are final, whether they held anything or not; 0 before the first. */
    public long closedToEpochMillis() {
        return revisions.closedToEpochMillis();
    }

    /** Windows that are not final yet. */
    public int openWindows() {
        return open.size();
    }

    /** Windows whose revision is remembered one by one. */
    public int rememberedRevisions() {
        return revisions.size();
    }

    private Admission foreign(String reason) {
        tallies.add(Tally.REFUSED_FOREIGN_PARTIAL);
        return new Admission.Refused(Tally.REFUSED_FOREIGN_PARTIAL, reason);
    }

    private void add(Partial.WindowPart part) {
        if (open.containsKey(part.id()) || !revisions.isFinal(part.id())) {
            OpenWindow window = open.computeIfAbsent(part.id(), OpenWindow::new);
            window.add(part.summary(), part.excluded());
            ledger.changed(window);
            // When every source is idle, no progress will come that would close it.
            closeWhatNobodyHolds();
            return;
        }
        outbox.add(new WindowRecord(part.id(), revisions.nextRevision(part.id()), part.summary(), part.excluded()));
        tallies.add(Tally.CORRECTIONS);
    }

    private void heard(int source, Source news) {
        progress.sources[source] = news;
        ledger.changed(progress);
        closeWhatNobodyHolds();
    }

    private void closeWhatNobodyHolds() {
        if (Arrays.stream(progress.sources).anyMatch(Source.Unheard.class::isInstance)) {
            return;
        }
        OptionalLong smallest = Arrays.stream(progress.sources)
                .filter(Source.Closed.class::isInstance)
                .mapToLong(closed -> ((Source.Closed) closed).toEpochMillis())
                .min();
        if (smallest.isPresent() && smallest.getAsLong() > revisions.closedToEpochMillis()) {
            revisions.closeTo(smallest.getAsLong());
            ledger.changed(progress);
        }
        boolean nobodyHolds = smallest.isEmpty();
        List<OpenWindow> ready = open.values().stream()
                .filter(window -> nobodyHolds || window.id.endEpochMillis() <= revisions.closedToEpochMillis())
                .sorted(Comparator.comparing(window -> window.id, WindowOrder.BY_TIME_AND_SERIES))
                .toList();
        for (OpenWindow window : ready) {
            open.remove(window.id);
            ledger.removed(window);
            revisions.becameFinal(window.id);
            outbox.add(new WindowRecord(window.id, 0, window.accumulator.toSummary(), window.excluded));
            tallies.add(Tally.WINDOWS_CLOSED);
        }
    }

    private static final class OpenWindow extends ChangeLedger.Entry<MergeSnapshot> {
        private final WindowId id;
        private final WindowAccumulator accumulator = new WindowAccumulator();
        private ExcludedPart excluded = ExcludedPart.none();

        OpenWindow(WindowId id) {
            super("open|" + id.startEpochMillis() + '|' + id.series().key());
            this.id = id;
        }

        void add(WindowSummary summary, ExcludedPart more) {
            accumulator.add(summary);
            excluded = excluded.plus(more);
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.Open(id, accumulator.toSummary(), excluded);
        }
    }

    /** What every source has said last, kept together with the two numbers of the book. */
    private final class MergeProgress extends ChangeLedger.Entry<MergeSnapshot> {
        private final Source[] sources;

        MergeProgress(int sourcePartitions) {
            super("standing");
            sources = new Source[sourcePartitions];
            Arrays.fill(sources, new Source.Unheard());
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.MergeProgress(
                    revisions.closedToEpochMillis(), List.of(sources), revisions.highestForgottenRevision());
        }
    }
}
