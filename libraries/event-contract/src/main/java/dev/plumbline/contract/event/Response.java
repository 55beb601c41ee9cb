package dev.plumbline.contract.event;

import dev.plumbline.contract.distribution.Histogram;
import java.util.Objects;

/**
 * What came back.
 *
 * @param streamed whether the answer came in chunks; decides whether TTFT, TTFA, ITL and TPOT exist at all
 * @param contentChunks chunks with non-empty content, reasoning, text or tool call
 * @param chunkGaps the gaps between those chunks, one fewer than chunks
 * @param tokens token counts and their sources
 */
public record Response(boolean streamed, long contentChunks, Histogram chunkGaps, Tokens tokens) {

    public Response {
        Objects.requireNonNull(chunkGaps, "chunkGaps");
        Objects.requireNonNull(tokens, "tokens");
        if (contentChunks < 0 || chunkGaps.count() > Math.max(0, contentChunks - 1)) {
            throw new IllegalArgumentException(contentChunks + " chunks with " + chunkGaps.count() + " gaps");
        }
    }

    /** Nothing came back. */
    public static Response nothing(boolean streamed) {
        return new Response(streamed, 0, Histogram.empty(), Tokens.unknown());
    }
}
