package dev.plumbline.producer.limits;

import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How much may be sent to the target in all, warm-up and retries included. Empty = no such limit.
 *
 * @param requests most requests
 * @param tokens most tokens, prompt and output together
 * @param cost most money, in the currency of the prices
 * @param pricePerPromptToken what a prompt token costs, 0 or more
 * @param pricePerOutputToken what an output token costs, 0 or more
 */
public record SpendLimits(
        OptionalLong requests,
        OptionalLong tokens,
        OptionalDouble cost,
        double pricePerPromptToken,
        double pricePerOutputToken) {

    public SpendLimits {
        Objects.requireNonNull(requests, "requests");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(cost, "cost");
        if (!(pricePerPromptToken >= 0 && pricePerOutputToken >= 0)) {
            throw new IllegalArgumentException("prices " + pricePerPromptToken + " and " + pricePerOutputToken);
        }
    }

    /** No limit at all. */
    public static SpendLimits none() {
        return new SpendLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty(), 0, 0);
    }
}
