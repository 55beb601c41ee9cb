package dev.plumbline.contract.window;

import dev.plumbline.contract.distribution.Sums;
import java.util.Optional;

/**
 * Tokens of a window. Prompt, output, reasoning and cached belong to the requests that completed in it;
 * {@code streamedOutput} is what streamed in during the window, whenever its requests end, and is the one for throughput.
 *
 * @param origins empty where nothing of it is known
 */
public record TokenTotals(
        long prompt, long output, long reasoning, long cached, long streamedOutput, Optional<TokenOrigins> origins) {

    private static final TokenTotals NONE = new TokenTotals(0, 0, 0, 0, 0);

    /** Tokens of which nothing but their numbers is known. */
    public TokenTotals(long prompt, long output, long reasoning, long cached, long streamedOutput) {
        this(prompt, output, reasoning, cached, streamedOutput, Optional.empty());
    }

    /** No token. */
    public static TokenTotals none() {
        return NONE;
    }

    /** Both sets of tokens. */
    public TokenTotals plus(TokenTotals other) {
        return new TokenTotals(
                prompt + other.prompt,
                output + other.output,
                reasoning + other.reasoning,
                cached + other.cached,
                streamedOutput + other.streamedOutput,
                Sums.of(origins, other.origins, TokenOrigins::plus));
    }
}
