package dev.plumbline.target;

import java.util.OptionalInt;
import java.util.function.LongConsumer;

/** The client's side of one generation, as the engine sees it. All calls come on the engine's thread. */
interface Reply {

    /** Whether content leaves as it comes. If not, {@link #prefilled} and {@link #content} are never called. */
    boolean streams();

    /** The request was taken on, into a slot or the queue. */
    void accepted();

    /** The prefill is over and the first content follows at once. */
    void prefilled();

    /** The same, of an engine that knows how many prompt tokens its prefix cache had. */
    default void prefilled(OptionalInt cachedTokens) {
        prefilled();
    }

    /**
     * Writes tokens {@code firstToken} to {@code firstToken + tokens − 1}, counted from 0.
     *
     * @param last whether these are the last, so that the finish reason goes with them
     * @return monotonic nanoseconds, read right before the write
     */
    long content(int firstToken, int tokens, boolean last, EmitOutcome reason);

    /**
     * Ends the answer well.
     *
     * @param beforeWrite given monotonic nanoseconds right before the write that ends the answer
     */
    void finish(Work work, EmitOutcome reason, LongConsumer beforeWrite);

    /** Ends the answer with a server error. */
    void fail();

    /** The same, in the engine's words. */
    default void fail(String message) {
        fail();
    }

    /** Refuses the request because the queue is full. */
    void reject();
}
