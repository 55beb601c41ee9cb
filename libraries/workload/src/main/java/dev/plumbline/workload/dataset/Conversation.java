package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.JsonFields;
import dev.plumbline.protocol.RawBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One entry of a dataset: what is asked one after the other.
 *
 * @param questions one or more
 * @param grows whether each question stands behind the ones before it and their true answers; else each brings its own history
 */
record Conversation(List<Question> questions, boolean grows) {

    Conversation {
        questions = List.copyOf(questions);
        if (questions.isEmpty()) {
            throw new IllegalArgumentException("a conversation without a question");
        }
    }

    /** Its first question alone. */
    Conversation first() {
        return questions.size() == 1 ? this : new Conversation(questions.subList(0, 1), false);
    }

    /** Whether it needs the answers. */
    boolean readsAnswers() {
        return grows && questions.size() > 1;
    }

    /**
     * One question.
     *
     * @param messages in their order; none where there is a body
     * @param maxTokens longest answer; empty = whatever the run says
     * @param thinkNanos after the end of the answer before; of no meaning for the first question
     */
    record Question(
            List<Ask.Message> messages,
            Optional<RawBody> body,
            JsonFields extra,
            OptionalInt maxTokens,
            long thinkNanos) {

        Question {
            // Lists that share their beginnings stay views of one list: a long conversation is held once.
            if (messages.isEmpty() == body.isEmpty() || thinkNanos < 0) {
                throw new IllegalArgumentException(messages.size() + " messages, "
                        + (body.isPresent() ? "a body" : "no body") + ", think time " + thinkNanos + " ns");
            }
        }

        static Question of(List<Ask.Message> messages, OptionalInt maxTokens) {
            return new Question(messages, Optional.empty(), JsonFields.NONE, maxTokens, 0);
        }

        static Question of(RawBody body) {
            return new Question(List.of(), Optional.of(body), JsonFields.NONE, body.maxTokens(), 0);
        }

        /**
         * What is sent.
         *
         * @param before what was said before it; of a body of no meaning
         * @param otherwise the longest answer where it states none
         */
        Ask ask(List<Ask.Message> before, int otherwise) {
            if (body.isPresent()) {
                return Ask.of(body.get(), otherwise).with(extra);
            }
            List<Ask.Message> all = messages;
            if (!before.isEmpty()) {
                all = new ArrayList<>(before);
                all.addAll(messages);
            }
            return new Ask(all, maxTokens.orElse(otherwise)).with(extra);
        }

        /** What of it is held that the question before it does not hold, in bytes. */
        long heldBytes(int sharedMessages) {
            return body.map(raw -> Measure.heldBytes(raw.json()))
                    .orElseGet(() -> messages.stream()
                            .skip(sharedMessages)
                            .mapToLong(message -> Measure.heldBytes(message.text()))
                            .sum());
        }

        /** Its texts, as bytes of UTF-8. */
        long textBytes() {
            return body.map(raw -> Measure.utf8Bytes(raw.text()))
                    .orElseGet(() -> messages.stream()
                            .mapToLong(message -> Measure.utf8Bytes(message.text()))
                            .sum());
        }
    }
}
