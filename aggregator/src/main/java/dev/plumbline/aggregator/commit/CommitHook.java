package dev.plumbline.aggregator.commit;

import java.util.ArrayList;
import java.util.List;

/**
 * Knows the participants of each thread. One instance is shared by a topology and its client supplier.
 *
 * <p>Any thread; a participant joins, leaves and is called on the stream thread that runs its task. Bounded by the tasks of
 * a thread.
 */
public final class CommitHook {

    private final ThreadLocal<List<CommitParticipant>> participants = ThreadLocal.withInitial(ArrayList::new);

    /** Adds a participant to the current thread; a second time changes nothing. */
    public void join(CommitParticipant participant) {
        leave(participant);
        participants.get().add(participant);
    }

    /** Takes a participant out of the current thread; one that is not there changes nothing. */
    @SuppressWarnings("ReferenceEquality")
    public void leave(CommitParticipant participant) {
        participants.get().removeIf(known -> known == participant);
    }

    /** Tells every participant of the current thread that its transaction is written. */
    public void commitAll() {
        participants.get().forEach(CommitParticipant::committed);
    }

    /** Tells every participant of the current thread that its transaction was aborted. */
    public void abortAll() {
        participants.get().forEach(CommitParticipant::aborted);
    }

    /** Lets every participant of the current thread write its changes. */
    public void writeAllChanges() {
        participants.get().forEach(CommitParticipant::writeChanges);
    }
}
