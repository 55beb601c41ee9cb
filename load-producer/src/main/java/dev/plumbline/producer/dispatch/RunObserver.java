package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;

/** Hears of every request of a run, on the event loop. Only the end concerns everybody; the rest is ignored by default. */
interface RunObserver {

    /** It fell due and was taken up. */
    default void taken(long dueNanos, long takenNanos) {}

    /** One that was taken before and has failed is tried again: nothing more fell due. */
    default void retried(long dueNanos, long takenNanos) {}

    /** It goes into flight; {@link #left} follows when it ends. */
    default void entered(long atNanos) {}

    /** It was written. */
    default void sent() {}

    /** A chunk of an answer came. */
    default void content(RequestRecording recording, long atNanos) {}

    /** It left the flight. */
    default void left(long atNanos) {}

    /** It is over: after flight, or dropped without ever having entered. */
    void ended(RequestRecording recording, EndedRequest request);
}
