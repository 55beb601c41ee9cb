package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.window.LatencyMetric;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecentRequestsTest {

    private final RecentRequests recent = new RecentRequests();

    @Test
    void nothingIsARateOfNothing() {
        assertThat(recent.rates(50_000)).isEqualTo(new RecentRequests.Rates(0, 0));
        assertThat(recent.latency(LatencyMetric.TTFT).isEmpty()).isTrue();
    }

    @Test
    void ratesAreOverFullSeconds() {
        for (int i = 0; i < 30; i++) {
            recent.add(Requests.streamed(10_000 + i * 100, 5, 1));
        }

        // Three full seconds with ten requests each, eleven tokens a request; the fourth second has just begun.
        assertThat(recent.rates(13_050)).isEqualTo(new RecentRequests.Rates(10, 110));
    }

    @Test
    void whatIsOlderThanTenSecondsIsForgotten() {
        recent.add(Requests.streamed(10_000, 500, 1));
        recent.add(Requests.streamed(25_000, 5, 1));

        assertThat(recent.rates(26_000)).isEqualTo(new RecentRequests.Rates(1, 11));
        assertThat(recent.latency(LatencyMetric.TTFT).count()).isEqualTo(1);
    }

    @Test
    void tokensAreChunksWhileNobodyCountsAnythingElse() {
        recent.add(Requests.countedInChunks(Requests.streamed(10_000, 5, 1), Optional.empty()));
        assertThat(recent.outputUnit()).isEqualTo("chunks");

        recent.add(Requests.streamed(11_000, 5, 1));
        assertThat(recent.outputUnit()).isEqualTo("tok");
    }

    @Test
    void keepsNoMoreThanTenSlots() {
        for (int second = 0; second < 1_000; second++) {
            recent.add(Requests.streamed(second * 1_000, 5, 1));
        }

        assertThat(recent.latency(LatencyMetric.TTFT).count()).isEqualTo(RecentRequests.SLOTS);
    }

    @Test
    void failuresHaveNoLatency() {
        recent.add(Requests.with(Requests.streamed(10_000, 5, 1), Outcome.Failed.of(FailureKind.EMPTY, "nothing")));

        assertThat(recent.rates(11_000)).isEqualTo(new RecentRequests.Rates(0, 0));
    }
}
