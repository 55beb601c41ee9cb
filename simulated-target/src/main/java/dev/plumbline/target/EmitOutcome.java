package dev.plumbline.target;

/** How the target ended one request. */
public enum EmitOutcome {
    /** All content was emitted and the model ended by itself: finish reason {@code stop}. */
    STOP,
    /** All content was emitted and the token limit was reached: finish reason {@code length}. */
    LENGTH,
    /** Finished without any content, by a regression. */
    EMPTY,
    /** Answered with status 500, by a regression or because the memory of an engine that works in steps ran out. */
    HTTP_ERROR,
    /** Ended with an error in its stream, by a regression or because the memory of an engine that works in steps ran out. */
    STREAM_ERROR,
    /** Refused because the queue was full. */
    REJECTED,
    /** The client went away before the end. */
    DISCONNECTED
}
