package dev.plumbline.windowing;

import dev.plumbline.contract.window.Partial;
import dev.plumbline.windowing.IntakeSnapshot.Announced;
import java.util.ArrayList;
import java.util.List;

/**
 * What a source partition says to the merge stage, in order: parts of windows, that it holds what ends later than it has
 * closed, that it is idle. Which of the last two was said last is a piece of state, together with how far it has closed.
 *
 * <p>One thread at a time. Bounded by what can be said between two calls of {@link #drain}.
 */
final class Announcements extends ChangeLedger.Entry<IntakeSnapshot> {

    private final int partition;
    private final OpenWindows windows;
    private final ChangeLedger<IntakeSnapshot> ledger;
    private final List<Partial> outbox = new ArrayList<>();
    private Announced announced = Announced.NOTHING;

    /** @param windows the partition's, which know how far it has closed */
    Announcements(int partition, OpenWindows windows, ChangeLedger<IntakeSnapshot> ledger) {
        super("standing");
        this.partition = partition;
        this.windows = windows;
        this.ledger = ledger;
    }

    void restore(IntakeSnapshot.SourceProgress kept) {
        windows.restoreClosedTo(kept.closedToEpochMillis());
        announced = kept.announced();
        justRestored();
    }

    /** What was said last. */
    Announced announced() {
        return announced;
    }

    void parts(List<Partial> parts) {
        outbox.addAll(parts);
    }

    /** From now on the merge stage must wait for this partition. */
    void active() {
        announced = Announced.ACTIVE;
        closed();
    }

    /** It has closed further than it said. */
    void closed() {
        ledger.changed(this);
        outbox.add(new Partial.SourceClosed(partition, windows.closedToEpochMillis()));
    }

    /** Nobody need wait for this partition. */
    void idle() {
        announced = Announced.IDLE;
        ledger.changed(this);
        outbox.add(new Partial.SourceIdle(partition));
    }

    /** Hands over what was said since the last call. */
    List<Partial> drain() {
        List<Partial> drained = List.copyOf(outbox);
        outbox.clear();
        return drained;
    }

    @Override
    IntakeSnapshot snapshot() {
        return new IntakeSnapshot.SourceProgress(windows.closedToEpochMillis(), announced);
    }
}
