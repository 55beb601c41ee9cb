package dev.plumbline.target;

/**
 * What an answer took, as the engine saw it.
 *
 * @param promptTokens of the request
 * @param outputTokens that were generated
 * @param totalNanos from the request's receipt to its last token
 * @param promptEvalNanos from the begin of the prefill to the first token
 * @param evalNanos from the first token to the last
 */
record Work(int promptTokens, int outputTokens, long totalNanos, long promptEvalNanos, long evalNanos) {}
