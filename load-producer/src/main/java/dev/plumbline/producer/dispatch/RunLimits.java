package dev.plumbline.producer.dispatch;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When a run begins and ends; shared by its event loops.
 *
 * @param startNanos nothing is due before
 * @param endNanos nothing is due from then on, and what is in flight is cancelled; empty = no such limit
 * @param requestCount so many requests are due in all; empty = no such limit
 * @param issued ordinals that closed loops have taken
 */
public record RunLimits(long startNanos, OptionalLong endNanos, OptionalLong requestCount, AtomicLong issued) {

    public RunLimits {
        Objects.requireNonNull(endNanos, "endNanos");
        Objects.requireNonNull(requestCount, "requestCount");
        Objects.requireNonNull(issued, "issued");
    }

    /** Fresh limits. */
    public static RunLimits of(long startNanos, OptionalLong endNanos, OptionalLong requestCount) {
        return new RunLimits(startNanos, endNanos, requestCount, new AtomicLong());
    }

    boolean allows(long ordinal, long dueNanos) {
        return ordinal < requestCount.orElse(Long.MAX_VALUE) && dueNanos < endNanos.orElse(Long.MAX_VALUE);
    }
}
