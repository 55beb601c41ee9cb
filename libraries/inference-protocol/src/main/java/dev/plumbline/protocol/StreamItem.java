package dev.plumbline.protocol;

import java.util.Objects;
import java.util.Optional;

/** What one piece of an answer turned out to be. */
public sealed interface StreamItem {

    /**
     * A chunk of an answer, or a whole answer.
     *
     * @param content whether it carries non-empty content: reasoning, text or a tool call
     * @param answer whether it carries content that is not reasoning
     * @param text the content itself, reasoning included; empty unless {@link Protocol#keepingText} asked for it
     * @param finishReason why the answer ended, where this chunk says so
     * @param usage token counts, where this chunk has them; a later one goes {@linkplain Usage#fallingBackTo before} an earlier one
     * @param timings what the server says about its own work, where this chunk has it
     */
    record Chunk(
            boolean content,
            boolean answer,
            String text,
            Optional<String> finishReason,
            Optional<Usage> usage,
            Optional<ServerTimings> timings)
            implements StreamItem {

        static final Chunk NOTHING = new Chunk(false, false, "", Optional.empty(), Optional.empty(), Optional.empty());
        static final Chunk REASONING = new Chunk(true, false, "", Optional.empty(), Optional.empty(), Optional.empty());
        static final Chunk ANSWER = new Chunk(true, true, "", Optional.empty(), Optional.empty(), Optional.empty());

        public Chunk {
            Objects.requireNonNull(text, "text");
            Objects.requireNonNull(finishReason, "finishReason");
            Objects.requireNonNull(usage, "usage");
            Objects.requireNonNull(timings, "timings");
            if (answer && !content) {
                throw new IllegalArgumentException("an answer without content");
            }
        }

        /** Whether there is anything in it: a role, a ping or the progress of the prompt is nothing. */
        public boolean saysSomething() {
            return content || finishReason.isPresent() || usage.isPresent() || timings.isPresent();
        }

        /** Without the text, which must not reach a log. */
        @Override
        public String toString() {
            return "Chunk[content=" + content + ", answer=" + answer + ", text of " + text.length()
                    + " characters, finishReason=" + finishReason + ", usage=" + usage + ", timings=" + timings + "]";
        }
    }

    /** The server's own error, inside a stream or as the body of an error status; one line. */
    record ServerError(String message) implements StreamItem {}

    /**
     * The server has nothing more to say: {@code [DONE]}, {@code message_stop}, {@code "done":true}, and their kin. It proves
     * nothing: it follows errors, too.
     */
    record Done() implements StreamItem {}

    /** It could not be understood; one line, without what the server wrote. */
    record Malformed(String reason) implements StreamItem {}
}
