package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.Optional;

/**
 * Token counts of one request; empty where nobody counted.
 *
 * @param prompt with what came from a cache
 * @param output with reasoning; this is the count that is reckoned with
 * @param reasoning the part of the output that is reasoning
 * @param cached the part of the prompt that came from a cache
 * @param otherOutput the output as another source counted it, for comparison only; never without {@code output}
 * @param speculation what speculative decoding did; empty where the server does not say
 * @param refused why counts that the server told are not among these, one line; empty when it told none or all were believed
 */
public record Tokens(
        Optional<TokenCount> prompt,
        Optional<TokenCount> output,
        Optional<TokenCount> reasoning,
        Optional<TokenCount> cached,
        Optional<TokenCount> otherOutput,
        Optional<Speculation> speculation,
        Optional<String> refused) {

    private static final Tokens UNKNOWN =
            new Tokens(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public Tokens {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(reasoning, "reasoning");
        Objects.requireNonNull(cached, "cached");
        Objects.requireNonNull(otherOutput, "otherOutput");
        Objects.requireNonNull(speculation, "speculation");
        Objects.requireNonNull(refused, "refused");
        if (otherOutput.isPresent() && output.map(TokenCount::source).equals(otherOutput.map(TokenCount::source))) {
            throw new IllegalArgumentException(
                    "the output was counted twice by " + otherOutput.get().source());
        }
        if (otherOutput.isPresent() && output.isEmpty()) {
            throw new IllegalArgumentException("another count of the output, but no first one");
        }
    }

    /** Counts of which the output was counted once, or not at all. */
    public Tokens(
            Optional<TokenCount> prompt,
            Optional<TokenCount> output,
            Optional<TokenCount> reasoning,
            Optional<TokenCount> cached) {
        this(prompt, output, reasoning, cached, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Nobody counted anything. */
    public static Tokens unknown() {
        return UNKNOWN;
    }
}
