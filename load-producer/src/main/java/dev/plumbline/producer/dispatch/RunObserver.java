package dev.plumbline.producer.dispatch;

import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;

/** Hears of every request of a run, on the event loop. */
public interface RunObserver {

    /** It fell due and was taken up. */
    void taken(long dueNanos, long takenNanos);

    /** It goes into flight; {@link #left} follows when it ends. */
    void entered(long atNanos);

    /** It was written. */
    void sent();

    /** A chunk of an answer came. */
    void content(long atNanos);

    /** It left the flight. */
    void left(long atNanos);

    /** It is over: after flight, or dropped without ever having entered. */
    void ended(RequestRecording recording, EndedRequest request);
}
