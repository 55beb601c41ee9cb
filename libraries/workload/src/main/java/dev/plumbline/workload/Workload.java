package dev.plumbline.workload;

/**
 * What a load asks. Pure by seed, salt and ordinal: it knows no time, no target and no load.
 *
 * <p>Safe for any thread.
 */
public interface Workload {

    /**
     * The conversation with this ordinal; the same one at each call.
     *
     * @param ordinal from 0
     */
    Session session(long ordinal);

    /** Whether its sessions read answers: their texts are kept for them. */
    boolean readsAnswers();

    /** Whether events tell the ordinals of its sessions, so that what was asked can be held against it afterwards. */
    default boolean tellsOrdinals() {
        return false;
    }

    /** The same shapes with other beginnings, so that no prefix cache knows them. */
    Workload salted(long salt);
}
