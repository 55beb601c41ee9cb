package dev.plumbline.workload;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

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

    /**
     * Every class with every tenant that goes with it, in a fixed order, each once: each is a series of its own. Who knows that some
     * do not go together leaves those out.
     */
    default List<Kind> kinds() {
        return classes().stream()
                .flatMap(each -> tenants().isEmpty()
                        ? Stream.of(new Kind(each, Optional.empty()))
                        : tenants().stream().map(tenant -> new Kind(each, Optional.of(tenant))))
                .toList();
    }

    /**
     * What a session is of.
     *
     * @param tenant empty where nobody is told apart
     */
    record Kind(RequestClass requestClass, Optional<String> tenant) {
        public Kind {
            Objects.requireNonNull(requestClass, "requestClass");
            Objects.requireNonNull(tenant, "tenant");
        }

        /** That of a session. */
        public static Kind of(Session session) {
            return new Kind(session.requestClass(), session.tenant());
        }
    }

    /** How many sessions fall due as one, those with ordinals from a multiple of it on; 1 where each falls due by itself. */
    default int atOnce() {
        return 1;
    }

    /** Whether its sessions read answers: their texts are kept for them. */
    boolean readsAnswers();

    /** Whether events tell the ordinals of its sessions, so that what was asked can be held against it afterwards. */
    default boolean tellsOrdinals() {
        return false;
    }

    /** The same shapes with other beginnings, so that no prefix cache knows them. */
    Workload salted(long salt);
}
