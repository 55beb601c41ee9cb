package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a good request meets, stated with the load so that every reader counts the same requests as good. Limits are
 * inclusive, in nanoseconds; at least one is stated.
 */
public record Slo(
        OptionalLong ttftNanos,
        OptionalLong ttfaNanos,
        OptionalLong tpotNanos,
        OptionalLong e2eNanos,
        OptionalLong responseNanos) {

    public Slo {
        Objects.requireNonNull(ttftNanos, "ttftNanos");
        Objects.requireNonNull(ttfaNanos, "ttfaNanos");
        Objects.requireNonNull(tpotNanos, "tpotNanos");
        Objects.requireNonNull(e2eNanos, "e2eNanos");
        Objects.requireNonNull(responseNanos, "responseNanos");
        boolean isStated = isStated("ttft", ttftNanos)
                | isStated("ttfa", ttfaNanos)
                | isStated("tpot", tpotNanos)
                | isStated("e2e", e2eNanos)
                | isStated("response", responseNanos);
        if (!isStated) {
            throw new IllegalArgumentException("an SLO without a limit");
        }
    }

    private static boolean isStated(String name, OptionalLong limitNanos) {
        if (limitNanos.orElse(1) < 1) {
            throw new IllegalArgumentException(
                    name + " = " + limitNanos.getAsLong() + " ns can be met by nothing, expected 1 ns or more");
        }
        return limitNanos.isPresent();
    }

    /**
     * Whether a request is good: it completed, no check of it failed, and it met every limit. A latency that is limited and does
     * not exist is not good.
     */
    public boolean isMetBy(RequestEvent event) {
        return event.outcome() instanceof Outcome.Completed
                && event.response().checks().map(Checks::haveAllPassed).orElse(true)
                && isWithin(ttftNanos, event.ttftNanos())
                && isWithin(ttfaNanos, event.ttfaNanos())
                && isWithin(tpotNanos, event.tpotNanos())
                && isWithin(e2eNanos, event.e2eNanos())
                && isWithin(responseNanos, event.responseNanos());
    }

    private static boolean isWithin(OptionalLong limit, OptionalLong value) {
        return limit.isEmpty() || (value.isPresent() && value.getAsLong() <= limit.getAsLong());
    }
}
