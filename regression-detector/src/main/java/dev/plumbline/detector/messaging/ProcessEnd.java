package dev.plumbline.detector.messaging;

/** How the process ends when it cannot keep what it promises: better gone, and seen to be, than up and judging nothing. */
@FunctionalInterface
public interface ProcessEnd {

    /**
     * Ends the process soon with the exit code for infrastructure; returns at once. Any thread.
     *
     * @param line what happened, for the operator
     * @param cause why
     */
    void infrastructure(String line, Throwable cause);
}
