package dev.plumbline.workload;

import java.util.List;

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

    /** Every class that a session may have, in a fixed order; one or more, known before anything is asked. */
    default List<RequestClass> classes() {
        return List.of(session(0).requestClass());
    }

    /** Everybody in whose name a session may ask, in a fixed order; empty where nobody is told apart. */
    default List<String> tenants() {
        return List.of();
    }

    /** Whether its sessions read answers: their texts are kept for them. */
    boolean readsAnswers();

    /** The same shapes with other beginnings, so that no prefix cache knows them. */
    Workload salted(long salt);
}
