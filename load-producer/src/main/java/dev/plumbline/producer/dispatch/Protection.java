package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.producer.recorder.EndedRequest;
import java.util.Optional;

/** What is asked before a request is sent and hears when it ended; shared by all event loops of a run. */
public record Protection(SpendGuard spend, CircuitBreaker breaker) {

    /** Nothing is limited and nothing is left alone. */
    public static Protection none() {
        return new Protection(
                new SpendGuard(SpendLimits.none(), 1, 1), new CircuitBreaker(new BreakerSettings(2, 1, 1)));
    }

    void ended(EndedRequest request, long nowNanos) {
        Tokens tokens = request.response().tokens();
        spend.ended(count(tokens.prompt()), count(tokens.output()));
        switch (request.outcome()) {
            case Outcome.Completed unused -> breaker.succeeded();
            case Outcome.Failed unused -> breaker.failed(nowNanos);
            case Outcome.Cancelled unused -> breaker.cancelled();
            case Outcome.Dropped unused -> breaker.cancelled();
        }
    }

    private static long count(Optional<TokenCount> tokens) {
        return tokens.map(TokenCount::count).orElse(0L);
    }
}
