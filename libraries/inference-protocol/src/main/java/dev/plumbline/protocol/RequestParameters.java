package dev.plumbline.protocol;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What every request of a run asks for, beside its prompt.
 *
 * @param model as the server knows it; may be empty for {@link EndpointType#GENERIC} only
 * @param streaming asks for the answer as it comes, with token counts
 * @param maxTokens longest answer, in tokens, 1 or more, where an {@link Ask} does not say it
 * @param temperature 0 or more; 0 asks for the most likely token every time
 * @param samplingSeed sent where the API has a field for it
 */
public record RequestParameters(
        String model, boolean streaming, int maxTokens, double temperature, OptionalLong samplingSeed) {

    public RequestParameters {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(samplingSeed, "samplingSeed");
        if (maxTokens < 1 || !(temperature >= 0)) {
            throw new IllegalArgumentException("max_tokens " + maxTokens + ", temperature " + temperature);
        }
    }

    /** Parameters that leave the sampling to the server's own seed. */
    public static RequestParameters of(String model, boolean streaming, int maxTokens, double temperature) {
        return new RequestParameters(model, streaming, maxTokens, temperature, OptionalLong.empty());
    }
}
