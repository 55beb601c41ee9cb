package dev.plumbline.producer.selfcheck;

import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.producer.time.ProducerClock;

/**
 * What the producer allows itself. Times are 1 ms to 365 days.
 *
 * @param tickIntervalNanos how often the loop ticks
 * @param dispatchLagNanos largest 99th percentile of taken - due over a slot
 * @param eventLoopStallNanos how late a tick may come
 * @param cpuSaturationRatio largest share of all cores over a slot, above 0 to 1
 */
public record Budgets(
        long tickIntervalNanos, long dispatchLagNanos, long eventLoopStallNanos, double cpuSaturationRatio) {

    public Budgets {
        Allowed.span("tick", tickIntervalNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("dispatch-lag", dispatchLagNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.span("event-loop-stall", eventLoopStallNanos, ProducerClock.NANOS_PER_MILLI);
        Allowed.require(
                cpuSaturationRatio > 0 && cpuSaturationRatio <= 1,
                "cpu-saturation",
                cpuSaturationRatio,
                "above 0 to 1");
    }
}
