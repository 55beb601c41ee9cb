package dev.plumbline.workload;

import dev.plumbline.protocol.Ask;
import java.util.Optional;

/** One conversation, turn by turn; most have one turn. One thread at a time. */
public interface Session {

    /** Of which class all its turns are. */
    RequestClass requestClass();

    /** In whose name all its turns ask, one of {@link Workload#tenants()}; empty where nobody is told apart. */
    default Optional<String> tenant() {
        return Optional.empty();
    }

    /**
     * What is asked next.
     *
     * @param lastAnswer text of the answer to the turn before; empty at the first turn, and where nobody kept it
     * @return empty when it is over
     */
    Optional<Turn> next(Optional<String> lastAnswer);

    /** Whether nothing follows what was asked last, whatever the answer is. */
    boolean isOver();

    /**
     * One turn.
     *
     * @param thinkNanos how long after the end of the answer before it is asked; of the first turn 0
     */
    record Turn(Ask ask, long thinkNanos) {
        public Turn {
            if (thinkNanos < 0) {
                throw new IllegalArgumentException("think time of " + thinkNanos + " ns");
            }
        }
    }

    /** A conversation of one turn. */
    static Session ofOne(RequestClass requestClass, Ask ask) {
        return new Session() {
            private boolean asked;

            @Override
            public RequestClass requestClass() {
                return requestClass;
            }

            @Override
            public Optional<Turn> next(Optional<String> lastAnswer) {
                Optional<Turn> turn = asked ? Optional.empty() : Optional.of(new Turn(ask, 0));
                asked = true;
                return turn;
            }

            @Override
            public boolean isOver() {
                return asked;
            }
        };
    }
}
