package dev.plumbline.producer.dispatch;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When a run begins and ends; shared by its event loops.
 *
 * @param startNanos nothing is due before
 * @param measuredFromNanos what is due earlier warms the target and is not measured; equal to the start without a warm-up
 * @param endNanos nothing is due from then on, and what is in flight is cancelled; empty = no such limit
 * @param requestCount so many measured requests are due in all; empty = no such limit
 * @param issued measured requests that were due so far
 * @param warmupIssued requests of the warm-up that closed loops have taken
 */
public record RunLimits(
        long startNanos,
        long measuredFromNanos,
        OptionalLong endNanos,
        OptionalLong requestCount,
        AtomicLong issued,
        AtomicLong warmupIssued) {

    public RunLimits {
        Objects.requireNonNull(endNanos, "endNanos");
        Objects.requireNonNull(requestCount, "requestCount");
        Objects.requireNonNull(issued, "issued");
        Objects.requireNonNull(warmupIssued, "warmupIssued");
        if (measuredFromNanos < startNanos) {
            throw new IllegalArgumentException("measured from " + measuredFromNanos + ", before " + startNanos);
        }
    }

    /** Fresh limits without a warm-up. */
    public static RunLimits of(long startNanos, OptionalLong endNanos, OptionalLong requestCount) {
        return withWarmup(startNanos, startNanos, endNanos, requestCount);
    }

    /** Fresh limits of a load that is measured from a moment on. */
    public static RunLimits withWarmup(
            long startNanos, long measuredFromNanos, OptionalLong endNanos, OptionalLong requestCount) {
        return new RunLimits(startNanos, measuredFromNanos, endNanos, requestCount, new AtomicLong(), new AtomicLong());
    }

    boolean isWarmup(long dueNanos) {
        return dueNanos < measuredFromNanos;
    }

    /** Whether a request that is due then may still be issued. */
    boolean allows(long dueNanos) {
        return dueNanos < endNanos.orElse(Long.MAX_VALUE) && !isCountReached(dueNanos);
    }

    /** Whether a request that is due then would be one too many. */
    boolean isCountReached(long dueNanos) {
        return !isWarmup(dueNanos) && issued.get() >= requestCount.orElse(Long.MAX_VALUE);
    }

    /** Which stamp of those that follow the last request still belongs to the measured span: none at or after the end. */
    long measuredUntilNanos(long overNanos) {
        return Math.max(measuredFromNanos, Math.min(overNanos, endNanos.orElse(Long.MAX_VALUE)));
    }

    /** Takes one of the measured requests; empty when there is none left. The number counts from 0. */
    OptionalLong issue() {
        long number = issued.getAndIncrement();
        return number < requestCount.orElse(Long.MAX_VALUE) ? OptionalLong.of(number) : OptionalLong.empty();
    }
}
