package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.Prompts;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Salt;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.dataset.Conversation.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * The conversations of a dataset, in order, and from the first one again when all were asked. They are asked as they are; salted,
 * each begins with a line of words of its own, so that no prefix cache knows it.
 */
public final class DatasetWorkload implements Workload {

    /** Words of the line that a salted conversation begins with; see {@link Prompts}. */
    private static final int SALTED_WORDS = 8;

    private final RequestClass requestClass;
    private final Dataset dataset;
    private final Order order;
    private final long seed;
    private final Length answers;
    private final OptionalLong salt;

    /**
     * As it is.
     *
     * @param seed of the order, and of the lengths of answers
     * @param answers the longest that each may have where the dataset does not say it
     */
    public DatasetWorkload(RequestClass requestClass, Dataset dataset, Order order, long seed, Length answers) {
        this(requestClass, dataset, order, seed, answers, OptionalLong.empty());
    }

    private DatasetWorkload(
            RequestClass requestClass, Dataset dataset, Order order, long seed, Length answers, OptionalLong salt) {
        this.requestClass = Objects.requireNonNull(requestClass, "requestClass");
        this.dataset = Objects.requireNonNull(dataset, "dataset");
        this.order = Objects.requireNonNull(order, "order");
        this.seed = seed;
        this.answers = Objects.requireNonNull(answers, "answers");
        this.salt = salt;
    }

    /** Of which dataset it is. */
    public DatasetFacts facts() {
        return dataset.facts();
    }

    @Override
    public Session session(long ordinal) {
        List<Conversation> all = dataset.conversations();
        Conversation conversation = all.get(order.index(ordinal, all.size(), Salt.mixed(seed, "order")));
        int otherwise = answers.drawn(new SplittableRandom(Salt.mixed(Salt.mixed(seed, "answers"), ordinal)));
        Optional<String> line = salt.isEmpty()
                ? Optional.empty()
                : Optional.of(new Prompts(seed, Length.of(SALTED_WORDS))
                        .salted(salt.getAsLong())
                        .prompt(ordinal));
        return new Asking(requestClass, conversation, otherwise, line);
    }

    @Override
    public boolean readsAnswers() {
        return dataset.facts().readsAnswers();
    }

    @Override
    public Workload salted(long salt) {
        return new DatasetWorkload(requestClass, dataset, order, seed, answers, OptionalLong.of(salt));
    }

    /** One conversation while it is asked. */
    private static final class Asking implements Session {

        private final RequestClass requestClass;
        private final Conversation conversation;
        private final int otherwise;
        private final Optional<String> line;
        private final List<Ask.Message> before = new ArrayList<>();
        private int asked;

        Asking(RequestClass requestClass, Conversation conversation, int otherwise, Optional<String> line) {
            this.requestClass = requestClass;
            this.conversation = conversation;
            this.otherwise = otherwise;
            this.line = line;
        }

        @Override
        public RequestClass requestClass() {
            return requestClass;
        }

        @Override
        public Optional<Turn> next(Optional<String> lastAnswer) {
            if (isOver()) {
                return Optional.empty();
            }
            Question question = conversation.questions().get(asked);
            if (asked > 0 && conversation.grows()) {
                before.addAll(conversation.questions().get(asked - 1).messages());
                // What an answer that nobody kept said is not made up.
                lastAnswer.ifPresent(text -> before.add(new Ask.Message(Ask.Role.ASSISTANT, text)));
            }
            long think = asked == 0 ? 0 : question.thinkNanos();
            asked++;
            Ask ask = question.ask(before, otherwise);
            return Optional.of(new Turn(line.map(words -> salted(ask, words)).orElse(ask), think));
        }

        @Override
        public boolean isOver() {
            return asked == conversation.questions().size();
        }

        private static Ask salted(Ask ask, String words) {
            if (ask.body().isPresent()) {
                return new Ask(
                        List.of(), ask.maxTokens(), ask.body().map(body -> SaltedBody.of(body, words)), ask.extra());
            }
            List<Ask.Message> messages = new ArrayList<>(ask.messages());
            Ask.Message first = messages.getFirst();
            messages.set(0, new Ask.Message(first.role(), words + "\n" + first.text(), first.calls()));
            return new Ask(messages, ask.maxTokens(), Optional.empty(), ask.extra());
        }
    }
}
