package dev.plumbline.producer.selfcheck;

/**
 * What the producer allows itself.
 *
 * @param tickIntervalNanos how often the loop ticks
 * @param dispatchLagNanos largest 99th percentile of taken - due over a slot
 * @param eventLoopStallNanos how late a tick may come
 * @param cpuSaturationRatio largest share of all cores over a slot, 0 to 1
 */
public record Budgets(
        long tickIntervalNanos, long dispatchLagNanos, long eventLoopStallNanos, double cpuSaturationRatio) {

    public Budgets {
        if (tickIntervalNanos < 1 || dispatchLagNanos < 1 || eventLoopStallNanos < 1) {
            throw new IllegalArgumentException("budgets must be positive: tick " + tickIntervalNanos + " ns, lag "
                    + dispatchLagNanos + " ns, stall " + eventLoopStallNanos + " ns");
        }
        if (!(cpuSaturationRatio > 0 && cpuSaturationRatio <= 1)) {
            throw new IllegalArgumentException("CPU saturation ratio " + cpuSaturationRatio + " is outside 0..1");
        }
    }
}
