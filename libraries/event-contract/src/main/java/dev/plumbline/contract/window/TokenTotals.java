package dev.plumbline.contract.window;

/**
 * Tokens of a window. Prompt, output, reasoning and cached belong to the requests that completed in it;
 * {@code streamedOutput} is what streamed in during the window, whenever its requests end, and is the one for throughput.
 */
public record TokenTotals(long prompt, long output, long reasoning, long cached, long streamedOutput) {

    private static final TokenTotals NONE = new TokenTotals(0, 0, 0, 0, 0);

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
                streamedOutput + other.streamedOutput);
    }
}
