package dev.plumbline.target;

import dev.plumbline.target.lockstep.BlockHashes;
import java.util.Optional;

/**
 * A well-formed request.
 *
 * @param requestId names it in the emit log
 * @param ordinal how many came before it
 * @param drawKey of its {@link Draws}
 * @param promptTokens at least 1
 * @param limitTokens most output tokens, at least 1
 * @param smallestTokens fewest output tokens, 0 to {@code limitTokens}; equal to the limit when the end of the text is to
 *     be ignored
 * @param blocks names of the blocks of its prompt, of which there are none when nobody asks for them
 * @param traceparent its header of that name, where it is one of W3C Trace Context
 */
record GenerationRequest(
        String requestId,
        long ordinal,
        long drawKey,
        int promptTokens,
        int limitTokens,
        int smallestTokens,
        BlockHashes blocks,
        Optional<String> traceparent) {

    /** Of a prompt that no cache knows. */
    GenerationRequest(
            String requestId, long ordinal, long drawKey, int promptTokens, int limitTokens, int smallestTokens) {
        this(requestId, ordinal, drawKey, promptTokens, limitTokens, smallestTokens, BlockHashes.NONE);
    }

    /** Without a trace. */
    GenerationRequest(
            String requestId,
            long ordinal,
            long drawKey,
            int promptTokens,
            int limitTokens,
            int smallestTokens,
            BlockHashes blocks) {
        this(requestId, ordinal, drawKey, promptTokens, limitTokens, smallestTokens, blocks, Optional.empty());
    }
}
