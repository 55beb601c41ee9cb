package dev.plumbline.telemetry.circumstances;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.telemetry.EngineKind;
import dev.plumbline.contract.telemetry.EngineRequests;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.EngineTokens;
import dev.plumbline.contract.telemetry.GpuClocks;
import dev.plumbline.contract.telemetry.GpuIdentity;
import dev.plumbline.contract.telemetry.GpuLoad;
import dev.plumbline.contract.telemetry.GpuMemory;
import dev.plumbline.contract.telemetry.GpuPower;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.GpuTemperature;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.contract.telemetry.ThrottleReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SecondSumsTest {

    private static final long T = 1_795_345_260_000L;
    private static final OptionalDouble NONE = OptionalDouble.empty();

    private final SecondSums sums = new SecondSums();

    private static GpuSample gpu(String source, long atEpochMillis, String index, double watts, long usedBytes) {
        return new GpuSample(
                new Observation("p", "t", source, atEpochMillis),
                new GpuIdentity(index, Optional.empty(), Optional.empty()),
                new GpuLoad(OptionalDouble.of(0.5), NONE, NONE, NONE, NONE),
                new GpuMemory(OptionalLong.of(usedBytes), OptionalLong.of(100)),
                new GpuPower(OptionalDouble.of(watts), NONE),
                new GpuTemperature(NONE, NONE),
                new GpuClocks(
                        OptionalLong.of(1_000_000_000),
                        OptionalLong.empty(),
                        Map.of(ThrottleReason.HW_THERMAL_SLOWDOWN, watts > 300),
                        OptionalLong.empty(),
                        OptionalLong.empty()),
                Map.of());
    }

    private static EngineSample engine(String source, long atEpochMillis, double running, double preemptions) {
        return new EngineSample(
                new Observation("p", "t", source, atEpochMillis),
                EngineKind.VLLM,
                new EngineRequests(
                        OptionalDouble.of(running), OptionalDouble.of(0), OptionalDouble.of(preemptions), NONE, NONE),
                new EngineTokens(OptionalDouble.of(running / 10), NONE, NONE, NONE),
                Map.of());
    }

    @Test
    void aLookIsOfAllGpusTogether() {
        sums.gpus(List.of(gpu("a", T + 100, "0", 200, 40), gpu("a", T + 100, "1", 310, 90)));

        Circumstances second = sums.drain().get(T);

        assertThat(second.mean("gpu_power_watts")).hasValue(510);
        assertThat(second.mean("gpu_memory_used_bytes")).hasValue(130);
        assertThat(second.mean("gpu_memory_used_ratio")).hasValue(0.9);
        assertThat(second.mean("gpu_utilization_ratio")).hasValue(0.5);
        assertThat(second.mean("gpu_slowed_gpus")).hasValue(1);
        assertThat(second.mean("gpu_temperature_celsius")).as("nobody told it").isEmpty();
    }

    @Test
    void slicesAreInTheirDevices() {
        sums.gpus(List.of(gpu("a", T, "0", 200, 40), gpu("a", T, "0/1", 90, 20)));

        assertThat(sums.drain().get(T).mean("gpu_memory_used_bytes")).hasValue(40);
    }

    @Test
    void sourcesAddUpWhileTheyAreFresh() {
        sums.gpus(List.of(gpu("a", T, "0", 200, 40)));
        sums.gpus(List.of(gpu("b", T + 1_000, "0", 100, 40)));
        sums.gpus(List.of(gpu("b", T + 60_000, "0", 100, 40)));

        Map<Long, Circumstances> seconds = sums.drain();
        assertThat(seconds.get(T + 1_000).mean("gpu_power_watts")).hasValue(300);
        assertThat(seconds.get(T + 60_000).mean("gpu_power_watts")).hasValue(100);
    }

    @Test
    void growthLiesBetweenTwoLooksAndIsToldOnce() {
        sums.engine(engine("a", T, 3, 100));
        assertThat(sums.drain().get(T).counters()).as("one look is no growth").isEmpty();

        sums.engine(engine("a", T + 2_000, 5, 106));

        Circumstances second = sums.drain().get(T + 2_000);
        assertThat(second.perSecond("engine_preemptions")).hasValue(3);
        assertThat(second.mean("engine_requests_running")).hasValue(5);
        assertThat(sums.drain()).isEmpty();
    }

    @Test
    void theRateOfSeveralReplicasIsTheSumOfTheirs() {
        for (long at : new long[] {T, T + 1_000}) {
            sums.engine(engine("a", at, 1, at == T ? 10 : 14));
            sums.engine(engine("b", at, 2, at == T ? 50 : 52));
        }

        Circumstances second = sums.drain().get(T + 1_000);
        assertThat(second.perSecond("engine_preemptions")).hasValue(6);
        assertThat(second.gauges().get("engine_requests_running").largest()).isEqualTo(3);
        assertThat(second.mean("engine_kv_cache_usage_ratio")).as("the fullest").hasValue(0.2);
    }

    @Test
    void anEngineThatBeganAnewTellsNothingOfThatLook() {
        sums.engine(engine("a", T, 1, 100));
        sums.engine(engine("a", T + 1_000, 1, 2));
        sums.engine(engine("a", T + 2_000, 1, 5));

        Map<Long, Circumstances> seconds = sums.drain();
        assertThat(seconds.get(T + 1_000).counters()).isEmpty();
        assertThat(seconds.get(T + 2_000).perSecond("engine_preemptions")).hasValue(3);
    }

    @Test
    void holdsAnHourAndCountsWhatItGivesUp() {
        for (int i = 0; i < SecondSums.MAX_SECONDS + 5; i++) {
            sums.engine(engine("a", T + i * 1_000L, 1, i));
        }

        assertThat(sums.discardedSeconds()).isEqualTo(5);
        assertThat(sums.drain()).hasSize(SecondSums.MAX_SECONDS).doesNotContainKey(T);
    }
}
