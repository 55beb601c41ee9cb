package dev.plumbline.producer.selfcheck;

/**
 * What the producer allows itself.
 *
 * @param tickIntervalNanos how often the loop ticks
 * @param dispatchLagNanos largest 99th percentile of taken - due over a slot
 * @param eventLoopStallNanos how late a tick may come, whatever is measured
 * @param delayRatio by how much waiting for the event loop may move the latencies that are judged, as a share of them; above 1 =
 *     by any
 * @param cpuSaturationRatio largest share of all cores over a slot, and of one core for an event loop, 0 to 1; 1 = any
 * @param lostTimeRatio largest share of a slot that {@link LostTime} of a kind may take, 0 to 1; 1 = any
 */
public record Budgets(
        long tickIntervalNanos,
        long dispatchLagNanos,
        long eventLoopStallNanos,
        double delayRatio,
        double cpuSaturationRatio,
        double lostTimeRatio) {

    public Budgets {
        if (tickIntervalNanos < 1 || dispatchLagNanos < 1 || eventLoopStallNanos < 1) {
            throw new IllegalArgumentException("budgets must be positive: tick " + tickIntervalNanos + " ns, lag "
                    + dispatchLagNanos + " ns, stall " + eventLoopStallNanos + " ns");
        }
        if (!(delayRatio > 0)) {
            throw new IllegalArgumentException("delay ratio " + delayRatio + " is not above 0");
        }
        if (!(cpuSaturationRatio > 0 && cpuSaturationRatio <= 1)) {
            throw new IllegalArgumentException("CPU saturation ratio " + cpuSaturationRatio + " is outside 0..1");
        }
        if (!(lostTimeRatio > 0 && lostTimeRatio <= 1)) {
            throw new IllegalArgumentException("lost time ratio " + lostTimeRatio + " is outside 0..1");
        }
    }
}
