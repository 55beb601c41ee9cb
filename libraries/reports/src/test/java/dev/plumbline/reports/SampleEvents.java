package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import java.util.Optional;
import java.util.OptionalLong;

/** Request events as a producer makes them. */
final class SampleEvents {

    private SampleEvents() {}

    /** A streamed answer of four tokens: TTFT 60 ms, TPOT 6 ms, end to end 78 ms. */
    static RequestEvent completed(int number, long endEpochMillis) {
        Tokens tokens = new Tokens(
                Optional.of(new TokenCount(120, TokenSource.SERVER_USAGE)),
                Optional.of(new TokenCount(4, TokenSource.CHUNKS)),
                Optional.empty(),
                Optional.empty());
        return event(
                number,
                endEpochMillis,
                new Stamps(
                        1_000_000,
                        OptionalLong.of(1_050_000),
                        OptionalLong.of(1_200_000),
                        OptionalLong.of(60_000_000),
                        OptionalLong.of(60_100_001),
                        OptionalLong.of(61_200_000),
                        OptionalLong.of(61_200_000),
                        OptionalLong.of(79_200_000),
                        79_900_000),
                new Response(true, 4, Histogram.of(6_000_000, 6_000_000, 6_000_000), tokens),
                new Outcome.Completed("stop"));
    }

    static RequestEvent failed(int number, long endEpochMillis, Outcome.Failed outcome) {
        return event(number, endEpochMillis, neverSent(1_000_000), Response.nothing(true), outcome);
    }

    static RequestEvent neverSent(int number, long endEpochMillis, Outcome outcome) {
        return event(number, endEpochMillis, neverSent(0), Response.nothing(false), outcome);
    }

    private static Stamps neverSent(long afterNanos) {
        return new Stamps(
                5,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                5 + afterNanos);
    }

    private static RequestEvent event(
            int number, long endEpochMillis, Stamps stamps, Response response, Outcome outcome) {
        return new RequestEvent(
                new Origin("producer-1", SampleRuns.START, number + 1L),
                SampleRuns.series(),
                Attempt.first("r-" + number),
                endEpochMillis,
                stamps,
                response,
                outcome,
                Surroundings.unknown("not configured"));
    }
}
