package dev.plumbline.aggregator.window;

import dev.plumbline.aggregator.window.MergeSnapshot.Source;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * One partition of the partials topic: adds the parts of a window and says it once, as revision 0, when every source
 * partition has closed it. Parts that come afterwards are said as corrections, each with the next revision.
 *
 * <p>An idle source holds nothing, one that was never heard of holds everything; there is no clock.
 *
 * <p>Which revision is next is known without remembering every window: a window at or below {@link
 * #closedToEpochMillis()} that is not listed has none above {@code highestForgottenRevision}, so one more than that is
 * new for it. Listed are only windows with corrections, and windows that became final ahead of time because every source
 * was idle; their number is bounded.
 *
 * <p>One thread at a time.
 */
public final class WindowMerger {

    private static final Comparator<WindowId> BY_TIME_AND_SERIES = Comparator.comparingLong(WindowId::endEpochMillis)
            .thenComparing(id -> id.series().key());

    private final long windowMillis;
    private final int revisionLimit;
    private final TallySink tallies;
    private final ChangeLedger<MergeSnapshot> ledger = new ChangeLedger<>();

    private final Map<WindowId, OpenWindow> open = new HashMap<>();
    private final TreeMap<WindowId, FinalWindow> finals = new TreeMap<>(BY_TIME_AND_SERIES);
    private final Standing standing;
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
        this.revisionLimit = revisionLimit;
        this.tallies = tallies;
        this.standing = new Standing(sourcePartitions);
    }

    /**
     * Puts a piece back that {@link #drainChanges} handed out. Only before the first partial.
     *
     * @throws IllegalStateException if the number of source partitions was another one
     */
    public void restore(MergeSnapshot snapshot) {
        switch (snapshot) {
            case MergeSnapshot.Standing kept -> {
                if (kept.sources().size() != standing.sources.length) {
                    throw new IllegalStateException(
                            "the events topic had " + kept.sources().size()
                                    + " partitions and now has " + standing.sources.length
                                    + ": start with a new plumbline.aggregator.application-id");
                }
                kept.sources().toArray(standing.sources);
                standing.closedToEpochMillis = kept.closedToEpochMillis();
                standing.highestForgottenRevision = kept.highestForgottenRevision();
                standing.justRestored();
            }
            case MergeSnapshot.Open kept -> {
                OpenWindow window = new OpenWindow(kept.id());
                window.add(kept.summary(), kept.excluded());
                window.justRestored();
                open.put(kept.id(), window);
            }
            case MergeSnapshot.Final kept -> {
                FinalWindow window = new FinalWindow(kept.id(), kept.revision());
                window.justRestored();
                finals.put(kept.id(), window);
            }
        }
    }

    /** Takes one partial. */
    public Admission accept(Partial partial) {
        int source = partial.sourcePartition();
        if (source >= standing.sources.length) {
            return foreign("source partition " + source + " of " + standing.sources.length);
        }
        switch (partial) {
            case Partial.WindowPart part -> {
                if (part.id().lengthMillis() != windowMillis) {
                    return foreign("a window of " + part.id().lengthMillis() + " ms among those of " + windowMillis);
                }
                add(part);
            }
            case Partial.SourceClosed closed -> progress(source, new Source.Closed(closed.toEpochMillis()));
            case Partial.SourceIdle ignored -> progress(source, new Source.Idle());
        }
        return new Admission.Taken();
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
        return standing.closedToEpochMillis;
    }

    /** Windows that are not final yet. */
    public int openWindows() {
        return open.size();
    }

    /** Windows whose revision is remembered one by one. */
    public int rememberedRevisions() {
        return finals.size();
    }

    private Admission foreign(String reason) {
        tallies.add(Tally.REFUSED_FOREIGN_PARTIAL);
        return new Admission.Refused(Tally.REFUSED_FOREIGN_PARTIAL, reason);
    }

    private void add(Partial.WindowPart part) {
        FinalWindow known = finals.get(part.id());
        boolean closed = part.id().endEpochMillis() <= standing.closedToEpochMillis;
        if (open.containsKey(part.id()) || (known == null && !closed)) {
            OpenWindow window = open.computeIfAbsent(part.id(), OpenWindow::new);
            window.add(part.summary(), part.excluded());
            ledger.changed(window);
            // When every source is idle, no progress will come that would close it.
            closeWhatNobodyHolds();
            return;
        }
        int revision = 1 + (known == null ? standing.highestForgottenRevision : known.revision);
        remember(part.id(), revision);
        outbox.add(new WindowRecord(part.id(), revision, part.summary(), part.excluded()));
        tallies.add(Tally.CORRECTIONS);
    }

    private void progress(int source, Source news) {
        standing.sources[source] = news;
        ledger.changed(standing);
        closeWhatNobodyHolds();
    }

    private void closeWhatNobodyHolds() {
        if (Arrays.stream(standing.sources).anyMatch(Source.Unheard.class::isInstance)) {
            return;
        }
        OptionalLong smallest = Arrays.stream(standing.sources)
                .filter(Source.Closed.class::isInstance)
                .mapToLong(closed -> ((Source.Closed) closed).toEpochMillis())
                .min();
        if (smallest.isPresent() && smallest.getAsLong() > standing.closedToEpochMillis) {
            closeTo(smallest.getAsLong());
        }
        boolean nobodyHolds = smallest.isEmpty();
        List<OpenWindow> ready = open.values().stream()
                .filter(window -> nobodyHolds || window.id.endEpochMillis() <= standing.closedToEpochMillis)
                .sorted(Comparator.comparing(window -> window.id, BY_TIME_AND_SERIES))
                .toList();
        for (OpenWindow window : ready) {
            open.remove(window.id);
            ledger.removed(window);
            if (window.id.endEpochMillis() > standing.closedToEpochMillis) {
                remember(window.id, 0);
            }
            outbox.add(new WindowRecord(window.id, 0, window.accumulator.toSummary(), window.excluded));
            tallies.add(Tally.WINDOWS_CLOSED);
        }
    }

    private void closeTo(long epochMillis) {
        standing.closedToEpochMillis = epochMillis;
        ledger.changed(standing);
        // What is closed and was never corrected need not be listed: its revision is 0 by rule.
        finals.values().removeIf(window -> {
            boolean plain = window.revision == 0 && window.id.endEpochMillis() <= epochMillis;
            if (plain) {
                ledger.removed(window);
            }
            return plain;
        });
    }

    private void remember(WindowId id, int revision) {
        FinalWindow window = finals.computeIfAbsent(id, ignored -> new FinalWindow(id, revision));
        window.revision = revision;
        ledger.changed(window);
        if (finals.size() > revisionLimit) {
            FinalWindow oldest = finals.pollFirstEntry().getValue();
            ledger.removed(oldest);
            ledger.changed(standing);
            standing.highestForgottenRevision = Math.max(standing.highestForgottenRevision, oldest.revision);
            // A window that is neither listed nor closed would become final a second time.
            standing.closedToEpochMillis = Math.max(standing.closedToEpochMillis, oldest.id.endEpochMillis());
            tallies.add(Tally.REVISIONS_FORGOTTEN);
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

    private static final class FinalWindow extends ChangeLedger.Entry<MergeSnapshot> {
        private final WindowId id;
        private int revision;

        FinalWindow(WindowId id, int revision) {
            super("final|" + id.startEpochMillis() + '|' + id.series().key());
            this.id = id;
            this.revision = revision;
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.Final(id, revision);
        }
    }

    private static final class Standing extends ChangeLedger.Entry<MergeSnapshot> {
        private final Source[] sources;
        private long closedToEpochMillis;
        private int highestForgottenRevision;

        Standing(int sourcePartitions) {
            super("standing");
            sources = new Source[sourcePartitions];
            Arrays.fill(sources, new Source.Unheard());
        }

        @Override
        MergeSnapshot snapshot() {
            return new MergeSnapshot.Standing(closedToEpochMillis, List.of(sources), highestForgottenRevision);
        }
    }
}
