package dev.plumbline.cli.stack;

/** Something that a command needs did not work; the message is one line that says what and what to do. */
public final class StackFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public StackFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The exit code of the command. */
    public int exitCode() {
        return exitCode;
    }
}
