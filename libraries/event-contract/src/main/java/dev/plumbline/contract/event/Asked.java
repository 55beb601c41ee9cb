package dev.plumbline.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a request was in the workload and in the plan. All of it is optional.
 *
 * @param ordinal which ask of the workload, from 0; the same ordinal of the same workload has the same shape
 * @param phase of the load: {@link #MEASURED} or {@link #DRAIN}; others, of other writers, are names without a meaning here. Empty in
 *     what was written before it was told
 * @param turn its place in a conversation
 * @param pair the same ask to two variants at the same time
 * @param slo what makes it good
 * @param firstWave it was sent before any request of its load had ended, warm-up included: a target that is cold shows in these. False
 *     in what was written before it was told
 */
public record Asked(
        OptionalLong ordinal,
        Optional<String> phase,
        Optional<Turn> turn,
        Optional<Pair> pair,
        Optional<Slo> slo,

        @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonSetter(nulls = Nulls.AS_EMPTY)
        boolean firstWave) {

    /** The phase of what fell due in the measured part of a load, and ended in it. */
    public static final String MEASURED = "measured";

    /**
     * The phase of what fell due in the measured part of a load and ended behind it, while load that is not measured was kept up: the
     * longest requests. Without them the short ones are left.
     */
    public static final String DRAIN = "drain";

    private static final int LONGEST_NAME = 200;
    private static final Asked NOTHING =
            new Asked(OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

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

    /** What was asked by a request that was not of the first wave, as far as is known. */
    public Asked(
            OptionalLong ordinal, Optional<String> phase, Optional<Turn> turn, Optional<Pair> pair, Optional<Slo> slo) {
        this(ordinal, phase, turn, pair, slo, false);
    }

    /** Nothing is stated. */
    public static Asked nothing() {
        return NOTHING;
    }

    /** Nothing but an SLO is stated. */
    public static Asked under(Slo slo) {
        return new Asked(OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(slo));
    }

    /** This, in a phase. */
    public Asked in(String ofLoad) {
        return new Asked(ordinal, Optional.of(ofLoad), turn, pair, slo, firstWave);
    }

    /** This, of the first wave. */
    public Asked ofFirstWave() {
        return new Asked(ordinal, phase, turn, pair, slo, true);
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
