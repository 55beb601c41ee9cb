package dev.plumbline.producer.dispatch;

import dev.plumbline.workload.Salt;

/** How a load is divided among a target and a canary beside it. */
public sealed interface Division {

    /** There is no canary. */
    record Undivided() implements Division {}

    /**
     * Each session goes to one of them, chosen by its ordinal alone.
     *
     * @param share of the sessions that go to the canary, above 0 and below 1
     * @param seed of the choice
     */
    record Split(double share, long seed) implements Division {

        /** Has nothing to do with what else is drawn by ordinals. */
        private static final String PURPOSE = "split";

        public Split {
            if (!(share > 0 && share < 1)) {
                throw new IllegalArgumentException("share " + share + ", expected above 0 and below 1");
            }
        }

        /** Whether the session with this ordinal is the canary's. */
        boolean isCanarys(long ordinal) {
            long drawn = Salt.mixed(Salt.mixed(seed, PURPOSE), ordinal);
            return (drawn >>> 11) * 0x1.0p-53 < share;
        }
    }

    /** Each session goes to both of them. */
    record Pairs() implements Division {}
}
