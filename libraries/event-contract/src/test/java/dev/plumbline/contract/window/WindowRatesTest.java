package dev.plumbline.contract.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.FailureKind;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WindowRatesTest {

    private static final WindowSummary KNOWN = new WindowSummary(
            new RequestCounts(20, Map.of(FailureKind.REJECTED, 5L, FailureKind.CONNECT, 1L), 4, 0, 3),
            Map.of(),
            new TokenTotals(900, 400, 0, 300, 500, Optional.of(new TokenOrigins(600, 0, 10, 40, 30))),
            30,
            1,
            Map.of(),
            Optional.of(new Grades(Optional.of(new Goodput(15, 30)), Optional.empty(), Map.of())),
            Optional.of(new Circumstances(
                    Map.of(WindowRates.POWER_GAUGE, Circumstances.GaugeSum.of(200)),
                    Map.of(),
                    OptionalLong.of(50_000_000),
                    Optional.empty())),
            Optional.empty());

    @Test
    void dividesSumsByTheSpan() {
        WindowRates rates = new WindowRates(KNOWN, 10);

        assertThat(rates.offered()).isEqualTo(3);
        assertThat(rates.completed()).isEqualTo(2);
        assertThat(rates.rejected()).isEqualTo(0.5);
        assertThat(rates.dropped()).isEqualTo(0.4);
        assertThat(rates.retried()).isEqualTo(0.3);
        assertThat(rates.good()).hasValue(1.5);
        assertThat(rates.streamedTokens()).isEqualTo(50);
        assertThat(rates.cachedShare()).hasValue(0.5);
        assertThat(rates.acceptance()).hasValue(0.75);
        assertThat(rates.costPer1kTokens().orElseThrow()).isEqualTo(0.1, within(1e-12));
        assertThat(rates.joulesPer1kTokens()).hasValue(4_000);
    }

    @Test
    void theRateOfTwoWindowsIsThatOfTheirSums() {
        WindowRates both = new WindowRates(KNOWN.plus(WindowSummary.empty()), 20);

        assertThat(both.completed()).isEqualTo(1);
        assertThat(both.joulesPer1kTokens()).hasValue(8_000);
    }

    /** Two producers that look at the same GPUs see one price, and an hour costs an hour however it is cut. */
    @Test
    void gpusCostTheirTimeOnce() {
        WindowSummary priced = new WindowSummary(
                KNOWN.requests(),
                KNOWN.latencies(),
                KNOWN.tokens(),
                30,
                1,
                Map.of(),
                Optional.empty(),
                Optional.of(new Circumstances(
                        Map.of(WindowRates.GPU_PRICE_GAUGE, Circumstances.GaugeSum.of(3.6)),
                        Map.of(),
                        OptionalLong.empty(),
                        Optional.empty())),
                Optional.empty());

        assertThat(new WindowRates(priced, 10).cost().orElseThrow()).isEqualTo(0.01, within(1e-12));
        assertThat(new WindowRates(priced, 10).costPer1kTokens().orElseThrow()).isEqualTo(0.02, within(1e-12));
        WindowRates both = new WindowRates(priced.plus(priced), 20);
        assertThat(both.cost().orElseThrow()).isEqualTo(0.02, within(1e-12));
        assertThat(both.costPer1kTokens().orElseThrow()).isEqualTo(0.02, within(1e-12));
    }

    @Test
    void whatIsNotKnownIsNotZero() {
        WindowRates rates = new WindowRates(WindowSummary.empty(), 10);

        assertThat(rates.good()).isEmpty();
        assertThat(rates.cachedShare()).isEmpty();
        assertThat(rates.acceptance()).isEmpty();
        assertThat(rates.costPer1kTokens()).isEmpty();
        assertThat(rates.joulesPer1kTokens()).isEmpty();
        assertThatThrownBy(() -> new WindowRates(WindowSummary.empty(), 0)).hasMessageContaining("0.0 s");
    }
}
