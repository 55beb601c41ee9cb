package dev.plumbline.judgement.series;

import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;

/**
 * A window without its distributions.
 *
 * @param completed requests
 * @param failed requests, of all kinds
 * @param outputTokens of the completed requests
 * @param streamedOutput output tokens that streamed in during the window; may be below 0 after a correction
 * @param offered requests that fell due
 * @param meanTtftNanos mean time to the first token; 0 where no request has it
 * @param meanTpotNanos mean time per output token; 0 where no request has it
 */
record WindowNumbers(
        long completed,
        long failed,
        long outputTokens,
        long streamedOutput,
        long offered,
        double meanTtftNanos,
        double meanTpotNanos) {

    static WindowNumbers of(WindowSummary summary) {
        return new WindowNumbers(
                summary.requests().completed(),
                summary.requests().failedTotal(),
                summary.tokens().output(),
                summary.tokens().streamedOutput(),
                summary.offered(),
                mean(summary, LatencyMetric.TTFT),
                mean(summary, LatencyMetric.TPOT));
    }

    private static double mean(WindowSummary summary, LatencyMetric metric) {
        return summary.latency(metric).meanNanos().orElse(0);
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
