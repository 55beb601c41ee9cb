package dev.plumbline.producer.limits;

import dev.plumbline.producer.settings.Allowed;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How much may be sent to the target in all, warm-up and retries included. Empty = no such limit.
 *
 * @param requests most requests, 1 or more
 * @param tokens most tokens, prompt and output together, 1 or more
 * @param cost most money, in the currency of the prices, above 0; not without a price
 * @param pricePerPromptToken what a prompt token costs, 0 to 1,000
 * @param pricePerOutputToken what an output token costs, 0 to 1,000
 */
public record SpendLimits(
        OptionalLong requests,
        OptionalLong tokens,
        OptionalDouble cost,
        double pricePerPromptToken,
        double pricePerOutputToken) {

    private static final double MOST_PER_TOKEN = 1_000;

    public SpendLimits {
        Objects.requireNonNull(requests, "requests");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(cost, "cost");
        requests.ifPresent(most -> Allowed.number("max-requests", most, 1, Long.MAX_VALUE));
        tokens.ifPresent(most -> Allowed.number("max-tokens-total", most, 1, Long.MAX_VALUE));
        cost.ifPresent(most -> Allowed.require(most > 0 && Double.isFinite(most), "max-cost", most, "above 0"));
        requirePrice("price-per-1k-prompt-tokens", pricePerPromptToken);
        requirePrice("price-per-1k-output-tokens", pricePerOutputToken);
        if (cost.isPresent() && pricePerPromptToken + pricePerOutputToken == 0) {
            throw new IllegalArgumentException("max-cost needs a price beside it: price-per-1k-prompt-tokens or"
                    + " price-per-1k-output-tokens, for example 0.03");
        }
    }

    private static void requirePrice(String name, double ofToken) {
        Allowed.require(
                ofToken >= 0 && ofToken <= MOST_PER_TOKEN,
                name,
                1_000 * ofToken,
                "0 to " + Math.round(1_000 * MOST_PER_TOKEN));
    }

    /** No limit at all. */
    public static SpendLimits none() {
        return new SpendLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.empty(), 0, 0);
    }
}
