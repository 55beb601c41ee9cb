package dev.plumbline.producer.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.ManualClock;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProducerMetricsTest {

    private final ProducerMetrics metrics = new ProducerMetrics(
            List.of(new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse("c8"), "default"), "canary")));

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

    @Test
    void eachSeriesHasItsOwnLabels() {
        ComparisonGroup chat = new ComparisonGroup("svc", "m", "mix.chat", LoadPoint.parse("c8"), "default");
        ComparisonGroup rag = new ComparisonGroup("svc", "m", "mix.rag", LoadPoint.parse("c8"), "default");
        ProducerMetrics both = new ProducerMetrics(List.of(new Series(chat, "stable"), new Series(rag, "stable")));
        both.producer("p1");
        both.ended(request(new Series(rag, "stable")));

        assertThat(text(both))
                .contains("plumbline_producer_info{load=\"c8\",model=\"m\",producer=\"p1\",scenario=\"mix.chat\"")
                .contains("plumbline_producer_info{load=\"c8\",model=\"m\",producer=\"p1\",scenario=\"mix.rag\"")
                .containsPattern("plumbline_requests_total\\{[^}]*outcome=\"dropped\",scenario=\"mix.rag\"[^}]*} 1")
                .doesNotContainPattern("plumbline_requests_total\\{[^}]*mix.chat");
        assertThatThrownBy(() -> both.ended(request(new Series(rag, "canary"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@canary");
    }

    private static EndedRequest request(Series series) {
        return new RequestRecording(
                        series,
                        Attempt.first("r"),
                        new ManualClock(0),
                        true,
                        0,
                        0,
                        new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false))
                .dropped(1, Outcome.DropReason.IN_FLIGHT_CAP);
    }

    private String text() {
        return text(metrics);
    }

    private static String text(ProducerMetrics metrics) {
        return new String(metrics.scrape(null).body().toArray(), StandardCharsets.UTF_8);
    }
}
