package dev.plumbline.windowing;

import dev.plumbline.contract.window.WindowId;
import java.util.TreeMap;

/**
 * Which windows of a group have been said, and in which revision last.
 *
 * <p>Which revision is next is known without remembering every window: a window at or below {@link
 * #closedToEpochMillis()} that is not listed has none above {@link #highestForgottenRevision()}, so one more than that is
 * new for it. Listed are only windows with corrections, and windows that became final ahead of time because nobody held
 * them; their number is bounded, and the oldest is forgotten first.
 *
 * <p>The two numbers belong to a piece of state of whoever owns the book, which is told when forgetting changes them.
 *
 * <p>One thread at a time.
 */
final class RevisionBook {

    private final int limit;
    private final ChangeLedger<MergeSnapshot> ledger;
    private final Runnable numbersChanged;
    private final TallySink tallies;
    private final TreeMap<WindowId, FinalWindow> finals = new TreeMap<>(OpenGroup.ORDER);
    private long closedToEpochMillis;
    private int highestForgottenRevision;

    /**
     * A book with nothing in it.
     *
     * @param limit most windows that are listed, 1 or more
     * @param numbersChanged called when forgetting has changed one of the two numbers, or may have
     */
    RevisionBook(int limit, ChangeLedger<MergeSnapshot> ledger, Runnable numbersChanged, TallySink tallies) {
        this.limit = limit;
        this.ledger = ledger;
        this.numbersChanged = numbersChanged;
        this.tallies = tallies;
    }

    /** Puts the two numbers back. Only before the first window. */
    void restore(long keptClosedToEpochMillis, int keptHighestForgottenRevision) {
        closedToEpochMillis = keptClosedToEpochMillis;
        highestForgottenRevision = keptHighestForgottenRevision;
    }

    /** Puts a listed window back. Only before the first window. */
    void restore(MergeSnapshot.Final kept) {
        FinalWindow window = new FinalWindow(kept.id(), kept.revision());
        window.justRestored();
        finals.put(kept.id(), window);
    }

    /** Windows that end at or before this are final, whether they held anything or not; 0 before the first. */
    long closedToEpochMillis() {
        return closedToEpochMillis;
    }

    /** No forgotten window has a higher revision; 0 when none was forgotten. */
    int highestForgottenRevision() {
        return highestForgottenRevision;
    }

    /** Windows that are listed. */
    int size() {
        return finals.size();
    }

    /** Whether a window has been said, or is closed and will not be said as revision 0 any more. */
    boolean isFinal(WindowId id) {
        return id.endEpochMillis() <= closedToEpochMillis || finals.containsKey(id);
    }

    /** Every window up to this end is final from now on. The owner knows that the number has changed. */
    void closeTo(long epochMillis) {
        closedToEpochMillis = epochMillis;
        // What is closed and was never corrected need not be listed: its revision is 0 by rule.
        finals.values().removeIf(window -> {
            boolean plain = window.revision == 0 && window.id.endEpochMillis() <= epochMillis;
            if (plain) {
                ledger.removed(window);
            }
            return plain;
        });
    }

    /** Takes note that a window has been said as revision 0. */
    void becameFinal(WindowId id) {
        if (id.endEpochMillis() > closedToEpochMillis) {
            remember(id, 0);
        }
    }

    /** The revision of one more correction of a window that is final; it is taken. */
    int nextRevision(WindowId id) {
        FinalWindow known = finals.get(id);
        int revision = 1 + (known == null ? highestForgottenRevision : known.revision);
        remember(id, revision);
        return revision;
    }

    /** Forgets every listed window, because the owner is forgotten as a whole. */
    void forgetAll() {
        finals.values().forEach(ledger::removed);
        finals.clear();
    }

    private void remember(WindowId id, int revision) {
        FinalWindow window = finals.computeIfAbsent(id, ignored -> new FinalWindow(id, revision));
        window.revision = revision;
        ledger.changed(window);
        if (finals.size() > limit) {
            FinalWindow oldest = finals.pollFirstEntry().getValue();
            ledger.removed(oldest);
            highestForgottenRevision = Math.max(highestForgottenRevision, oldest.revision);
            // A window that is neither listed nor closed would become final a second time.
            closedToEpochMillis = Math.max(closedToEpochMillis, oldest.id.endEpochMillis());
            numbersChanged.run();
            tallies.add(Tally.REVISIONS_FORGOTTEN);
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
}
