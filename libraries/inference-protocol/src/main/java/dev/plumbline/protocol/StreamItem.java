package dev.plumbline.protocol;

import java.util.Objects;
import java.util.Optional;

/** What one piece of an answer turned out to be. */
public sealed interface StreamItem {

    /** Answers to one request that are told apart. */
    int MOST_CHOICES = 4_096;

    /**
     * A chunk of an answer, or a whole answer. Where several answers are asked for at once, of one of them; what is said of all
     * together, usage for example, stands with any.
     *
     * @param choice which of the answers to the request it is of, from 0; 0 where there is one
     * @param content whether it carries non-empty content: reasoning, text or a tool call
     * @param answer whether it carries content that is not reasoning
     * @param text the content itself, reasoning included; empty unless {@link Protocol#keepingText} asked for it
     * @param finishReason why the answer ended, where this chunk says so
     * @param usage token counts, where this chunk has them; a later one goes {@linkplain Usage#fallingBackTo before} an earlier one
     * @param timings what the server says about its own work, where this chunk has it
     */
    record Chunk(
            int choice,
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
            if (choice < 0 || choice >= MOST_CHOICES) {
                throw new IllegalArgumentException("choice " + choice);
            }
        }

        /** Of the only answer. */
        public Chunk(
                boolean content,
                boolean answer,
                String text,
                Optional<String> finishReason,
                Optional<Usage> usage,
                Optional<ServerTimings> timings) {
            this(0, content, answer, text, finishReason, usage, timings);
        }

        /** Whether there is anything in it: a role, a ping or the progress of the prompt is nothing. */
        public boolean saysSomething() {
            return content || finishReason.isPresent() || usage.isPresent() || timings.isPresent();
        }

        /** Without the text, which must not reach a log. */
        @Override
        public String toString() {
            return "Chunk[choice=" + choice + ", content=" + content + ", answer=" + answer + ", text of "
                    + text.length() + " characters, finishReason=" + finishReason + ", usage=" + usage + ", timings="
                    + timings + "]";
        }
    }

    /**
     * The server's own error, inside a stream or as the body of an error status.
     *
     * @param message one line of at most 200 characters
     * @param refusesAdmission whether it says that the server takes nothing on at the moment
     */
    record ServerError(String message, boolean refusesAdmission) implements StreamItem {

        /** An error that is not about admission. */
        public ServerError(String message) {
            this(message, false);
        }

        /** An error of which nothing is known but its words. */
        static ServerError of(String message) {
            return new ServerError(message, Busy.isToldBy(message));
        }
    }

    /**
     * The server has nothing more to say: {@code [DONE]}, {@code message_stop}, {@code "done":true}, and their kin. It proves
     * nothing: it follows errors, too.
     */
    record Done() implements StreamItem {}

    /**
     * It could not be understood.
     *
     * @param reason one line, with at most 200 characters of what came where that was no JSON
     * @param isPage whether it is a web page
     */
    record Malformed(String reason, boolean isPage) implements StreamItem {

        /** Something else than a web page. */
        public Malformed(String reason) {
            this(reason, false);
        }
    }

    /**
     * A JSON object with nothing of the API in it: of a gateway, or of another API. It is nothing by itself; where no answer
     * comes it says why.
     *
     * @param words one line of at most 200 characters
     * @param isMessage whether they are what the object has for people, and not its beginning
     * @param refusesAdmission as of a {@link ServerError}
     */
    record Foreign(String words, boolean isMessage, boolean refusesAdmission) implements StreamItem {}

    /**
     * The body is not what its label says, or not what it was expected to be; told before everything that is in it.
     *
     * @param isStream what {@link AnswerReader#isStream} says from now on
     * @param remark for people, one line: {@code labelled application/json, but a stream of events}
     */
    record Reframed(boolean isStream, String remark) implements StreamItem {}
}
