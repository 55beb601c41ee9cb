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

    private static final double TOKENS = 1_000;

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

    /** Cost of 1,000 output tokens that streamed in, in the currency of the stated price. */
    public OptionalDouble costPer1kTokens() {
        long tokens = summary.tokens().streamedOutput();
        return tokens <= 0
                ? OptionalDouble.empty()
                : summary.circumstances()
                        .filter(around -> around.costBillionths().isPresent())
                        .map(around -> OptionalDouble.of(around.costBillionths().getAsLong() / 1e9 / tokens * TOKENS))
                        .orElse(OptionalDouble.empty());
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
