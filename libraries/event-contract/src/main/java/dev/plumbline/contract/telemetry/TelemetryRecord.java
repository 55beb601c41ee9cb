package dev.plumbline.contract.telemetry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A record of the telemetry topic. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = GpuSample.class, name = "gpu"),
    @JsonSubTypes.Type(value = EngineSample.class, name = "engine"),
    @JsonSubTypes.Type(value = SamplerState.class, name = "sampler"),
    @JsonSubTypes.Type(value = ModelLifecycle.class, name = "model")
})
public sealed interface TelemetryRecord permits GpuSample, EngineSample, SamplerState, ModelLifecycle {

    /** Who saw it, of which target, by which means, and when. */
    Observation observation();
}
