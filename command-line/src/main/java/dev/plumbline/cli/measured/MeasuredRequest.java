package dev.plumbline.cli.measured;

import dev.plumbline.contract.event.FailureKind;
import java.util.OptionalLong;

/**
 * One request, in the terms of {@code docs/metrics.md}.
 *
 * @param sentNanos when it was sent, on the clock of its file; empty where the file tells no times
 * @param tookNanos until it had ended, whatever became of it; 0 where that is not known
 */
record MeasuredRequest(OptionalLong sentNanos, long tookNanos, Latencies latencies, Tokens tokens, Ended ended) {

    MeasuredRequest {
        if (tookNanos < 0) {
            throw new IllegalArgumentException("a request that took " + tookNanos + " ns");
        }
    }

    /** Its latencies; empty where there are none: not streamed, failed, or not told. */
    record Latencies(OptionalLong ttftNanos, OptionalLong tpotNanos, OptionalLong e2eNanos) {
        static final Latencies NONE = new Latencies(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }

    /** Its tokens; empty where nobody counted them. */
    record Tokens(OptionalLong prompt, OptionalLong output, OptionalLong cached) {
        static final Tokens UNKNOWN = new Tokens(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

        Tokens(OptionalLong prompt, OptionalLong output) {
            this(prompt, output, OptionalLong.empty());
        }
    }

    /** How it ended. */
    sealed interface Ended {

        record Completed() implements Ended {}

        /** @param words of the server or the tool, one line, perhaps empty */
        record Failed(FailureKind kind, String words) implements Ended {}

        /** Due and never sent. */
        record Dropped() implements Ended {}

        /** Cut off by the tool that sent it: neither good nor bad. */
        record Cancelled() implements Ended {}
    }
}
