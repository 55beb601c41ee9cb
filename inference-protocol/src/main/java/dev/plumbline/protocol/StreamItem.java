package dev.plumbline.protocol;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What one piece of an answer turned out to be. */
public sealed interface StreamItem {

    /**
     * A chunk of an answer, or a whole answer.
     *
     * @param content whether it carries non-empty content: reasoning, text or a tool call
     * @param answer whether it carries content that is not reasoning
     * @param finishReason why the answer ended, where this chunk says so
     * @param usage token counts, where this chunk has them
     * @param serverNanos durations the server told, by its own name without unit; mostly empty
     */
    record Chunk(
            boolean content,
            boolean answer,
            Optional<String> finishReason,
            Optional<Usage> usage,
            Map<String, Long> serverNanos)
            implements StreamItem {

        static final Chunk NOTHING = new Chunk(false, false, Optional.empty(), Optional.empty(), Map.of());
        static final Chunk REASONING = new Chunk(true, false, Optional.empty(), Optional.empty(), Map.of());
        static final Chunk ANSWER = new Chunk(true, true, Optional.empty(), Optional.empty(), Map.of());

        public Chunk {
            Objects.requireNonNull(finishReason, "finishReason");
            Objects.requireNonNull(usage, "usage");
            serverNanos = Map.copyOf(serverNanos);
            if (answer && !content) {
                throw new IllegalArgumentException("an answer without content");
            }
        }
    }

    /** The server's own error, inside a stream or as the body of an error status; one line. */
    record ServerError(String message) implements StreamItem {}

    /** {@code [DONE]}: the server has nothing more to say. It proves nothing: it follows errors, too. */
    record Done() implements StreamItem {}

    /** It could not be understood; one line, without what the server wrote. */
    record Malformed(String reason) implements StreamItem {}
}
