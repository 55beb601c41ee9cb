package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.recorder.EndedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What becomes of requests that fell due together: of one, of both halves of a pair, or of some that are asked at once. One event loop. */
final class Round {

    /**
     * One that is over.
     *
     * @param answer the text of its answer, where it was kept
     * @param last its last try
     */
    record Over(Offer offer, Optional<String> answer, EndedRequest last) {

        private boolean isCompleted() {
            return last.outcome() instanceof Outcome.Completed;
        }

        /** Of something that may be so a moment later, too. */
        private boolean isFailed() {
            return switch (last.outcome()) {
                case Outcome.Failed unused -> true;
                case Outcome.Cancelled cancelled -> cancelled.ownLimit().isPresent();
                case Outcome.Completed unused -> false;
                case Outcome.Dropped unused -> false;
            };
        }
    }

    private final int asked;
    private final boolean isPair;
    private final List<Over> over = new ArrayList<>(2);
    private int open;

    /**
     * @param asked how many fell due
     * @param sent how many of them were sent
     * @param isPair whether these are the halves of a pair
     */
    Round(int asked, int sent, boolean isPair) {
        this.asked = asked;
        this.isPair = isPair;
        this.open = sent;
    }

    /** One that was sent is over; whether none is under way any more. */
    boolean isOverWith(Over one) {
        over.add(one);
        return --open == 0;
    }

    /** Whether these are the halves of a pair. */
    boolean isPair() {
        return isPair;
    }

    /** Whether everybody who was asked has answered. */
    boolean isWhole() {
        return over.size() == asked && over.stream().allMatch(Over::isCompleted);
    }

    /** Whether nobody has answered, for a reason that may be there a moment later, too. */
    boolean hasFailed() {
        return over.stream().allMatch(Over::isFailed);
    }

    /** Those whose session may go on; each half of a pair has a session of its own. */
    List<Over> goingOn() {
        return over.stream()
                .filter(one ->
                        one.isCompleted() && !one.offer().request().session().isOver())
                .toList();
    }

    /** When the last was over. */
    long endNanos() {
        return endNanos(over);
    }

    /** When the last of some was over. */
    static long endNanos(List<Over> some) {
        return some.stream()
                .mapToLong(one -> one.last().stamps().endNanos())
                .max()
                .orElseThrow(() -> new IllegalStateException("nothing of it is over"));
    }
}
