package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.window.LatencyMetric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoalsTest {

    @Test
    void understandsNamesOfOtherTools() {
        assertThat(Goals.parse("time_to_first_token:200 inter_token_latency:50,e2el:2000").limitNanos())
                .containsEntry(LatencyMetric.TTFT, 200_000_000L)
                .containsEntry(LatencyMetric.TPOT, 50_000_000L)
                .containsEntry(LatencyMetric.E2E, 2_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ttft", "ttft:", "ttft:fast", "ttft:-1", "speed:5", "ttft:200;tpot:5"})
    void refusesWhatIsNoGoal(String text) {
        assertThatThrownBy(() -> Goals.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRequestIsGoodWhenItMeetsEveryGoal() {
        Goals goals = Goals.parse("ttft:20 tpot:5");

        assertThat(goals.areMetBy(Requests.streamed(1_000, 20, 5))).isTrue();
        assertThat(goals.areMetBy(Requests.streamed(1_000, 21, 5))).isFalse();
        assertThat(goals.areMetBy(Requests.streamed(1_000, 20, 6))).isFalse();
    }

    @Test
    void aMissingMetricIsNotGood() {
        assertThat(Goals.parse("ttft:20").areMetBy(Requests.whole(1_000, 10))).isFalse();
        assertThat(Goals.parse("e2e:20").areMetBy(Requests.whole(1_000, 10))).isTrue();
    }

    @Test
    void aFailedRequestIsNotGood() {
        assertThat(Goals.parse("ttft:20")
                        .areMetBy(Requests.with(
                                Requests.streamed(1_000, 1, 1), Outcome.Failed.of(FailureKind.TRUNCATED, "cut"))))
                .isFalse();
    }
}
