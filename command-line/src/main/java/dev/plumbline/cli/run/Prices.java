package dev.plumbline.cli.run;

import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What tokens or the time of GPUs cost, in whatever currency the user counts.
 *
 * @param per1kInput price of 1,000 prompt tokens; empty = they cost nothing
 * @param per1kOutput price of 1,000 output tokens; empty = they cost nothing
 * @param gpusPerHour price of an hour of all GPUs of the target; empty = they cost nothing
 */
record Prices(OptionalDouble per1kInput, OptionalDouble per1kOutput, OptionalDouble gpusPerHour) {

    private static final double HOUR_SECONDS = 3_600;

    /** @param conditions of the run, which may say how many GPUs there are; else it is one */
    static Prices of(SpendOptions spend, Map<String, String> conditions) {
        return new Prices(
                optional(spend.pricePer1kInput),
                optional(spend.pricePer1kOutput),
                spend.pricePerGpuHour == null
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(spend.pricePerGpuHour * gpus(spend, conditions)));
    }

    private static OptionalDouble optional(@Nullable Double price) {
        return price == null ? OptionalDouble.empty() : OptionalDouble.of(price);
    }

    private static long gpus(SpendOptions spend, Map<String, String> conditions) {
        if (spend.gpus != null) {
            return spend.gpus;
        }
        String found = conditions.getOrDefault("gpuCount", "");
        return found.matches("[1-9][0-9]{0,3}") ? Long.parseLong(found) : 1;
    }

    /**
     * What a span cost at the stated prices.
     *
     * @param ofTokens what its tokens cost
     * @param seconds of the GPUs; 0 where they are told elsewhere
     * @return empty where no price was stated of what is told
     */
    OptionalDouble cost(double ofTokens, double seconds) {
        if (gpusPerHour.isPresent()) {
            return seconds > 0
                    ? OptionalDouble.of(gpusPerHour.getAsDouble() * seconds / HOUR_SECONDS)
                    : OptionalDouble.empty();
        }
        return per1kInput.isPresent() || per1kOutput.isPresent() ? OptionalDouble.of(ofTokens) : OptionalDouble.empty();
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
