package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.run.Budget.Comparison;
import dev.plumbline.judgement.run.Budget.Measured;
import dev.plumbline.judgement.run.Budget.Measured.Rate;
import dev.plumbline.judgement.run.Budget.Unit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetTest {

    @Test
    void readsWhatPeopleWrite() {
        Budget budget = Budget.parse(" chat: p95( TTFT ) <= 0.5 s ");
        assertThat(budget.scenario()).contains("chat");
        assertThat(budget.measured()).isEqualTo(new Measured.Quantile(LatencyMetric.TTFT, 0.95));
        assertThat(budget.comparison()).isEqualTo(Comparison.AT_MOST);
        assertThat(budget.baseLimit()).isEqualTo(5e8);
        assertThat(budget.text()).isEqualTo("chat: p95( TTFT ) <= 0.5 s");
    }

    @ParameterizedTest
    @CsvSource({
        "p50(ttft)<500, TTFT",
        "p99.9(time_to_first_token)<500, TTFT",
        "p90(time_to_first_output_token)<500, TTFA",
        "p90(itl)<50, ITL",
        "p90(inter_chunk_latency)<50, ITL",
        "p90(tpot)<50, TPOT",
        "p90(inter_token_latency)<50, TPOT",
        "p90(e2el)<5s, E2E",
        "p90(request_latency)<5s, E2E",
        "p90(response)<5s, RESPONSE"
    })
    void namesOfOtherToolsMeanWhatTheyMeanThere(String text, LatencyMetric metric) {
        assertThat(Budget.parse(text).measured())
                .isInstanceOfSatisfying(
                        Measured.Quantile.class,
                        quantile -> assertThat(quantile.metric()).isEqualTo(metric));
    }

    @ParameterizedTest
    @CsvSource({
        "mean(tpot)<=8, MILLISECONDS, 8e6",
        "max(e2e)<2s, SECONDS, 2e9",
        "p50(itl)<900us, MICROSECONDS, 9e5",
        "output_token_rate>500, TOKENS_PER_SECOND, 500",
        "output_token_throughput>500 tok/s, TOKENS_PER_SECOND, 500",
        "request_rate>5req/s, REQUESTS_PER_SECOND, 5",
        "error_rate<1%, PERCENT, 0.01",
        "error_rate<0.01, SHARE, 0.01",
        "achieved_ratio>99%, PERCENT, 0.99",
        "goodput >= 95 %, PERCENT, 0.95"
    })
    void unitsHaveSensibleDefaults(String text, Unit unit, double base) {
        Budget budget = Budget.parse(text);
        assertThat(budget.unit()).isEqualTo(unit);
        assertThat(budget.baseLimit()).isEqualTo(base);
    }

    @Test
    void severalAreSeparatedByCommasOrGivenRepeatedly() {
        assertThat(Budget.parseAll(List.of("p95(ttft)<500ms, error_rate<1%", "code: output_token_rate>500")))
                .extracting(Budget::measured)
                .containsExactly(
                        new Measured.Quantile(LatencyMetric.TTFT, 0.95), Rate.ERROR_RATE, Rate.OUTPUT_TOKEN_RATE);
        assertThat(Budget.parseAll(List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "p95(ttfx)<500ms; position 5; unknown latency 'ttfx'; ttft, ttfa, itl, tpot, e2e, response",
                "p49(ttft)<500ms; position 1; unknown statistic 'p49'; p50 to p99.9, mean, max",
                "p100(ttft)<500ms; position 1; unknown statistic 'p100'; p50 to p99.9, mean, max",
                "ttft<500ms; position 1; 'ttft' needs a statistic; error_rate",
                "goodness<5; position 1; unknown metric 'goodness'; output_token_rate, request_rate",
                "p95(ttft<500ms; position 9; no closing bracket; )",
                "p95(ttft)=500ms; position 10; no comparison; <, <=, >, >=",
                "p95(ttft)<fast; position 11; no number; 500 or 0.5",
                "p95(ttft)<-5; position 11; no number; without a sign",
                "p95(ttft)<1.2.3; position 11; no number; decimal",
                "p95(ttft)<500min; position 14; unknown unit 'min'; us, ms, s",
                "error_rate<5ms; position 13; unknown unit 'ms'; %",
                "error_rate<5; position 12; share above 1 without %; 1%",
                "error_rate<101%; position 12; a share of 101%; 0% to 100%",
                ": p95(ttft)<5; position 1; no scenario; SCENARIO: BUDGET",
                "\"\"; position 1; no metric; p95(ttft)<500ms"
            })
    void anErrorNamesTextPositionAndWhatIsAllowed(String text, String position, String what, String allowed) {
        assertThatThrownBy(() -> Budget.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("budget '" + text + "', " + position + ": ")
                .hasMessageContaining(what)
                .hasMessageContaining(allowed);
    }
}
