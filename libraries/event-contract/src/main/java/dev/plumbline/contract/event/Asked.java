package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a request was in the workload and in the plan. All of it is optional, and a plain load states none.
 *
 * @param ordinal which ask of the workload, from 0; the same ordinal of the same workload has the same shape
 * @param phase of the plan, for example {@code c4} of a sweep; empty where there is only one
 * @param turn its place in a conversation
 * @param pair the same ask to two variants at the same time
 * @param slo what makes it good
 */
public record Asked(
        OptionalLong ordinal, Optional<String> phase, Optional<Turn> turn, Optional<Pair> pair, Optional<Slo> slo) {

    private static final int LONGEST_NAME = 200;

    public Asked {
        Objects.requireNonNull(ordinal, "ordinal");
        Objects.requireNonNull(turn, "turn");
        Objects.requireNonNull(pair, "pair");
        Objects.requireNonNull(slo, "slo");
        if (ordinal.orElse(0) < 0) {
            throw new IllegalArgumentException("ordinal " + ordinal.getAsLong() + " is negative");
        }
        phase.ifPresent(name -> requireName("phase", name));
    }

    /** Nothing but an SLO is stated. */
    public static Asked under(Slo slo) {
        return new Asked(OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(slo));
    }

    /**
     * One turn of a conversation.
     *
     * @param session unique among the sessions of a producer epoch
     * @param number 1 for the first
     */
    public record Turn(String session, long number) {
        public Turn {
            requireName("session", session);
            if (number < 1) {
                throw new IllegalArgumentException("turn " + number + " is below 1");
            }
        }
    }

    /**
     * One half of a pair of asks that differ in nothing but who answers.
     *
     * @param id the same for both halves
     * @param twin the other half's latencies, on the half that ended last and only if both completed: whoever reads this event
     *     has the pair, and needs no memory
     */
    public record Pair(String id, Role role, Optional<Twin> twin) {
        public Pair {
            requireName("pair", id);
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(twin, "twin");
        }
    }

    /** Which half of a pair. */
    public enum Role {
        /** What is held against the other. */
        CANDIDATE,
        /** What it is held against. */
        BASE
    }

    /** Latencies of the other half; absent where they do not exist. */
    public record Twin(OptionalLong ttftNanos, OptionalLong tpotNanos, OptionalLong e2eNanos) {
        public Twin {
            Objects.requireNonNull(ttftNanos, "ttftNanos");
            Objects.requireNonNull(tpotNanos, "tpotNanos");
            Objects.requireNonNull(e2eNanos, "e2eNanos");
        }
    }

    private static void requireName(String what, String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(what + " must have 1 to " + LONGEST_NAME + " characters");
        }
    }
}
