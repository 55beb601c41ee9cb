package dev.plumbline.contract.window;

import dev.plumbline.contract.distribution.Sums;

/**
 * What is known of a window's tokens beyond their numbers; of completed requests.
 *
 * @param promptWithKnownCache prompt tokens of the requests that told how many of them came from a cache: the cached share is
 *     cached / this, and not known where this is 0
 * @param outputByChunks output tokens that nobody counted, a chunk for a token
 * @param drafts proposals of speculative decoding; acceptance length is 1 + accepted / drafts, where the server told both
 * @param drafted tokens proposed
 * @param accepted those of them that became output
 */
public record TokenOrigins(long promptWithKnownCache, long outputByChunks, long drafts, long drafted, long accepted) {

    private static final TokenOrigins NONE = new TokenOrigins(0, 0, 0, 0, 0);

    public TokenOrigins {
        if (promptWithKnownCache < 0 || outputByChunks < 0 || drafts < 0 || drafted < 0 || accepted < 0) {
            throw new IllegalArgumentException("negative number of tokens");
        }
    }

    /** Nothing is known. */
    public static TokenOrigins none() {
        return NONE;
    }

    /** Those of both. */
    public TokenOrigins plus(TokenOrigins other) {
        return new TokenOrigins(
                Sums.saturated(promptWithKnownCache, other.promptWithKnownCache),
                Sums.saturated(outputByChunks, other.outputByChunks),
                Sums.saturated(drafts, other.drafts),
                Sums.saturated(drafted, other.drafted),
                Sums.saturated(accepted, other.accepted));
    }
}
