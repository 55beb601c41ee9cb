package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.telemetry.Observation;

/**
 * Who looks, at which target, by which means, with which clock.
 *
 * @param source unique within the producer
 */
public record Viewpoint(String producerId, String target, String source, SampleClock clock) {

    /** An observation at a stamp of the clock. */
    public Observation at(long nanos) {
        return new Observation(producerId, target, source, Math.max(0, clock.epochMillisAt(nanos)));
    }

    /** An observation now. */
    public Observation now() {
        return at(clock.nanos());
    }
}
