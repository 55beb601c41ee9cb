package dev.plumbline.protocol;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Token counts of one answer as the server reports them; empty where it says nothing, or nothing that can be true.
 *
 * @param prompt with what came from a cache, 1 or more
 * @param output with reasoning
 * @param refused why counts that the server told are not here, one line; empty when all are that it told
 */
public record Usage(
        OptionalLong prompt,
        OptionalLong output,
        OptionalLong reasoning,
        OptionalLong cached,
        Optional<String> refused) {

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
        Objects.requireNonNull(refused, "refused");
    }

    /** Counts of which none was refused. */
    public Usage(OptionalLong prompt, OptionalLong output, OptionalLong reasoning, OptionalLong cached) {
        this(prompt, output, reasoning, cached, Optional.empty());
    }

    /**
     * Counts that a server told together, less those that contradict each other. No prompt has 0 tokens: who says so does not
     * count. Reasoning that stands beside the output, as the sum shows, is added to it.
     *
     * @param total of prompt and output; empty or 0 where it is not told
     */
    static Usage told(
            OptionalLong prompt, OptionalLong output, OptionalLong reasoning, OptionalLong cached, OptionalLong total) {
        OptionalLong counted = positive(prompt);
        OptionalLong sum = positive(total);
        OptionalLong all = output;
        if (output.isPresent() && reasoning.isPresent() && reasoning.getAsLong() > 0) {
            long beside = output.getAsLong() + reasoning.getAsLong();
            if (counted.isPresent() && sum.isPresent() && counted.getAsLong() + beside == sum.getAsLong()) {
                all = believed(beside);
            } else if (reasoning.getAsLong() > output.getAsLong()) {
                return new Usage(
                        counted,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        atMost(cached, counted),
                        Optional.of(reasoning.getAsLong() + " reasoning tokens among " + output.getAsLong()
                                + " output tokens"));
            }
        }
        if (counted.isPresent()
                && all.isPresent()
                && sum.isPresent()
                && counted.getAsLong() + all.getAsLong() != sum.getAsLong()) {
            return new Usage(
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Optional.of(counted.getAsLong() + " prompt and " + all.getAsLong() + " output tokens are not "
                            + sum.getAsLong() + " in all"));
        }
        return new Usage(counted, all, reasoning, atMost(cached, counted));
    }

    private static OptionalLong positive(OptionalLong count) {
        return count.orElse(0) > 0 ? count : OptionalLong.empty();
    }

    private static OptionalLong atMost(OptionalLong part, OptionalLong whole) {
        return part.isPresent() && whole.isPresent() && part.getAsLong() > whole.getAsLong()
                ? OptionalLong.empty()
                : part;
    }

    /** These counts where they are there, and the earlier ones elsewhere: some servers tell them in parts. */
    public Usage fallingBackTo(Usage earlier) {
        return new Usage(
                prompt.isPresent() ? prompt : earlier.prompt,
                output.isPresent() ? output : earlier.output,
                reasoning.isPresent() ? reasoning : earlier.reasoning,
                cached.isPresent() ? cached : earlier.cached,
                refused.isPresent() || output.isPresent() ? refused : earlier.refused);
    }

    /**
     * These counts without an output that cannot be true beside what was seen of it.
     *
     * @param contentChunks chunks with content, 0 or more
     */
    public Usage beside(long contentChunks) {
        if (contentChunks == 0 || output.isEmpty() || output.getAsLong() > 0) {
            return this;
        }
        return new Usage(
                prompt,
                OptionalLong.empty(),
                OptionalLong.empty(),
                cached,
                Optional.of("0 output tokens beside " + contentChunks + (contentChunks == 1 ? " chunk" : " chunks")
                        + " with content"));
    }
}
