package dev.plumbline.workload.trace;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request of a trace.
 *
 * @param line of the file on which it begins, from 1
 * @param atNanos when it was asked, from the first row of the trace on, 0 or more; empty where only the pause after the turn before
 *     is known
 * @param pauseNanos how long after the end of the turn before it was asked; empty where that is not known
 * @param tookNanos how long its answer took; empty where that is not known
 * @param promptTokens 1 or more
 * @param outputTokens 1 or more
 * @param blocks of the prompt; none where nobody knows them
 * @param session of which it is a turn; empty for a request of its own
 */
public record TraceRow(
        int line,
        OptionalLong atNanos,
        OptionalLong pauseNanos,
        OptionalLong tookNanos,
        int promptTokens,
        int outputTokens,
        Blocks blocks,
        Optional<String> session) {

    /** Longest prompt and longest answer of a row. */
    public static final int MOST_TOKENS = 10_000_000;

    public TraceRow {
        Objects.requireNonNull(blocks, "blocks");
        Objects.requireNonNull(session, "session");
        if (promptTokens < 1 || promptTokens > MOST_TOKENS || outputTokens < 1 || outputTokens > MOST_TOKENS) {
            throw new IllegalArgumentException(promptTokens + " prompt tokens, " + outputTokens + " output tokens");
        }
        if (pauseNanos.orElse(0) < 0 || tookNanos.orElse(0) < 0) {
            throw new IllegalArgumentException("pause " + pauseNanos + ", took " + tookNanos);
        }
    }

    /** A request of its own at a moment. */
    public static TraceRow of(int line, long atNanos, int promptTokens, int outputTokens, Blocks blocks) {
        return new TraceRow(
                line,
                OptionalLong.of(atNanos),
                OptionalLong.empty(),
                OptionalLong.empty(),
                promptTokens,
                outputTokens,
                blocks,
                Optional.empty());
    }

    TraceRow at(OptionalLong nanos) {
        return new TraceRow(line, nanos, pauseNanos, tookNanos, promptTokens, outputTokens, blocks, session);
    }
}
