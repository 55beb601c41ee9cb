package dev.plumbline.contract.telemetry;

import java.util.OptionalDouble;

/**
 * Tokens of an engine, summed over its replicas.
 *
 * @param kvCacheUsageRatio how full the KV cache is, 0 to 1; of several replicas the fullest
 * @param promptTokensTotal prompt tokens worked on since the engine started; llama.cpp leaves cached ones out
 * @param cachedPromptTokensTotal prompt tokens that were found in a cache
 * @param generationTokensTotal tokens generated since the engine started
 */
public record EngineTokens(
        OptionalDouble kvCacheUsageRatio,
        OptionalDouble promptTokensTotal,
        OptionalDouble cachedPromptTokensTotal,
        OptionalDouble generationTokensTotal) {

    public EngineTokens {
        Readings.requireNotNegative("kvCacheUsageRatio", kvCacheUsageRatio);
        Readings.requireNotNegative("promptTokensTotal", promptTokensTotal);
        Readings.requireNotNegative("cachedPromptTokensTotal", cachedPromptTokensTotal);
        Readings.requireNotNegative("generationTokensTotal", generationTokensTotal);
    }
}
