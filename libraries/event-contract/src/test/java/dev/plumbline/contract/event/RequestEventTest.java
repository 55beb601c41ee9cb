package dev.plumbline.contract.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RequestEventTest {

    private static final Stamps STREAMED = new Stamps(
            100,
            OptionalLong.of(150),
            OptionalLong.of(200),
            OptionalLong.of(900),
            OptionalLong.of(950),
            OptionalLong.of(1_000),
            OptionalLong.of(1_400),
            OptionalLong.of(2_000),
            2_500);

    private static RequestEvent event(boolean streamed, Stamps stamps, long outputTokens, Outcome outcome) {
        Tokens tokens = new Tokens(
                Optional.empty(),
                Optional.of(new TokenCount(outputTokens, TokenSource.SERVER_USAGE)),
                Optional.empty(),
                Optional.empty());
        return new RequestEvent(
                new Origin("p", 1, 1),
                new Series(new ComparisonGroup("t", "m", "s", LoadPoint.parse("c1"), "default"), "stable"),
                Attempt.first("r"),
                5,
                stamps,
                new Response(streamed, outputTokens, Histogram.empty(), tokens),
                outcome,
                Surroundings.unknown("test"));
    }

    @Test
    void derivedNumbersFollowTheDefinitions() {
        RequestEvent event = event(true, STREAMED, 6, new Outcome.Completed("stop"));
        assertThat(event.dispatchLagNanos()).hasValue(50);
        assertThat(event.gateWaitNanos()).hasValue(50);
        assertThat(event.ttftNanos()).hasValue(800);
        assertThat(event.ttfaNanos()).hasValue(1_200);
        assertThat(event.tpotNanos()).hasValue(200);
        assertThat(event.e2eNanos()).hasValue(1_800);
        assertThat(event.responseNanos()).hasValue(1_900);
        assertThat(event.timeToFailureNanos()).isEmpty();
    }

    /** Two readers: one waits 900 for two tokens more, the other 600 for three. */
    @Test
    void tpotOfSeveralAnswersIsWhatTheirReadersWaitForAToken() {
        RequestEvent one = event(true, STREAMED, 7, new Outcome.Completed("stop"));
        RequestEvent two = answering(one, new Choices(2, 1_500));
        assertThat(two.tpotNanos()).hasValue(300);
        assertThat(two.ttftNanos()).isEqualTo(one.ttftNanos());
        assertThat(two.e2eNanos()).isEqualTo(one.e2eNanos());
        assertThat(answering(event(true, STREAMED, 2, new Outcome.Completed("stop")), new Choices(2, 0))
                        .tpotNanos())
                .isEmpty();
        assertThatThrownBy(() -> new Choices(1, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RequestEvent answering(RequestEvent event, Choices choices) {
        Response response = event.response();
        return new RequestEvent(
                event.origin(),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                new Response(
                        response.streamed(),
                        response.contentChunks(),
                        response.chunkGaps(),
                        response.tokens(),
                        response.checks(),
                        Optional.of(choices)),
                event.outcome(),
                event.surroundings());
    }

    @Test
    void tpotIsAbsentBelowTwoTokens() {
        assertThat(event(true, STREAMED, 1, new Outcome.Completed("stop")).tpotNanos())
                .isEmpty();
        assertThat(event(true, STREAMED, 0, new Outcome.Completed("stop")).tpotNanos())
                .isEmpty();
        assertThat(event(true, STREAMED, 2, new Outcome.Completed("stop")).tpotNanos())
                .hasValue(1_000);
    }

    @Test
    void notStreamedHasNoTtftTtfaOrTpotButEndToEnd() {
        RequestEvent event = event(false, STREAMED, 6, new Outcome.Completed("stop"));
        assertThat(event.ttftNanos()).isEmpty();
        assertThat(event.ttfaNanos()).isEmpty();
        assertThat(event.tpotNanos()).isEmpty();
        assertThat(event.e2eNanos()).hasValue(1_800);
    }

    @Test
    void timeToFailureOfARequestThatWasNeverSentCountsFromDue() {
        Stamps never = new Stamps(
                100,
                OptionalLong.of(150),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                400);
        RequestEvent event = event(true, never, 0, Outcome.Failed.of(FailureKind.CONNECT, "refused"));
        assertThat(event.timeToFailureNanos()).hasValue(300);
        assertThat(event.e2eNanos()).isEmpty();
        assertThat(event.gateWaitNanos()).isEmpty();
    }

    @Test
    void stampsOutOfOrderAreRefusedByName() {
        assertThatThrownBy(() -> new Stamps(
                        100,
                        OptionalLong.of(99),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        400))
                .hasMessageContaining("taken");
    }

    @Test
    void failureDetailIsCutToItsBound() {
        Outcome.Failed failed = Outcome.Failed.of(FailureKind.MALFORMED, "x".repeat(1_000));
        assertThat(failed.detail().orElseThrow()).hasSize(300);
    }
}
