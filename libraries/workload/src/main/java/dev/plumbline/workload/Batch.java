package dev.plumbline.workload;

import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.EndpointType;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Prompts that are asked together: in one request where the API takes several, else in as many requests at once.
 *
 * <p>In one request the first prompt says how long every answer may be, since a request says it once.
 *
 * @param size prompts, 1 to {@value #MOST}; 1 = each by itself
 * @param isOneRequest whether the API takes them in one
 */
public record Batch(int size, boolean isOneRequest) {

    /** Most prompts. */
    public static final int MOST = 1_024;

    /** The condition and the fact under which it is told; 1 is not told. */
    public static final String NAME = "batch";

    public Batch {
        if (size < 1 || size > MOST) {
            throw new IllegalArgumentException("batch = " + size + " is not allowed, expected 1 to " + MOST);
        }
    }

    /** As an API takes it. */
    public static Batch of(int size, EndpointType type) {
        return new Batch(size, type.takesSeveralPrompts());
    }

    /** Whether prompts are asked together at all. */
    public boolean areSeveral() {
        return size > 1;
    }

    /** Requests that are sent at the same moment. */
    public int requestsAtOnce() {
        return isOneRequest ? 1 : size;
    }

    /** Prompts that a request asks. */
    public int promptsOfRequest() {
        return isOneRequest ? size : 1;
    }

    /** For people, and to tell the two kinds apart: {@code 4 prompts in one request} or {@code 4 requests at once}. */
    public String words() {
        return size + (isOneRequest ? " prompts in one request" : " requests at once");
    }

    /**
     * The prompts of a workload in such batches: batch {@code i} has those from {@code i · size} on.
     *
     * @param single of one class, whose sessions have one prompt each, and no bodies
     */
    public Workload of(Workload single) {
        return areSeveral() ? new Batched(single, this) : single;
    }

    private record Batched(Workload single, Batch batch) implements Workload {

        @Override
        public Session session(long ordinal) {
            if (!batch.isOneRequest()) {
                return single.session(ordinal);
            }
            long first = ordinal * batch.size();
            List<Ask> others = LongStream.range(first + 1, first + batch.size())
                    .mapToObj(this::ask)
                    .toList();
            return Session.ofOne(
                    single.session(first).requestClass(), ask(first).with(others));
        }

        private Ask ask(long ordinal) {
            return single.session(ordinal)
                    .next(Optional.empty())
                    .orElseThrow(() -> new IllegalStateException("session " + ordinal + " asks nothing"))
                    .ask();
        }

        @Override
        public List<RequestClass> classes() {
            return single.classes();
        }

        @Override
        public int atOnce() {
            return batch.requestsAtOnce();
        }

        /** One prompt each: there is nothing to go on with. */
        @Override
        public boolean readsAnswers() {
            return false;
        }

        @Override
        public Workload salted(long salt) {
            return new Batched(single.salted(salt), batch);
        }
    }
}
