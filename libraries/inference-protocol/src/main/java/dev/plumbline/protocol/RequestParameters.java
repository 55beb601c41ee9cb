package dev.plumbline.protocol;

import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What every request of a run asks for, beside its prompt.
 *
 * @param model as the server knows it; may be empty for {@link EndpointType#GENERIC} only
 * @param streaming asks for the answer as it comes, with token counts
 * @param maxTokens longest answer, in tokens, 1 or more, where an {@link Ask} does not say it
 * @param generation how answers are drawn and where they end
 */
public record RequestParameters(String model, boolean streaming, int maxTokens, Generation generation) {

    public RequestParameters {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(generation, "generation");
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens " + maxTokens);
        }
    }

    /**
     * Parameters without further wishes.
     *
     * @param temperature 0 or more; 0 asks for the most likely token every time
     * @param samplingSeed sent where the API has a field for it
     */
    public RequestParameters(
            String model, boolean streaming, int maxTokens, double temperature, OptionalLong samplingSeed) {
        this(
                model,
                streaming,
                maxTokens,
                new Generation(
                        new Generation.Sampling(OptionalDouble.of(temperature), OptionalDouble.empty(), samplingSeed),
                        Generation.Ending.BY_SERVER,
                        JsonFields.NONE));
    }

    /** Parameters that leave the sampling to the server's own seed. */
    public static RequestParameters of(String model, boolean streaming, int maxTokens, double temperature) {
        return new RequestParameters(model, streaming, maxTokens, temperature, OptionalLong.empty());
    }
}
