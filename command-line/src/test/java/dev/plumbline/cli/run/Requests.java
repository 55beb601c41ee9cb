package dev.plumbline.cli.run;

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
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.Optional;
import java.util.OptionalLong;

/** Request events for tests. */
final class Requests {

    static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    private static final long MILLI = 1_000_000;
    private static final long OUTPUT_TOKENS = 11;

    private Requests() {}

    /** Completed, eleven tokens, the first after {@code ttftMillis}, each later one after {@code tpotMillis} more. */
    static RequestEvent streamed(long endEpochMillis, long ttftMillis, long tpotMillis) {
        long last = (ttftMillis + (OUTPUT_TOKENS - 1) * tpotMillis) * MILLI;
        return event(
                endEpochMillis,
                new Stamps(
                        0,
                        OptionalLong.of(0),
                        OptionalLong.of(0),
                        OptionalLong.of(0),
                        OptionalLong.of(0),
                        OptionalLong.of(ttftMillis * MILLI),
                        OptionalLong.of(ttftMillis * MILLI),
                        OptionalLong.of(last),
                        last),
                true);
    }

    /** Completed in one piece. */
    static RequestEvent whole(long endEpochMillis, long e2eMillis) {
        long last = e2eMillis * MILLI;
        return event(
                endEpochMillis,
                new Stamps(
                        0,
                        OptionalLong.of(0),
                        OptionalLong.of(0),
                        OptionalLong.of(last),
                        OptionalLong.of(last),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(last),
                        last),
                false);
    }

    static RequestEvent with(RequestEvent event, Outcome outcome) {
        return new RequestEvent(
                event.origin(),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                event.response(),
                outcome,
                event.surroundings());
    }

    /** The same request, of a server that counted no tokens, or none that can be true. */
    static RequestEvent countedInChunks(RequestEvent event, Optional<String> refused) {
        return new RequestEvent(
                event.origin(),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                new Response(
                        event.response().streamed(),
                        event.response().contentChunks(),
                        event.response().chunkGaps(),
                        new Tokens(
                                Optional.empty(),
                                Optional.of(new TokenCount(OUTPUT_TOKENS, TokenSource.CHUNKS)),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                refused)),
                event.outcome(),
                event.surroundings());
    }

    private static RequestEvent event(long endEpochMillis, Stamps stamps, boolean streamed) {
        Optional<TokenCount> output = Optional.of(new TokenCount(OUTPUT_TOKENS, TokenSource.SERVER_USAGE));
        return new RequestEvent(
                new Origin("p", 1, 1),
                SERIES,
                Attempt.first("r"),
                endEpochMillis,
                stamps,
                new Response(
                        streamed,
                        streamed ? OUTPUT_TOKENS : 1,
                        Histogram.empty(),
                        new Tokens(Optional.empty(), output, Optional.empty(), Optional.empty())),
                new Outcome.Completed("stop"),
                Surroundings.unknown("not sampled"));
    }
}
