package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SameTimeTest {

    @Test
    void saysWhatTheTargetSaidOfTheSameSeconds() {
        Map<String, String> lines = SameTime.lines(SampleRuns.longGood().story());

        assertThat(lines)
                .containsEntry("KV cache in use", "61.0 % on average, at most 61.0 %")
                .containsEntry("queue time of a request", "25.0 ms")
                .containsEntry("preemptions", "0.00/s")
                .containsKeys("GPU power", "energy of 1,000 output tokens", "lateness of the load generator's own loop")
                // No tool said it.
                .doesNotContainKey("GPU clock");
        JsonNode node = SameTime.node(SampleRuns.longGood().story()).orElseThrow();
        assertThat(node.at("/gauges/gpu_power_watts/mean").asDouble()).isEqualTo(388.5);
        assertThat(node.at("/counters/engine_queue_time_requests/perSecond").asDouble())
                .isEqualTo(6);
    }

    @Test
    void nothingIsSaidWhereNobodyLooked() {
        assertThat(SameTime.lines(SampleRuns.empty().story())).isEmpty();
        assertThat(SameTime.node(SampleRuns.empty().story())).isEmpty();
    }
}
