package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * Requests inside an engine, summed over its replicas.
 *
 * @param running being worked on
 * @param waiting admitted and not being worked on
 * @param preemptionsTotal how often a running request was put back since the engine started
 * @param queueTimeSecondsTotal time that requests waited, summed since the engine started
 * @param queueTimeRequestsTotal over how many requests that was summed
 */
public record EngineRequests(
        OptionalDouble running,
        OptionalDouble waiting,
        OptionalDouble preemptionsTotal,
        OptionalDouble queueTimeSecondsTotal,
        OptionalDouble queueTimeRequestsTotal) {

    public EngineRequests {
        Readings.requireNotNegative("running", running);
        Readings.requireNotNegative("waiting", waiting);
        Readings.requireNotNegative("preemptionsTotal", preemptionsTotal);
        Readings.requireNotNegative("queueTimeSecondsTotal", queueTimeSecondsTotal);
        Readings.requireNotNegative("queueTimeRequestsTotal", queueTimeRequestsTotal);
    }
}
