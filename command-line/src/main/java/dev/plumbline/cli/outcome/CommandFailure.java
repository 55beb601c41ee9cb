package dev.plumbline.cli.outcome;

/** A command cannot do what it was asked; the message is one line that says why and what to do. */
public final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Wrong usage or configuration, a missing or unfit baseline included. */
    public static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }

    /** Something outside did not work: a file that cannot be written, a disk that is full. */
    public static CommandFailure infrastructure(String message) {
        return new CommandFailure(ExitCode.INFRASTRUCTURE, message);
    }

    /** There is too little to say anything. */
    public static CommandFailure cannotTell(String message) {
        return new CommandFailure(ExitCode.INCONCLUSIVE, message);
    }

    /** The exit code of the command. */
    public int exitCode() {
        return exitCode;
    }
}
