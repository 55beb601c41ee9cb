package dev.plumbline.target;

import java.util.OptionalInt;

/**
 * What an answer took, as the engine saw it.
 *
 * @param promptTokens of the request
 * @param outputTokens that were generated
 * @param totalNanos from the request's receipt to its last token
 * @param promptEvalNanos from the begin of the prefill to the first token
 * @param evalNanos from the first token to the last
 * @param cachedTokens prompt tokens that the prefix cache had; absent when there is none
 */
record Work(
        int promptTokens,
        int outputTokens,
        long totalNanos,
        long promptEvalNanos,
        long evalNanos,
        OptionalInt cachedTokens) {

    /** Of an engine without a prefix cache. */
    Work(int promptTokens, int outputTokens, long totalNanos, long promptEvalNanos, long evalNanos) {
        this(promptTokens, outputTokens, totalNanos, promptEvalNanos, evalNanos, OptionalInt.empty());
    }
}
