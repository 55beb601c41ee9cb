package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.Series;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request event that has no sequence yet: that is given when its partition is known.
 *
 * @param countable what a tokenizer may still count; empty when none is to
 */
public record EndedRequest(
        Series series,
        Attempt attempt,
        long endEpochMillis,
        Stamps stamps,
        Response response,
        Outcome outcome,
        Surroundings surroundings,
        Optional<Countable> countable) {

    public EndedRequest {
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(stamps, "stamps");
        Objects.requireNonNull(response, "response");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(surroundings, "surroundings");
        Objects.requireNonNull(countable, "countable");
    }

    /** This after a tokenizer has counted, or could not; its texts are let go. */
    public EndedRequest counted(TokenSource source, OptionalLong promptTokens, OptionalLong outputTokens) {
        Tokens tokens = countable
                .map(texts -> texts.counted(response.tokens(), source, promptTokens, outputTokens))
                .orElse(response.tokens());
        Response counted = new Response(response.streamed(), response.contentChunks(), response.chunkGaps(), tokens);
        return new EndedRequest(
                series, attempt, endEpochMillis, stamps, counted, outcome, surroundings, Optional.empty());
    }

    /** The event, once its place in the order of its partition is known. */
    public RequestEvent numbered(Origin origin) {
        return new RequestEvent(origin, series, attempt, endEpochMillis, stamps, response, outcome, surroundings);
    }
}
