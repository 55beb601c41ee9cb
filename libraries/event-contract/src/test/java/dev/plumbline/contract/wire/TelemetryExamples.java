package dev.plumbline.contract.wire;

import dev.plumbline.contract.telemetry.EngineCache;
import dev.plumbline.contract.telemetry.EngineKind;
import dev.plumbline.contract.telemetry.EngineRequests;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.EngineSpeculation;
import dev.plumbline.contract.telemetry.EngineTokens;
import dev.plumbline.contract.telemetry.GpuClocks;
import dev.plumbline.contract.telemetry.GpuIdentity;
import dev.plumbline.contract.telemetry.GpuLoad;
import dev.plumbline.contract.telemetry.GpuMemory;
import dev.plumbline.contract.telemetry.GpuPower;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.GpuTemperature;
import dev.plumbline.contract.telemetry.ModelLifecycle;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.contract.telemetry.SamplerState;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.contract.telemetry.ThrottleReason;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The records of the telemetry topic that the golden files hold. */
final class TelemetryExamples {

    private static final long AT = 1_795_345_260_123L;

    private TelemetryExamples() {}

    private static Observation seenBy(String source) {
        return new Observation("producer-1", "vllm", source, AT);
    }

    static TelemetryRecord gpu() {
        return new GpuSample(
                seenBy("dcgm"),
                new GpuIdentity("0", Optional.of("GPU-1b2c"), Optional.of("NVIDIA H100 80GB HBM3")),
                new GpuLoad(
                        OptionalDouble.of(0.97),
                        OptionalDouble.of(0.11),
                        OptionalDouble.of(0.95),
                        OptionalDouble.of(0.4),
                        OptionalDouble.of(0.6)),
                new GpuMemory(OptionalLong.of(20_780_679_168L), OptionalLong.of(85_520_809_984L)),
                new GpuPower(OptionalDouble.of(631.95), OptionalDouble.of(700)),
                new GpuTemperature(OptionalDouble.of(59), OptionalDouble.of(54)),
                new GpuClocks(
                        OptionalLong.of(1_980_000_000L),
                        OptionalLong.of(2_619_000_000L),
                        Map.of(ThrottleReason.GPU_IDLE, false, ThrottleReason.SW_POWER_CAP, true),
                        OptionalLong.of(12_000_000_000L),
                        OptionalLong.of(0)),
                Map.of());
    }

    static TelemetryRecord gpuWithMig() {
        return new GpuSample(
                seenBy("nvidia-smi"),
                new GpuIdentity("0", Optional.empty(), Optional.empty()),
                new GpuLoad(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()),
                new GpuMemory(OptionalLong.of(0), OptionalLong.empty()),
                new GpuPower(OptionalDouble.empty(), OptionalDouble.empty()),
                new GpuTemperature(OptionalDouble.empty(), OptionalDouble.empty()),
                new GpuClocks(
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Map.of(),
                        OptionalLong.empty(),
                        OptionalLong.empty()),
                Map.of("utilizationRatio", "[N/A], MIG is enabled", "memoryCelsius", "N/A"));
    }

    static TelemetryRecord engine() {
        return new EngineSample(
                seenBy("engine-metrics"),
                EngineKind.VLLM,
                new EngineRequests(
                        OptionalDouble.of(4),
                        OptionalDouble.of(8),
                        OptionalDouble.of(33),
                        OptionalDouble.of(37.3105),
                        OptionalDouble.of(17)),
                new EngineTokens(
                        OptionalDouble.of(0.9412),
                        OptionalDouble.of(2136),
                        OptionalDouble.empty(),
                        OptionalDouble.of(11560)),
                Map.of("cachedPromptTokensTotal", "not on the page: vllm:prompt_tokens_cached_total"));
    }

    static TelemetryRecord engineWithCaches() {
        EngineSample plain = (EngineSample) engine();
        return new EngineSample(
                plain.observation(),
                plain.engine(),
                plain.requests(),
                plain.tokens(),
                Optional.of(new EngineCache(
                        OptionalDouble.of(2136),
                        OptionalDouble.of(1024),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.of(1_048_576),
                        OptionalDouble.of(0),
                        OptionalDouble.of(1),
                        OptionalDouble.empty())),
                Optional.of(
                        new EngineSpeculation(OptionalDouble.of(40), OptionalDouble.of(120), OptionalDouble.of(56))),
                Map.of());
    }

    static TelemetryRecord samplerUp() {
        return new SamplerState(seenBy("nvidia-smi"), new SamplerState.Up());
    }

    static TelemetryRecord samplerDown() {
        return new SamplerState(
                seenBy("nvidia-smi"),
                new SamplerState.Down(SamplerState.FailureReason.EXITED, "nvidia-smi ended with 9"));
    }

    static TelemetryRecord samplerNone() {
        return new SamplerState(seenBy("gpu"), new SamplerState.None("no nvidia-smi on the PATH"));
    }

    private static TelemetryRecord model(ModelLifecycle.Step step) {
        return new ModelLifecycle(seenBy("ollama"), "tiny:latest", step);
    }

    static TelemetryRecord modelPulling() {
        return model(new ModelLifecycle.Pulling(
                "pulling 434f52a3f9a7",
                Optional.of("sha256:434f52a3f9a7"),
                OptionalLong.of(200_000),
                OptionalLong.of(9_499_008)));
    }

    static TelemetryRecord modelPulled() {
        return model(new ModelLifecycle.Pulled(2_500_000_000L));
    }

    static TelemetryRecord modelLoaded() {
        return model(new ModelLifecycle.Loaded(ModelLifecycle.Start.COLD, 412_000_000, OptionalLong.of(303_000_000)));
    }

    static TelemetryRecord modelInMemory() {
        return model(new ModelLifecycle.InMemory(
                OptionalLong.of(24_077_312),
                OptionalLong.of(0),
                OptionalLong.of(4_096),
                OptionalLong.of(1_795_345_560_000L)));
    }

    static TelemetryRecord modelLeftMemory() {
        return model(new ModelLifecycle.LeftMemory());
    }

    static TelemetryRecord modelUnloaded() {
        return model(new ModelLifecycle.Unloaded(1_000_000));
    }

    static TelemetryRecord modelDeleted() {
        return model(new ModelLifecycle.Deleted(1_000_000));
    }

    static TelemetryRecord modelFailed() {
        return model(new ModelLifecycle.Failed(ModelLifecycle.Action.PULL, "connection refused"));
    }
}
