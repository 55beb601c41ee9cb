package dev.plumbline.aggregator;

/** A start that cannot go on, with one line for the operator and the exit code. */
final class FatalStart extends Exception {

    private static final long serialVersionUID = 1L;

    /** Wrong usage or configuration. */
    static final int CONFIGURATION = 2;

    /** Kafka cannot be used. */
    static final int INFRASTRUCTURE = 4;

    private final int exitCode;

    FatalStart(int exitCode, String line) {
        super(line);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
