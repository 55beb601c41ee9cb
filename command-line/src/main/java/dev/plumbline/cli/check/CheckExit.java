package dev.plumbline.cli.check;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.probe.FailureKind;
import dev.plumbline.probe.ProbeReport;

/** The exit code of a command that looked at a target. */
public final class CheckExit {

    private CheckExit() {}

    /** 2 or 4. */
    public static int of(FailureKind kind) {
        return kind.isMissingChoice() ? ExitCode.USAGE : ExitCode.INFRASTRUCTURE;
    }

    /** 0 when nothing failed, else the code of the first failure. */
    static int of(ProbeReport report) {
        return report.failure().map(failed -> of(failed.kind())).orElse(ExitCode.PASS);
    }
}
