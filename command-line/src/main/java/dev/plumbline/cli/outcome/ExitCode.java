package dev.plumbline.cli.outcome;

/** The exit codes of every command; see {@code docs/contract.md}. */
public final class ExitCode {

    /** Pass, or recorded with nothing to judge against. */
    public static final int PASS = 0;
    /** Regression, or a budget broken, and not acknowledged. */
    public static final int REGRESSION = 1;
    /** Wrong usage or configuration. */
    public static final int USAGE = 2;
    /** It cannot be told. */
    public static final int INCONCLUSIVE = 3;
    /** Infrastructure: something that we need did not work. */
    public static final int INFRASTRUCTURE = 4;
    /** Interrupted by the user. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
