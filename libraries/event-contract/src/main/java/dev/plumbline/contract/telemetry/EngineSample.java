package dev.plumbline.contract.telemetry;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One look at an engine's page of metrics.
 *
 * @param cache empty where the engine tells nothing of its caches
 * @param speculation empty where the engine tells nothing of speculative decoding
 * @param absent why a value is missing, by the name of the component, where that is known
 */
public record EngineSample(
        Observation observation,
        EngineKind engine,
        EngineRequests requests,
        EngineTokens tokens,
        Optional<EngineCache> cache,
        Optional<EngineSpeculation> speculation,
        Map<String, String> absent)
        implements TelemetryRecord {

    public EngineSample {
        Objects.requireNonNull(observation, "observation");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(requests, "requests");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(cache, "cache");
        Objects.requireNonNull(speculation, "speculation");
        absent = Readings.reasons(absent);
    }

    /** A look at an engine that tells nothing of caches and speculative decoding. */
    public EngineSample(
            Observation observation,
            EngineKind engine,
            EngineRequests requests,
            EngineTokens tokens,
            Map<String, String> absent) {
        this(observation, engine, requests, tokens, Optional.empty(), Optional.empty(), absent);
    }
}
