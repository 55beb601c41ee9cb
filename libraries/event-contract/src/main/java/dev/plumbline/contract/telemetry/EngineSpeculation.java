package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * Speculative decoding in an engine, summed over its replicas. Acceptance length is 1 + growth of accepted / growth of drafts.
 *
 * @param draftsTotal proposals since the engine started
 * @param draftTokensTotal tokens proposed
 * @param acceptedTokensTotal those of them that became output
 */
public record EngineSpeculation(
        OptionalDouble draftsTotal, OptionalDouble draftTokensTotal, OptionalDouble acceptedTokensTotal) {

    public EngineSpeculation {
        Readings.requireNotNegative("draftsTotal", draftsTotal);
        Readings.requireNotNegative("draftTokensTotal", draftTokensTotal);
        Readings.requireNotNegative("acceptedTokensTotal", acceptedTokensTotal);
    }
}
