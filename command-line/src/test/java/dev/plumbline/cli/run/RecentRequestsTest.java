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
    void nothingInAMeasuredSecondIsARateOfNothing() {
        recent.measuredFrom(49_000);
        assertThat(recent.rates(50_000)).contains(new RecentRequests.Rates(0, 0));
        assertThat(recent.latency(LatencyMetric.TTFT).isEmpty()).isTrue();
    }

    @Test
    void ratesAreOverFullSeconds() {
        for (int i = 0; i < 30; i++) {
            recent.add(Requests.streamed(10_000 + i * 100, 5, 1));
        }

        // Three full seconds with ten requests each, eleven tokens a request; the fourth second has just begun.
        recent.measuredFrom(10_000);
        assertThat(recent.rates(13_050)).contains(new RecentRequests.Rates(10, 110));
    }

    @Test
    void secondsInWhichNothingEndedCount() {
        recent.add(Requests.streamed(17_500, 5, 1));

        recent.measuredFrom(5_500);
        assertThat(recent.rates(20_000)).as("of ten").contains(new RecentRequests.Rates(0.1, 1.1));
        recent.measuredFrom(15_500);
        assertThat(recent.rates(20_000)).as("of four").contains(new RecentRequests.Rates(0.25, 2.75));
    }

    @Test
    void beforeAFullSecondWasMeasuredNoRateIsKnown() {
        recent.measuredFrom(10_500);
        assertThat(recent.rates(11_900)).isEmpty();
        recent.measuredFrom(Long.MAX_VALUE);
        assertThat(recent.rates(11_900)).isEmpty();
    }

    @Test
    void whatIsOlderThanTenSecondsIsForgotten() {
        recent.add(Requests.streamed(10_000, 500, 1));
        recent.add(Requests.streamed(25_000, 5, 1));

        recent.measuredFrom(0);
        assertThat(recent.rates(26_000)).contains(new RecentRequests.Rates(0.1, 1.1));
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

        recent.measuredFrom(0);
        assertThat(recent.rates(11_000)).contains(new RecentRequests.Rates(0, 0));
    }
}
