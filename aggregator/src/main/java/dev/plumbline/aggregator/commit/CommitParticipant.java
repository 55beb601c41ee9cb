package dev.plumbline.aggregator.commit;

/** Something with state that must be written before the transaction of its thread ends. */
public interface CommitParticipant {

    /**
     * Writes what changed since the last call into a logged store.
     *
     * @throws RuntimeException if the state must not be committed; the transaction is aborted then
     */
    void writeChanges();

    /** The transaction is written: what was done until now is in the log. */
    void committed();

    /**
     * The transaction was aborted: what was written last is in no log, and what was read with it will be read again. Whoever
     * did something since the last commit, and is not begun anew, must write nothing more.
     */
    void aborted();
}
