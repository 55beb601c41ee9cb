package dev.plumbline.producer.selfcheck;

import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.producer.time.ProducerClock;

/**
 * What the producer allows itself. Times are 1 ms to 365 days.
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
        Allowed.span("tick", tickIntervalNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("dispatch-lag", dispatchLagNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("event-loop-stall", eventLoopStallNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.require(delayRatio > 0, "delay-ratio", delayRatio, "above 0, for example 0.1");
        Allowed.require(
                cpuSaturationRatio > 0 && cpuSaturationRatio <= 1,
                "cpu-saturation",
                cpuSaturationRatio,
                "above 0 to 1");
        Allowed.require(lostTimeRatio > 0 && lostTimeRatio <= 1, "lost-time", lostTimeRatio, "above 0 to 1");
    }
}
