package dev.plumbline.cli.outcome;

import dev.plumbline.contract.run.RunRecord.Decision;

/** The exit codes of every command; see {@code docs/contract.md}. */
public final class ExitCode {

    /** Pass, or recorded with nothing to judge against. */
    public static final int PASS = 0;
    /** Regression, or over budget, and not acknowledged. */
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

    /** The exit code that tells a decision; an interrupted run ends with {@link #INTERRUPTED} whatever it is. */
    public static int of(Decision decision) {
        return switch (decision) {
            case PASS, NOT_JUDGED -> PASS;
            case REGRESSION -> REGRESSION;
            case INCONCLUSIVE -> INCONCLUSIVE;
            case FAILED -> INFRASTRUCTURE;
        };
    }
}
