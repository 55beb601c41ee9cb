package dev.plumbline.producer.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
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
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.contract.telemetry.ThrottleReason;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.telemetry.sampling.Pace;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Sampler;
import dev.plumbline.telemetry.sampling.Viewpoint;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SampleMetricsTest {

    private static final OptionalDouble NONE = OptionalDouble.empty();

    private final ManualClock clock = new ManualClock(1_000);
    private final ProducerMetrics metrics = new ProducerMetrics(
            List.of(new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable")));

    /** A sampler that has polled, for 250 ms each time, until it was stopped in its second poll. */
    private <T extends TelemetryRecord> Sampler<T> polled(String name, Poll<T> poll) throws InterruptedException {
        AtomicReference<Runnable> stop = new AtomicReference<>(() -> {});
        SampleSource<T> source = new SampleSource<>() {
            private boolean asked;

            @Override
            public Poll<T> poll() {
                clock.advanceMillis(250);
                if (asked) {
                    stop.get().run();
                }
                asked = true;
                return poll;
            }

            @Override
            public void close() {}
        };
        Sampler<T> sampler = new Sampler<>(
                new Viewpoint("p", "t", name, clock),
                source,
                new Pace(1, 1, 4),
                samples -> new TreeMap<>(),
                record -> {},
                look -> {});
        stop.set(sampler::stop);
        Thread thread = new Thread(sampler);
        thread.start();
        thread.join(20_000);
        return sampler;
    }

    private GpuSample gpu(String index, OptionalDouble utilization) {
        return new GpuSample(
                new Viewpoint("p", "t", "s", clock).now(),
                new GpuIdentity(index, Optional.of("GPU-1"), Optional.of("H100")),
                new GpuLoad(utilization, OptionalDouble.of(0.11), NONE, NONE, NONE),
                new GpuMemory(OptionalLong.of(100), OptionalLong.of(1_000)),
                new GpuPower(OptionalDouble.of(631.95), OptionalDouble.of(700)),
                new GpuTemperature(OptionalDouble.of(59), NONE),
                new GpuClocks(
                        OptionalLong.of(1_980_000_000L),
                        OptionalLong.of(2_619_000_000L),
                        Map.of(ThrottleReason.SW_POWER_CAP, true, ThrottleReason.GPU_IDLE, false),
                        OptionalLong.empty(),
                        OptionalLong.empty()),
                Map.of());
    }

    private EngineSample engine(double running, double cache) {
        return new EngineSample(
                new Viewpoint("p", "t", "s", clock).now(),
                EngineKind.VLLM,
                new EngineRequests(
                        OptionalDouble.of(running),
                        OptionalDouble.of(8),
                        OptionalDouble.of(33),
                        OptionalDouble.of(37.5),
                        OptionalDouble.of(17)),
                new EngineTokens(OptionalDouble.of(cache), OptionalDouble.of(2136), NONE, NONE),
                Map.of());
    }

    private String scrape(List<Sampler<GpuSample>> gpus, List<Sampler<EngineSample>> engines) {
        SampleMetrics.register(metrics, "t", gpus, engines);
        return new String(metrics.scrape(null).body().toArray(), StandardCharsets.UTF_8);
    }

    @Test
    void everyNameIsTheOneThatDashboardsAskFor() throws InterruptedException {
        String page = scrape(
                List.of(polled("dcgm", new Poll.Taken<>(5, List.of(gpu("0/1", OptionalDouble.of(0.97)))))),
                List.of(polled("engine-metrics", new Poll.Taken<>(5, List.of(engine(4, 0.94))))));
        String gpu = "{gpu=\"0/1\",name=\"H100\",target=\"t\",uuid=\"GPU-1\"} ";
        String engine = "{engine=\"vllm\",target=\"t\"} ";
        assertThat(page)
                .contains(
                        "plumbline_gpu_utilization_ratio" + gpu + "0.97",
                        "plumbline_gpu_memory_used_bytes" + gpu + "100.0",
                        "plumbline_gpu_memory_total_bytes" + gpu + "1000.0",
                        "plumbline_gpu_memory_bus_utilization_ratio" + gpu + "0.11",
                        "plumbline_gpu_power_watts" + gpu + "631.95",
                        "plumbline_gpu_power_limit_watts" + gpu + "700.0",
                        "plumbline_gpu_temperature_celsius" + gpu + "59.0",
                        "plumbline_gpu_sm_clock_hertz" + gpu + "1.98E9",
                        "plumbline_gpu_memory_clock_hertz" + gpu + "2.619E9",
                        "plumbline_gpu_throttle_active{gpu=\"0/1\",name=\"H100\",reason=\"sw_power_cap\",target=\"t\","
                                + "uuid=\"GPU-1\"} 1.0",
                        "plumbline_engine_requests_running" + engine + "4.0",
                        "plumbline_engine_requests_waiting" + engine + "8.0",
                        "plumbline_engine_kv_cache_usage_ratio" + engine + "0.94",
                        "plumbline_engine_preemptions_total" + engine + "33.0",
                        "plumbline_engine_prompt_tokens_total" + engine + "2136.0",
                        "plumbline_engine_queue_time_seconds_sum" + engine + "37.5",
                        "plumbline_engine_queue_time_seconds_count" + engine + "17",
                        "plumbline_sampler_up{source=\"dcgm\",target=\"t\"} 1.0",
                        "plumbline_samples_total{source=\"dcgm\"} 1.0",
                        "plumbline_sampler_look_seconds_sum{source=\"dcgm\"} 0.5",
                        "plumbline_sampler_look_seconds_count{source=\"dcgm\"} 2",
                        "plumbline_sampler_failures_total{reason=\"http_status\",source=\"dcgm\"} 0.0");
        assertThat(page)
                .as("values that are not there have no line")
                .doesNotContain(
                        "plumbline_gpu_memory_temperature_celsius{", "plumbline_engine_generation_tokens_total{");
    }

    @Test
    void twoSourcesThatNameOneGpuDoNotBreakThePage() throws InterruptedException {
        String page = scrape(
                List.of(
                        polled("dcgm", new Poll.Taken<>(5, List.of(gpu("0", OptionalDouble.of(0.5)), gpu("0", NONE)))),
                        polled("dcgm-2", new Poll.Taken<>(5, List.of(gpu("0", OptionalDouble.of(0.7)))))),
                List.of());
        assertThat(page).containsOnlyOnce("plumbline_gpu_utilization_ratio{").contains("} 0.5");
    }

    @Test
    void pagesOfOneEngineAddUpAndAMissingPageLeavesNoSum() throws InterruptedException {
        Sampler<EngineSample> one = polled("engine-metrics", new Poll.Taken<>(5, List.of(engine(4, 0.2))));
        Sampler<EngineSample> two = polled("engine-metrics-2", new Poll.Taken<>(5, List.of(engine(3, 0.9))));
        assertThat(scrape(List.of(), List.of(one, two)))
                .contains("plumbline_engine_requests_running{engine=\"vllm\",target=\"t\"} 7.0")
                .contains("plumbline_engine_kv_cache_usage_ratio{engine=\"vllm\",target=\"t\"} 0.9");
    }

    @Test
    void aSourceThatFailsHasNoLinesButItsState() throws InterruptedException {
        Sampler<EngineSample> one = polled("engine-metrics", new Poll.Taken<>(5, List.of(engine(4, 0.2))));
        Sampler<EngineSample> dead =
                polled("engine-metrics-2", new Poll.Failed<>(FailureReason.HTTP_STATUS, "status 404"));
        assertThat(scrape(List.of(), List.of(one, dead)))
                .doesNotContain("plumbline_engine_requests_running{")
                .contains("plumbline_sampler_up{source=\"engine-metrics-2\",target=\"t\"} 0.0")
                .contains("plumbline_sampler_failures_total{reason=\"http_status\",source=\"engine-metrics-2\"} 1.0");
    }
}
