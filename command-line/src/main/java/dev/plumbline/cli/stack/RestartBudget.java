package dev.plumbline.cli.stack;

import java.time.Duration;
import java.util.Optional;

/**
 * How often one part may be started again. Each start takes one from the budget, and time in which the part serves gives one
 * back after the other; the pause before a start doubles with every one that is not given back yet.
 *
 * <p>A part that cannot live is given up after {@link Policy#most} starts; one that dies now and then may do so for ever.
 * Reads no clock. One thread.
 */
final class RestartBudget {

    private final Policy policy;
    private int taken;
    private long healthyNanos;

    /**
     * @param most starts in a row, 1 or more
     * @param refill how long a part must serve until one start is given back
     * @param firstPause before the first start
     * @param longestPause before any start
     */
    record Policy(int most, Duration refill, Duration firstPause, Duration longestPause) {

        /** Five in a row within 15 s and their starts; twelve an hour for ever. */
        static final Policy DEFAULT =
                new Policy(5, Duration.ofMinutes(5), Duration.ofMillis(500), Duration.ofSeconds(30));

        Policy {
            if (most < 1
                    || !refill.isPositive()
                    || !firstPause.isPositive()
                    || longestPause.compareTo(firstPause) < 0) {
                throw new IllegalArgumentException(most + " starts, refilled every " + refill + ", after pauses of "
                        + firstPause + " to " + longestPause);
            }
        }
    }

    RestartBudget(Policy policy) {
        this.policy = policy;
    }

    /** Takes note that the part has served for so long. */
    void served(long nanos) {
        healthyNanos += Math.max(0, nanos);
        long refillNanos = policy.refill().toNanos();
        int back = (int) Math.min(taken, healthyNanos / refillNanos);
        taken -= back;
        healthyNanos = taken == 0 ? 0 : healthyNanos - back * refillNanos;
    }

    /**
     * Takes one start.
     *
     * @return how long to wait before it; empty when none is left
     */
    Optional<Duration> take() {
        if (taken == policy.most()) {
            return Optional.empty();
        }
        Duration pause = policy.firstPause();
        for (int i = 0; i < taken && pause.compareTo(policy.longestPause()) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        taken++;
        return Optional.of(pause.compareTo(policy.longestPause()) > 0 ? policy.longestPause() : pause);
    }

    /** Starts that are left. */
    int left() {
        return policy.most() - taken;
    }
}
