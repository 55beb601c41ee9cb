package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.Optional;

/** Token counts of one request; empty where nobody counted. {@code output} includes reasoning, {@code prompt} includes cached. */
public record Tokens(
        Optional<TokenCount> prompt,
        Optional<TokenCount> output,
        Optional<TokenCount> reasoning,
        Optional<TokenCount> cached) {

    private static final Tokens UNKNOWN =
            new Tokens(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public Tokens {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(reasoning, "reasoning");
        Objects.requireNonNull(cached, "cached");
    }

    /** Nobody counted anything. */
    public static Tokens unknown() {
        return UNKNOWN;
    }
}
