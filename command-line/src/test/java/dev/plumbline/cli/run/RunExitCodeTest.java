package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.outcome.Inconclusive;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunEnding;
import org.junit.jupiter.api.Test;

class RunExitCodeTest {

    private static int of(Decision decision, Inconclusive inconclusive) {
        return Run.exitCode(new RunEnding.Completed(), decision, inconclusive);
    }

    @Test
    void whatAnUndecidedRunCountsAsIsChosenAndTouchesNoOtherDecision() {
        assertThat(of(Decision.INCONCLUSIVE, Inconclusive.keep)).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(of(Decision.INCONCLUSIVE, Inconclusive.pass)).isEqualTo(ExitCode.PASS);
        assertThat(of(Decision.INCONCLUSIVE, Inconclusive.fail)).isEqualTo(ExitCode.REGRESSION);
        assertThat(of(Decision.REGRESSION, Inconclusive.pass)).isEqualTo(ExitCode.REGRESSION);
        assertThat(of(Decision.FAILED, Inconclusive.pass)).isEqualTo(ExitCode.INFRASTRUCTURE);
        assertThat(of(Decision.NOT_JUDGED, Inconclusive.fail)).isEqualTo(ExitCode.PASS);
    }

    @Test
    void anInterruptedRunTellsThatFirst() {
        assertThat(Run.exitCode(new RunEnding.Interrupted(), Decision.FAILED, Inconclusive.keep))
                .isEqualTo(ExitCode.INTERRUPTED);
    }
}
