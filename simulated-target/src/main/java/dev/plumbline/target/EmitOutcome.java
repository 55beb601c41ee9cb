package dev.plumbline.target;

/** How the target ended one request. */
public enum EmitOutcome {
    /** All content was emitted and the model ended by itself: finish reason {@code stop}. */
    STOP,
    /** All content was emitted and the token limit was reached: finish reason {@code length}. */
    LENGTH,
    /** Finished without any content, by a regression. */
    EMPTY,
    /** Answered with status 500 at once, by a regression. */
    HTTP_ERROR,
    /** Ended with an error after some of its content, by a regression. */
    STREAM_ERROR,
    /** Refused because the queue was full. */
    REJECTED,
    /** The client went away before the end. */
    DISCONNECTED
}
