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
 * @param origin of which session and of which class it is
 */
public record TraceRow(
        int line,
        OptionalLong atNanos,
        OptionalLong pauseNanos,
        OptionalLong tookNanos,
        int promptTokens,
        int outputTokens,
        Blocks blocks,
        Origin origin) {

    /** Longest prompt and longest answer of a row. */
    public static final int MOST_TOKENS = 10_000_000;

    /**
     * What a row belongs to.
     *
     * @param session of which it is a turn; empty for a request of its own
     * @param requestClass by which it is measured apart, as it is told; empty where nothing says one
     */
    public record Origin(Optional<String> session, Optional<String> requestClass) {

        /** Of no session, of no class. */
        public static final Origin NONE = new Origin(Optional.empty(), Optional.empty());

        public Origin {
            Objects.requireNonNull(session, "session");
            Objects.requireNonNull(requestClass, "requestClass");
        }
    }

    public TraceRow {
        Objects.requireNonNull(blocks, "blocks");
        Objects.requireNonNull(origin, "origin");
        if (promptTokens < 1 || promptTokens > MOST_TOKENS || outputTokens < 1 || outputTokens > MOST_TOKENS) {
            throw new IllegalArgumentException(promptTokens + " prompt tokens, " + outputTokens + " output tokens");
        }
        if (pauseNanos.orElse(0) < 0 || tookNanos.orElse(0) < 0) {
            throw new IllegalArgumentException("pause " + pauseNanos + ", took " + tookNanos);
        }
    }

    /** One of no class. */
    public TraceRow(
            int line,
            OptionalLong atNanos,
            OptionalLong pauseNanos,
            OptionalLong tookNanos,
            int promptTokens,
            int outputTokens,
            Blocks blocks,
            Optional<String> session) {
        this(
                line,
                atNanos,
                pauseNanos,
                tookNanos,
                promptTokens,
                outputTokens,
                blocks,
                new Origin(session, Optional.empty()));
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
                Origin.NONE);
    }

    /** Of which it is a turn; empty for a request of its own. */
    public Optional<String> session() {
        return origin.session();
    }

    /** By which it is measured apart; empty where nothing says one. */
    public Optional<String> requestClass() {
        return origin.requestClass();
    }

    TraceRow at(OptionalLong nanos) {
        return new TraceRow(line, nanos, pauseNanos, tookNanos, promptTokens, outputTokens, blocks, origin);
    }

    TraceRow with(Blocks others) {
        return new TraceRow(line, atNanos, pauseNanos, tookNanos, promptTokens, outputTokens, others, origin);
    }

    TraceRow of(Optional<String> other) {
        return new TraceRow(
                line, atNanos, pauseNanos, tookNanos, promptTokens, outputTokens, blocks, new Origin(session(), other));
    }
}
