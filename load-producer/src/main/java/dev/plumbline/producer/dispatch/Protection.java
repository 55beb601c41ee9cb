package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.producer.recorder.EndedRequest;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What is asked before a request is sent and hears when it ended; shared by all event loops of a run.
 *
 * @param breakers one for each target that is driven, by the variant that it serves, so that one that fails is left alone and no
 *     other
 */
public record Protection(SpendGuard spend, Map<String, CircuitBreaker> breakers) {

    private static final String ANY_VARIANT = "";

    public Protection {
        Objects.requireNonNull(spend, "spend");
        breakers = Map.copyOf(breakers);
        if (breakers.isEmpty()) {
            throw new IllegalArgumentException("no circuit breaker");
        }
    }

    /** Of one target, whatever its variant is called. */
    public Protection(SpendGuard spend, CircuitBreaker breaker) {
        this(spend, Map.of(ANY_VARIANT, breaker));
    }

    /** Nothing is limited and nothing is left alone. */
    public static Protection none() {
        return new Protection(new SpendGuard(SpendLimits.none()), new CircuitBreaker(new BreakerSettings(2, 1, 1)));
    }

    /** That of the target of a lane. */
    public CircuitBreaker breaker(Lane lane) {
        return Optional.ofNullable(breakers.get(lane.variant()))
                .or(() -> Optional.ofNullable(breakers.get(ANY_VARIANT)))
                .orElseThrow(() -> new IllegalArgumentException("no circuit breaker of " + lane.variant()));
    }

    /** Whether a request to somebody else than these would be let pass now. */
    boolean mayAnyPassBut(Collection<CircuitBreaker> refused, long nowNanos) {
        return breakers.values().stream()
                .anyMatch(breaker -> !refused.contains(breaker) && breaker.wouldAdmit(nowNanos));
    }

    /** Since when every target has been left alone; empty while one of them is not. */
    public OptionalLong leftAloneSinceNanos() {
        long since = Long.MIN_VALUE;
        for (CircuitBreaker breaker : breakers.values()) {
            OptionalLong open = breaker.openSinceNanos();
            if (open.isEmpty()) {
                return open;
            }
            since = Math.max(since, open.getAsLong());
        }
        return OptionalLong.of(since);
    }

    /** A request that was booked and let pass has ended. */
    void ended(Prepared asked, EndedRequest request, CircuitBreaker.Permit permit, long nowNanos) {
        settle(asked.worst(), request);
        CircuitBreaker breaker = breaker(asked.lane());
        switch (request.outcome()) {
            case Outcome.Completed unused -> breaker.succeeded(permit);
            case Outcome.Failed unused -> breaker.failed(permit, nowNanos);
            case Outcome.Cancelled unused -> breaker.cancelled(permit);
            case Outcome.Dropped unused -> breaker.cancelled(permit);
        }
    }

    /** What a request cost, in billionths of the currency of the stated prices; empty where none was stated. */
    OptionalLong costBillionths(EndedRequest request) {
        if (!spend.isPriced()) {
            return OptionalLong.empty();
        }
        if (request.stamps().sentNanos().isEmpty() || wasRefused(request)) {
            return OptionalLong.of(0);
        }
        Tokens tokens = request.response().tokens();
        return OptionalLong.of(Math.round(1e9
                * spend.costOf(
                        tokens.prompt().map(TokenCount::count).orElse(0L),
                        Math.max(
                                request.response().contentChunks(),
                                tokens.output().map(TokenCount::count).orElse(0L)))));
    }

    private void settle(SpendGuard.Worst worst, EndedRequest request) {
        if (request.stamps().sentNanos().isEmpty() || wasRefused(request)) {
            spend.cameToNothing(worst);
            return;
        }
        Tokens tokens = request.response().tokens();
        spend.ended(
                worst,
                tokens.prompt().map(TokenCount::count).map(OptionalLong::of).orElseGet(OptionalLong::empty),
                request.outcome() instanceof Outcome.Completed ? byServer(tokens) : OptionalLong.empty(),
                Math.max(
                        request.response().contentChunks(),
                        tokens.output().map(TokenCount::count).orElse(0L)));
    }

    /** What a server refuses it does not work on. */
    private static boolean wasRefused(EndedRequest request) {
        return request.response().contentChunks() == 0
                && request.outcome() instanceof Outcome.Failed failed
                && (failed.kind() == FailureKind.REJECTED || failed.kind() == FailureKind.HTTP_4XX);
    }

    /** The count of who bills. A chunk may be several tokens, and a tokenizer here does not see what the server hides. */
    private static OptionalLong byServer(Tokens tokens) {
        return Stream.of(tokens.output(), tokens.otherOutput())
                .flatMap(Optional::stream)
                .filter(count ->
                        count.source() == TokenSource.SERVER_USAGE || count.source() == TokenSource.SERVER_TIMINGS)
                .mapToLong(TokenCount::count)
                .findFirst();
    }
}
