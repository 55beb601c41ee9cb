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
 * @param untold what may still be added to it
 */
public record EndedRequest(
        Series series,
        Attempt attempt,
        long endEpochMillis,
        Stamps stamps,
        Response response,
        Outcome outcome,
        Surroundings surroundings,
        Untold untold) {

    public EndedRequest {
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(stamps, "stamps");
        Objects.requireNonNull(response, "response");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(surroundings, "surroundings");
        Objects.requireNonNull(untold, "untold");
    }

    /**
     * What is known of a request only when it is told.
     *
     * @param countable what a tokenizer may still count; empty when none is to
     * @param twins of both halves of a pair the same; empty where there is no pair
     */
    public record Untold(Optional<Countable> countable, Optional<Twins> twins) {
        /** Nothing more becomes known. */
        public static final Untold NOTHING = new Untold(Optional.empty(), Optional.empty());

        public Untold {
            Objects.requireNonNull(countable, "countable");
            Objects.requireNonNull(twins, "twins");
        }
    }

    /** What a tokenizer may still count; empty when none is to. */
    public Optional<Countable> countable() {
        return untold.countable();
    }

    /** The records, their stamps, counts and optional values, at their largest. */
    private static final long OWN_BYTES = 1_200;

    private static final long MAP_ENTRY_BYTES = 128;
    private static final long TWINS_BYTES = 256;

    /**
     * About how many bytes it keeps from being collected, and rather more than less; what all requests share is left out. Cheap,
     * and the same each time.
     */
    public long retainedBytes() {
        long words = outcome instanceof Outcome.Failed failed
                ? failed.detail().map(String::length).orElse(0)
                : 0;
        return OWN_BYTES
                + response.chunkGaps().heapBytes()
                + MAP_ENTRY_BYTES * surroundings.serverNanos().size()
                + (untold.twins().isPresent() ? TWINS_BYTES : 0)
                // Two bytes for a character that is not Latin.
                + 2L * (attempt.requestId().length() + words)
                + 2L * countable().map(Countable::characters).orElse(0);
    }

    /** This after a tokenizer has counted, or could not; its texts are let go. */
    public EndedRequest counted(TokenSource source, OptionalLong promptTokens, OptionalLong outputTokens) {
        Tokens tokens = countable()
                .map(texts -> texts.counted(response.tokens(), source, promptTokens, outputTokens))
                .orElse(response.tokens());
        return new EndedRequest(
                series,
                attempt,
                endEpochMillis,
                stamps,
                response.with(tokens),
                outcome,
                surroundings,
                new Untold(Optional.empty(), untold.twins()));
    }

    /** This with the largest lateness of the event loop that read its answer. */
    public EndedRequest read(long generatorDelayNanos) {
        return new EndedRequest(
                series,
                attempt,
                endEpochMillis,
                stamps,
                response,
                outcome,
                new Surroundings(
                        surroundings.serverNanos(),
                        surroundings.gpu(),
                        surroundings.engine(),
                        OptionalLong.of(generatorDelayNanos)),
                untold);
    }

    /** The event, once its place in the order of its partition is known. Of the halves of a pair the second to be told has both. */
    public RequestEvent numbered(Origin origin) {
        RequestEvent event =
                new RequestEvent(origin, series, attempt, endEpochMillis, stamps, response, outcome, surroundings);
        return untold.twins().map(twins -> twins.told(event)).orElse(event);
    }
}
