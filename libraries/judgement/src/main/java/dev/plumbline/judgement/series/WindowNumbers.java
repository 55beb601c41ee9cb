package dev.plumbline.judgement.series;

import dev.plumbline.contract.window.WindowSummary;

/**
 * A window without its distributions.
 *
 * @param completed requests
 * @param failed requests, of all kinds
 * @param outputTokens of the completed requests
 * @param streamedOutput output tokens that streamed in during the window; may be below 0 after a correction
 * @param offered requests that fell due
 */
record WindowNumbers(long completed, long failed, long outputTokens, long streamedOutput, long offered) {

    static WindowNumbers of(WindowSummary summary) {
        return new WindowNumbers(
                summary.requests().completed(),
                summary.requests().failedTotal(),
                summary.tokens().output(),
                summary.tokens().streamedOutput(),
                summary.offered());
    }

    /** Requests that were sent and ended by themselves: the denominator of the error rate. Rejections are failures. */
    long ended() {
        return completed + failed;
    }

    /** Output tokens per completed request; 0 where there was none. */
    double tokensPerRequest() {
        return completed == 0 ? 0 : (double) outputTokens / completed;
    }
}
