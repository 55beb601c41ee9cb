package dev.plumbline.contract.window;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.FailureKind;
import java.util.OptionalDouble;

/**
 * What a window, or a span of them, says per second, per token and per joule. All of it are views of sums, so that the rate of
 * an hour is that of its windows' sums and never a mean of rates. What is not known is empty, never 0.
 *
 * @param summary of the whole span
 * @param seconds that the span covers, above 0
 */
public record WindowRates(WindowSummary summary, double seconds) {

    /** The gauge of {@link Circumstances} from which energy is reckoned: all GPUs of the target together. */
    public static final String POWER_GAUGE = "gpu_power_watts";

    /** The gauge of what an hour of all GPUs of the target costs, in the currency of the stated price. */
    public static final String GPU_PRICE_GAUGE = "gpu_price_per_hour";

    private static final double TOKENS = 1_000;
    private static final double HOUR_SECONDS = 3_600;

    public WindowRates {
        if (!(seconds > 0)) {
            throw new IllegalArgumentException("a span of " + seconds + " s");
        }
    }

    /** Requests that fell due, per second. */
    public double offered() {
        return summary.offered() / seconds;
    }

    /** Requests that completed, per second. */
    public double completed() {
        return summary.requests().completed() / seconds;
    }

    /** Requests that were due and not sent, per second. */
    public double dropped() {
        return summary.requests().dropped() / seconds;
    }

    /** Further tries of requests, per second. */
    public double retried() {
        return summary.requests().retried() / seconds;
    }

    /** Requests that the target refused to take, per second. */
    public double rejected() {
        return summary.requests().failed().getOrDefault(FailureKind.REJECTED, 0L) / seconds;
    }

    /** Requests that met what was stated with them, per second; empty where nothing was stated. */
    public OptionalDouble good() {
        return summary.grades()
                .flatMap(Grades::goodput)
                .map(goodput -> OptionalDouble.of(goodput.good() / seconds))
                .orElse(OptionalDouble.empty());
    }

    /** Output tokens that streamed in, per second. */
    public double streamedTokens() {
        return summary.tokens().streamedOutput() / seconds;
    }

    /** The share of the prompt tokens that came from a cache, of the requests that told it. */
    public OptionalDouble cachedShare() {
        return share(
                summary.tokens().cached(),
                summary.tokens()
                        .origins()
                        .map(TokenOrigins::promptWithKnownCache)
                        .orElse(0L));
    }

    /** The share of the drafted tokens that became output. */
    public OptionalDouble acceptance() {
        return summary.tokens()
                .origins()
                .map(origins -> share(origins.accepted(), origins.drafted()))
                .orElse(OptionalDouble.empty());
    }

    /**
     * What the span cost, in the currency of the stated price: its requests by the price of their tokens, or its time by that of the
     * GPUs, whether they were busy or not. Empty where no price was stated.
     */
    public OptionalDouble cost() {
        if (summary.circumstances().isEmpty()) {
            return OptionalDouble.empty();
        }
        Circumstances around = summary.circumstances().get();
        OptionalDouble perHour = around.mean(GPU_PRICE_GAUGE);
        return perHour.isEmpty() && around.costBillionths().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        around.costBillionths().orElse(0) / 1e9 + perHour.orElse(0) * seconds / HOUR_SECONDS);
    }

    /** Cost of 1,000 output tokens that streamed in, in the currency of the stated price. */
    public OptionalDouble costPer1kTokens() {
        long tokens = summary.tokens().streamedOutput();
        OptionalDouble cost = cost();
        return tokens <= 0 || cost.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(cost.getAsDouble() / tokens * TOKENS);
    }

    /** Energy of 1,000 output tokens that streamed in: mean power of all GPUs times the span. */
    public OptionalDouble joulesPer1kTokens() {
        long tokens = summary.tokens().streamedOutput();
        OptionalDouble watts =
                summary.circumstances().map(around -> around.mean(POWER_GAUGE)).orElse(OptionalDouble.empty());
        return tokens <= 0 || watts.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(watts.getAsDouble() * seconds / tokens * TOKENS);
    }

    private static OptionalDouble share(long part, long whole) {
        return whole <= 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }
}
