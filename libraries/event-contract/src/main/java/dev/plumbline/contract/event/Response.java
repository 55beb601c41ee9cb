package dev.plumbline.contract.event;

import dev.plumbline.contract.distribution.Histogram;
import java.util.Objects;
import java.util.Optional;

/**
 * What came back.
 *
 * @param streamed whether the answer came in chunks; decides whether TTFT, TTFA, ITL and TPOT exist at all
 * @param contentChunks chunks with non-empty content, reasoning, text or tool call
 * @param chunkGaps the gaps between those chunks of one answer, one fewer than chunks
 * @param tokens token counts and their sources
 * @param checks assertions about the answer; empty where none was to be looked at
 * @param choices of a request that asked for several answers; empty for one
 */
public record Response(
        boolean streamed,
        long contentChunks,
        Histogram chunkGaps,
        Tokens tokens,
        Optional<Checks> checks,
        Optional<Choices> choices) {

    public Response {
        Objects.requireNonNull(chunkGaps, "chunkGaps");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(checks, "checks");
        Objects.requireNonNull(choices, "choices");
        if (contentChunks < 0 || chunkGaps.count() > Math.max(0, contentChunks - 1)) {
            throw new IllegalArgumentException(contentChunks + " chunks with " + chunkGaps.count() + " gaps");
        }
    }

    /** One answer. */
    public Response(boolean streamed, long contentChunks, Histogram chunkGaps, Tokens tokens, Optional<Checks> checks) {
        this(streamed, contentChunks, chunkGaps, tokens, checks, Optional.empty());
    }

    /** One answer that was not to be checked. */
    public Response(boolean streamed, long contentChunks, Histogram chunkGaps, Tokens tokens) {
        this(streamed, contentChunks, chunkGaps, tokens, Optional.empty());
    }

    /** The same answer with other counts of its tokens. */
    public Response with(Tokens counted) {
        return new Response(streamed, contentChunks, chunkGaps, counted, checks, choices);
    }

    /** Nothing came back. */
    public static Response nothing(boolean streamed) {
        return new Response(streamed, 0, Histogram.empty(), Tokens.unknown());
    }
}
