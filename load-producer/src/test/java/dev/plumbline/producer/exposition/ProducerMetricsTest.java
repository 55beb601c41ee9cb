package dev.plumbline.producer.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProducerMetricsTest {

    private final ProducerMetrics metrics = new ProducerMetrics(
            new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse("c8"), "default"), "canary"));

    @Test
    void saysWhichSeriesTheProcessDrives() {
        metrics.producer("p1");
        assertThat(text())
                .contains("plumbline_producer_info{load=\"c8\",model=\"m\",producer=\"p1\",scenario=\"chat\","
                        + "target=\"svc\",tenant=\"default\",variant=\"canary\"} 1");
    }

    @Test
    void tellsMemoryAndCpuOfTheProcess() {
        assertThat(text())
                .contains("process_resident_memory_bytes ")
                .contains("process_cpu_seconds_total ")
                .contains("jvm_memory_used_bytes{area=\"heap\"} ");
    }

    private String text() {
        return new String(metrics.scrape(null).body().toArray(), StandardCharsets.UTF_8);
    }
}
