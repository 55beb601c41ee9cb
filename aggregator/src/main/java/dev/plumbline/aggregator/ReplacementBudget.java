package dev.plumbline.aggregator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** How often a failed stream thread may still be replaced: so many times within so long. Any thread. */
final class ReplacementBudget {

    private final int limit;
    private final Duration period;
    private final InstantSource clock;
    private final Deque<Instant> spent = new ArrayDeque<>();

    ReplacementBudget(int limit, Duration period, InstantSource clock) {
        this.limit = limit;
        this.period = period;
        this.clock = clock;
    }

    /** Takes one replacement; false when none is left. */
    synchronized boolean take() {
        Instant now = clock.instant();
        while (!spent.isEmpty() && spent.getFirst().plus(period).isBefore(now)) {
            spent.removeFirst();
        }
        if (spent.size() >= limit) {
            return false;
        }
        spent.addLast(now);
        return true;
    }
}
