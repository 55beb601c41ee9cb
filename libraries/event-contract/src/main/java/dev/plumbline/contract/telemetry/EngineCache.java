package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * What an engine's caches of keys and values did, summed over its replicas. Hit ratios are growth of hits for growth of queries
 * over one span; the lifetimes of two runs say nothing.
 *
 * @param prefixQueryTokensTotal prompt tokens that were looked for in the engine's own prefix cache since it started
 * @param prefixHitTokensTotal those of them that were found
 * @param externalQueryTokensTotal prompt tokens that were looked for in a cache outside of the engine
 * @param externalHitTokensTotal those of them that were found
 * @param offloadLoadBytesTotal bytes brought back from slower memory
 * @param offloadStoreBytesTotal bytes put away into slower memory
 * @param swapped requests whose cache lies in slower memory now
 * @param recomputedTokensTotal tokens worked on again because their cache had been given up
 */
public record EngineCache(
        OptionalDouble prefixQueryTokensTotal,
        OptionalDouble prefixHitTokensTotal,
        OptionalDouble externalQueryTokensTotal,
        OptionalDouble externalHitTokensTotal,
        OptionalDouble offloadLoadBytesTotal,
        OptionalDouble offloadStoreBytesTotal,
        OptionalDouble swapped,
        OptionalDouble recomputedTokensTotal) {

    public EngineCache {
        Readings.requireNotNegative("prefixQueryTokensTotal", prefixQueryTokensTotal);
        Readings.requireNotNegative("prefixHitTokensTotal", prefixHitTokensTotal);
        Readings.requireNotNegative("externalQueryTokensTotal", externalQueryTokensTotal);
        Readings.requireNotNegative("externalHitTokensTotal", externalHitTokensTotal);
        Readings.requireNotNegative("offloadLoadBytesTotal", offloadLoadBytesTotal);
        Readings.requireNotNegative("offloadStoreBytesTotal", offloadStoreBytesTotal);
        Readings.requireNotNegative("swapped", swapped);
        Readings.requireNotNegative("recomputedTokensTotal", recomputedTokensTotal);
    }
}
