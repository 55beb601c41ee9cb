package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.STABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Choices;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlausibilityTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long LARGEST = 1_000_000_000;

    private final RequestEvent good = new TestEvents("p1", 1).completed(STABLE, T0, 1);

    @Test
    void findsNoFaultInAnOrdinaryRequest() {
        assertThat(Plausibility.fault(good)).isEmpty();
    }

    @Test
    void findsADurationThatTurnsOver() {
        Stamps endless = new Stamps(
                Long.MIN_VALUE,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                0);

        assertThat(Plausibility.fault(with(endless, Response.nothing(true))))
                .hasValueSatisfying(fault -> assertThat(fault).startsWith("took longer than can be counted"));
    }

    @Test
    void findsTooManyChunksAndTokens() {
        assertThat(Plausibility.fault(with(good.stamps(), response(LARGEST, LARGEST))))
                .isEmpty();
        assertThat(Plausibility.fault(with(good.stamps(), response(LARGEST + 1, 1))))
                .contains("1000000001 content chunks");
        assertThat(Plausibility.fault(with(good.stamps(), response(1, LARGEST + 1))))
                .contains("1000000001 tokens");
    }

    @Test
    void findsAnswersThatDecodedForLongerThanTheirRequestTook() {
        long took = good.stamps().endNanos() - good.stamps().dueNanos();
        assertThat(Plausibility.fault(with(good.stamps(), answers(2 * took)))).isEmpty();
        assertThat(Plausibility.fault(with(good.stamps(), answers(2 * took + 2))))
                .hasValueSatisfying(fault -> assertThat(fault).startsWith("2 answers that decoded for"));
    }

    private static Response answers(long decodeNanos) {
        return new Response(
                true,
                4,
                Histogram.empty(),
                Tokens.unknown(),
                Optional.empty(),
                Optional.of(new Choices(2, decodeNanos)));
    }

    @ParameterizedTest
    @CsvSource({
        "stable, 1000000000, 1000000000000000, 1000000000, true",
        "stable, 1000000000, 1000000000000000, -1000000000, true",
        "stable, 1000000001, 1, 1, false",
        "stable, 1, 1000000000000001, 1, false",
        "stable, 1, 1, 1000000001, false",
        "stable, 1, 1, -1000000001, false",
        "' ', 1, 1, 1, false",
    })
    void boundsWhatOneSecondCanHold(
            String variant, long offered, long inFlightNanos, long outputTokens, boolean plausible) {
        Activity activity = new Activity(variant, T0, offered, inFlightNanos, outputTokens, Set.of());

        assertThat(Plausibility.isPlausible(activity)).isEqualTo(plausible);
    }

    @Test
    void boundsHowManyLoadsBeginAndEndInASecond() {
        assertThat(Plausibility.isPlausible(TestEvents.edges(T0, new LoadEdges(LARGEST, LARGEST))))
                .isTrue();
        assertThat(Plausibility.isPlausible(TestEvents.edges(T0, new LoadEdges(LARGEST + 1, 0))))
                .isFalse();
        assertThat(Plausibility.isPlausible(TestEvents.edges(T0, new LoadEdges(0, LARGEST + 1))))
                .isFalse();
    }

    private RequestEvent with(Stamps stamps, Response response) {
        return new RequestEvent(
                good.origin(),
                good.series(),
                good.attempt(),
                good.endEpochMillis(),
                stamps,
                response,
                good.outcome(),
                good.surroundings());
    }

    private static Response response(long chunks, long tokens) {
        return new Response(
                true,
                chunks,
                Histogram.empty(),
                new Tokens(
                        Optional.empty(),
                        Optional.of(new TokenCount(tokens, TokenSource.SERVER_USAGE)),
                        Optional.empty(),
                        Optional.empty()));
    }
}
