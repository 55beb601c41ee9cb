package dev.plumbline.contract.event;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * One attempt of one request, from due to its end, with everything that was seen of it. Derived numbers are views.
 *
 * @param endEpochMillis wall clock at the end (completion, failure, or the decision to drop); places it in a window
 */
public record RequestEvent(
        Origin origin,
        Series series,
        Attempt attempt,
        long endEpochMillis,
        Stamps stamps,
        Response response,
        Outcome outcome,
        Surroundings surroundings)
        implements Event {

    public RequestEvent {
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(stamps, "stamps");
        Objects.requireNonNull(response, "response");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(surroundings, "surroundings");
        if (endEpochMillis < 0) {
            throw new IllegalArgumentException("endEpochMillis " + endEpochMillis + " is negative");
        }
    }

    /** The same event with the samples that were nearest to it; what the server told stays. */
    public RequestEvent sampled(Surroundings.NearestSamples gpu, Surroundings.NearestSamples engine) {
        return new RequestEvent(
                origin,
                series,
                attempt,
                endEpochMillis,
                stamps,
                response,
                outcome,
                new Surroundings(surroundings.serverNanos(), gpu, engine, surroundings.generatorDelayNanos()));
    }

    @Override
    public ComparisonGroup group() {
        return series.group();
    }

    @Override
    public long eventTimeEpochMillis() {
        return endEpochMillis;
    }

    /** Time to first token: first content - sent. Empty when not streamed or when no content came. */
    public OptionalLong ttftNanos() {
        return response.streamed()
                ? Stamps.between(stamps.sentNanos(), stamps.firstContentNanos())
                : OptionalLong.empty();
    }

    /** Time to first answer: first non-reasoning content - sent. Empty when not streamed. */
    public OptionalLong ttfaNanos() {
        return response.streamed()
                ? Stamps.between(stamps.sentNanos(), stamps.firstAnswerNanos())
                : OptionalLong.empty();
    }

    /**
     * Time per output token after the first: (last content - first content) / (output tokens - 1), rounded half up. Of several
     * answers both are added up over them, so it is what a reader of one of them waits. Empty when not streamed, or without
     * more tokens than answers.
     */
    public OptionalLong tpotNanos() {
        long tokens = response.tokens().output().map(TokenCount::count).orElse(0L);
        int answers = response.choices().map(Choices::count).orElse(1);
        OptionalLong decode = Stamps.between(stamps.firstContentNanos(), stamps.lastContentNanos());
        if (!response.streamed() || tokens <= answers || decode.isEmpty()) {
            return OptionalLong.empty();
        }
        long inAll = response.choices().map(Choices::decodeNanos).orElse(decode.getAsLong());
        return OptionalLong.of(Math.round((double) inAll / (tokens - answers)));
    }

    /** End-to-end latency: last content - sent. */
    public OptionalLong e2eNanos() {
        return Stamps.between(stamps.sentNanos(), stamps.lastContentNanos());
    }

    /** Latency without coordinated omission: last content - due. */
    public OptionalLong responseNanos() {
        return Stamps.between(OptionalLong.of(stamps.dueNanos()), stamps.lastContentNanos());
    }

    /** The generator's own lateness: taken - due. */
    public OptionalLong dispatchLagNanos() {
        return Stamps.between(OptionalLong.of(stamps.dueNanos()), stamps.takenNanos());
    }

    /** Waiting for a slot under a concurrency cap and for a connection: sent - taken. */
    public OptionalLong gateWaitNanos() {
        return Stamps.between(stamps.takenNanos(), stamps.sentNanos());
    }

    /** Time until a failed request was known to have failed: end - sent, or end - due when it was never sent. */
    public OptionalLong timeToFailureNanos() {
        if (!(outcome instanceof Outcome.Failed)) {
            return OptionalLong.empty();
        }
        long from = stamps.sentNanos().orElse(stamps.dueNanos());
        return OptionalLong.of(stamps.endNanos() - from);
    }
}
