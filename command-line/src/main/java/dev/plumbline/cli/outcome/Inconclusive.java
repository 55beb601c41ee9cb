package dev.plumbline.cli.outcome;

import dev.plumbline.contract.run.RunRecord.Decision;

/** What 'cannot tell' counts as; a matter of the exit code only. Named as users write it. */
public enum Inconclusive {
    keep,
    pass,
    fail;

    /** The exit code that tells a decision. */
    public int exitCode(Decision decision) {
        return decision == Decision.INCONCLUSIVE
                ? switch (this) {
                    case keep -> ExitCode.INCONCLUSIVE;
                    case pass -> ExitCode.PASS;
                    case fail -> ExitCode.REGRESSION;
                }
                : ExitCode.of(decision);
    }
}
