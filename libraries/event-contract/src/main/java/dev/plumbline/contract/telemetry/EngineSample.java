package dev.plumbline.contract.telemetry;

import java.util.Map;
import java.util.Objects;

/**
 * One look at an engine's page of metrics.
 *
 * @param absent why a value is missing, by the name of the component, where that is known
 */
public record EngineSample(
        Observation observation,
        EngineKind engine,
        EngineRequests requests,
        EngineTokens tokens,
        Map<String, String> absent)
        implements TelemetryRecord {

    public EngineSample {
        Objects.requireNonNull(observation, "observation");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(requests, "requests");
        Objects.requireNonNull(tokens, "tokens");
        absent = Readings.reasons(absent);
    }
}
