package dev.plumbline.protocol;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Token counts of one answer as the server reports them; empty where it says nothing, or nothing that can be true.
 *
 * @param prompt with what came from a cache
 * @param output with reasoning
 */
public record Usage(OptionalLong prompt, OptionalLong output, OptionalLong reasoning, OptionalLong cached) {

    /** Largest count that is believed, in tokens; no model has a context of that length. */
    public static final long MAX_TOKENS = 100_000_000;

    /** The server says nothing. */
    public static final Usage NOTHING =
            new Usage(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    /** A count as it may be believed: empty below 0 and above {@link #MAX_TOKENS}. */
    static OptionalLong believed(long count) {
        return count >= 0 && count <= MAX_TOKENS ? OptionalLong.of(count) : OptionalLong.empty();
    }

    public Usage {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(reasoning, "reasoning");
        Objects.requireNonNull(cached, "cached");
    }

    /** These counts where they are there, and the earlier ones elsewhere: some servers tell them in parts. */
    public Usage fallingBackTo(Usage earlier) {
        return new Usage(
                prompt.isPresent() ? prompt : earlier.prompt,
                output.isPresent() ? output : earlier.output,
                reasoning.isPresent() ? reasoning : earlier.reasoning,
                cached.isPresent() ? cached : earlier.cached);
    }
}
