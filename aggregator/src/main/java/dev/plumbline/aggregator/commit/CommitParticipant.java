package dev.plumbline.aggregator.commit;

/** Something with state that must be written before the transaction of its thread ends. */
@FunctionalInterface
public interface CommitParticipant {

    /**
     * Writes what changed since the last call into a logged store.
     *
     * @throws RuntimeException if the state must not be committed; the transaction is aborted then
     */
    void writeChanges();
}
