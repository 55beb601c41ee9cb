package dev.plumbline.judgement.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three requests whose figures were reckoned by hand; milliseconds of each from its due time on. */
class ForeignTallyTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");
    private static final long MILLI = 1_000_000;
    private static final Offset<Double> EXACT = within(1e-9);
    /** Of a distribution in buckets. */
    private static final double BUCKET = 0.0055;

    private static final RequestEvent SHORT =
            completed(1_000_320, 10, 100, 110, 310, 320, 20, 11, Histogram.of(100 * MILLI));
    private static final RequestEvent LONG =
            completed(1_001_520, 10, 200, 210, 1_010, 1_020, 30, 5, Histogram.of(200 * MILLI, 600 * MILLI));
    private static final RequestEvent FAILED = new RequestEvent(
            new Origin("p", 1, 3),
            SERIES,
            Attempt.first("r3"),
            1_000_900,
            new Stamps(
                    0,
                    OptionalLong.of(0),
                    OptionalLong.of(10 * MILLI),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    110 * MILLI),
            Response.nothing(true),
            Outcome.Failed.of(FailureKind.HTTP_5XX, "status 500"),
            Surroundings.unknown("not sampled"));

    private static RequestEvent completed(
            long endEpochMillis,
            long sent,
            long firstByte,
            long firstContent,
            long lastContent,
            long end,
            long promptTokens,
            long outputTokens,
            Histogram gaps) {
        return new RequestEvent(
                new Origin("p", 1, 1),
                SERIES,
                Attempt.first("r"),
                endEpochMillis,
                new Stamps(
                        0,
                        OptionalLong.of(0),
                        OptionalLong.of(sent * MILLI),
                        OptionalLong.of(firstByte * MILLI),
                        OptionalLong.of(firstByte * MILLI),
                        OptionalLong.of(firstContent * MILLI),
                        OptionalLong.of(firstContent * MILLI),
                        OptionalLong.of(lastContent * MILLI),
                        end * MILLI),
                new Response(
                        true,
                        gaps.count() + 1,
                        gaps,
                        new Tokens(
                                Optional.of(new TokenCount(promptTokens, TokenSource.SERVER_USAGE)),
                                Optional.of(new TokenCount(outputTokens, TokenSource.SERVER_USAGE)),
                                Optional.empty(),
                                Optional.empty())),
                new Outcome.Completed("stop"),
                Surroundings.unknown("not sampled"));
    }

    private static ForeignFigures figures(ForeignTool tool, boolean isChat) {
        ForeignTally tally = new ForeignTally(tool, isChat);
        tally.add(SHORT);
        tally.add(FAILED);
        tally.add(LONG);
        return tally.figures();
    }

    private static double single(ForeignFigures figures, String name) {
        return figures.value(name, ForeignFigures.Figure.SINGLE);
    }

    @Test
    void asVllmBenchServe() {
        ForeignFigures figures = figures(ForeignTool.VLLM, true);
        assertThat(single(figures, "completed")).isEqualTo(2, EXACT);
        assertThat(single(figures, "failed")).isEqualTo(1, EXACT);
        assertThat(single(figures, "total_input_tokens")).isEqualTo(50, EXACT);
        assertThat(single(figures, "total_output_tokens")).isEqualTo(16, EXACT);
        assertThat(single(figures, "duration")).isEqualTo(1.52, EXACT);
        assertThat(single(figures, "request_throughput")).isEqualTo(2 / 1.52, EXACT);
        assertThat(single(figures, "output_throughput")).isEqualTo(16 / 1.52, EXACT);
        assertThat(single(figures, "total_token_throughput")).isEqualTo(66 / 1.52, EXACT);
        assertThat(single(figures, "mean_ttft_ms"))
                .as("first byte to 90 and 190")
                .isEqualTo(140, EXACT);
        assertThat(single(figures, "median_ttft_ms")).isEqualTo(140, EXACT);
        assertThat(single(figures, "std_ttft_ms")).isEqualTo(50, EXACT);
        assertThat(single(figures, "p99_ttft_ms")).isEqualTo(189, EXACT);
        assertThat(single(figures, "mean_tpot_ms")).as("210/10 and 810/4").isEqualTo(111.75, EXACT);
        assertThat(single(figures, "mean_e2el_ms")).isEqualTo(650, EXACT);
        assertThat(single(figures, "mean_itl_ms")).as("gaps pooled").isEqualTo(300, EXACT);
        assertThat(single(figures, "median_itl_ms")).isEqualTo(200, within(200 * BUCKET));
        assertThat(single(figures, "p99_itl_ms")).isEqualTo(600, within(600 * BUCKET));
        assertThat(figures.missing()).containsKeys("max_concurrent_requests", "request_goodput");
    }

    @Test
    void ofCompletionsVllmHasNoChunkOfARole() {
        assertThat(single(figures(ForeignTool.VLLM, false), "mean_ttft_ms")).isEqualTo(150, EXACT);
    }

    @Test
    void asAiperf() {
        ForeignFigures figures = figures(ForeignTool.AIPERF, true);
        assertThat(figures.value("time_to_first_token", "avg")).isEqualTo(150, EXACT);
        assertThat(figures.value("time_to_first_token", "p90")).isEqualTo(190, EXACT);
        assertThat(figures.value("inter_token_latency", "avg"))
                .as("200/10 and 800/4")
                .isEqualTo(110, EXACT);
        assertThat(figures.value("output_token_throughput_per_user", "avg"))
                .as("50 and 5")
                .isEqualTo(27.5, EXACT);
        assertThat(figures.value("request_latency", "max")).isEqualTo(1_000, EXACT);
        assertThat(figures.value("inter_chunk_latency", "avg")).isEqualTo(300, EXACT);
        assertThat(figures.value("request_throughput", "avg"))
                .as("first sent to last end")
                .isEqualTo(2 / 1.51, EXACT);
        assertThat(figures.value("output_token_throughput", "avg")).isEqualTo(16 / 1.51, EXACT);
        assertThat(figures.value("input_sequence_length", "avg")).isEqualTo(25, EXACT);
        assertThat(figures.value("error_request_count", "avg")).isEqualTo(1, EXACT);
        assertThat(figures.missing()).containsKey("time_to_second_token");
    }

    @Test
    void asGuidellm() {
        ForeignFigures figures = figures(ForeignTool.GUIDELLM, true);
        assertThat(figures.value("request_totals", "errored")).isEqualTo(1, EXACT);
        assertThat(figures.value("request_latency", "mean"))
                .as("to the end of the stream")
                .isEqualTo(0.66, EXACT);
        assertThat(figures.value("time_to_first_token_ms", "mean")).isEqualTo(150, EXACT);
        assertThat(figures.value("time_per_output_token_ms", "mean"))
                .as("(300 + 1000) / 16: the first token included, weighted by tokens")
                .isEqualTo(81.25, EXACT);
        assertThat(figures.value("inter_token_latency_ms", "mean"))
                .as("(10 · 20 + 4 · 200) / 14")
                .isEqualTo(1_000 / 14.0, EXACT);
        assertThat(figures.value("inter_token_latency_ms", "median")).isEqualTo(20, EXACT);
        assertThat(figures.value("inter_token_latency_ms", "p90")).isEqualTo(200, EXACT);
        assertThat(figures.value("requests_per_second", "mean")).isEqualTo(2 / 1.51, EXACT);
        assertThat(figures.value("request_concurrency", "mean")).isEqualTo(1.32 / 1.51, EXACT);
    }

    @ParameterizedTest
    @EnumSource(ForeignTool.class)
    void ofNothingNothingIsTold(ForeignTool tool) {
        ForeignFigures figures = new ForeignTally(tool, true).figures();
        assertThat(figures.figures())
                .allSatisfy(figure -> assertThat(figure.values().values())
                        .allSatisfy(value -> assertThat(value).isEqualTo(0, EXACT)));
    }

    @Test
    void deviationAndPercentilesAreThoseOfNumPy() {
        Values values = new Values();
        for (double value : new double[] {5, 1, 4, 2, 3}) {
            values.add(value);
        }
        assertThat(values.deviation()).isEqualTo(Math.sqrt(2), EXACT);
        assertThat(values.interpolated(0.9)).isEqualTo(4.6, EXACT);
        assertThat(values.interpolated(0)).isEqualTo(1, EXACT);
        assertThat(values.interpolated(1)).isEqualTo(5, EXACT);
        assertThat(values.byWeight(0.9)).isEqualTo(5, EXACT);
        assertThat(values.byWeight(0.5)).isEqualTo(3, EXACT);
    }

    @Test
    void meanAndDeviationAreOfAllValuesAlsoWherePercentilesAreNot() {
        Values values = new Values();
        for (int i = 0; i < Values.MOST_KEPT; i++) {
            values.add(1);
        }
        for (int i = 0; i < Values.MOST_KEPT; i++) {
            values.add(3);
        }
        assertThat(values.isCut()).isTrue();
        assertThat(values.mean()).isEqualTo(2, within(1e-6));
        assertThat(values.deviation()).isEqualTo(1, within(1e-6));
        assertThat(values.interpolated(0.99)).isEqualTo(1, EXACT);
    }
}
