package dev.plumbline.cli.run;

import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What tokens cost, in whatever currency the user counts.
 *
 * @param per1kInput price of 1,000 prompt tokens; empty = they cost nothing
 * @param per1kOutput price of 1,000 output tokens; empty = they cost nothing
 */
record Prices(OptionalDouble per1kInput, OptionalDouble per1kOutput) {

    static Prices of(SpendOptions spend) {
        return new Prices(optional(spend.pricePer1kInput), optional(spend.pricePer1kOutput));
    }

    private static OptionalDouble optional(@Nullable Double price) {
        return price == null ? OptionalDouble.empty() : OptionalDouble.of(price);
    }

    /** Whether one of them was stated. */
    boolean areStated() {
        return per1kInput.isPresent() || per1kOutput.isPresent();
    }

    /** Cost of a request; tokens that nobody counted cost nothing. */
    double cost(Tokens tokens) {
        return cost(per1kInput, tokens.prompt()) + cost(per1kOutput, tokens.output());
    }

    private static double cost(OptionalDouble per1k, Optional<TokenCount> tokens) {
        return per1k.isEmpty()
                ? 0
                : tokens.map(count -> count.count() * per1k.getAsDouble() / 1_000)
                        .orElse(0.0);
    }
}
