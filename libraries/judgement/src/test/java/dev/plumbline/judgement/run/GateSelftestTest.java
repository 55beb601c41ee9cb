package dev.plumbline.judgement.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.run.GateSelftest.Found;
import dev.plumbline.judgement.run.GateSelftest.Report;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateSelftestTest {

    private static List<RunResult> runs(int count, int requests, double runNoise) {
        List<RunResult> runs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SimulatedRun run = new SimulatedRun(7_000 + i);
            run.windows = 12;
            run.requests = requests;
            run.ttftSigma = 0.3;
            run.runNoise = runNoise;
            runs.add(run.run());
        }
        return runs;
    }

    @Test
    void steadyRunsMakeAGateThatIsArmed() {
        Report report = GateSelftest.of(runs(8, 100, 0.01), JudgementSettings.defaults());
        assertThat(report.faults()).isEmpty();
        assertThat(report.isArmed()).isTrue();
        assertThat(report.same().red()).isZero();
        assertThat(report.same().atMost()).isBetween(0.3, 0.4);
        assertThat(report.found())
                .extracting(Found::injection)
                .contains(Injection.TTFT, Injection.TPOT, Injection.ERROR_RATE);
        assertThat(report.found()).allSatisfy(found -> {
            assertThat(found.smallest().orElseThrow())
                    .isLessThanOrEqualTo(found.injection().isOfAllRequests() ? 0.1 : 0.3);
            assertThat(found.worse().orElseThrow().red()).isEqualTo(8);
            assertThat(found.better().orElseThrow().red()).isZero();
        });
    }

    @Test
    void runsThatScatterMakeAGateThatSeesLess() {
        Report quiet = GateSelftest.of(runs(6, 100, 0.01), JudgementSettings.defaults());
        Report loud = GateSelftest.of(runs(6, 100, 0.15), JudgementSettings.defaults());
        assertThat(smallest(loud)).isGreaterThan(smallest(quiet));
        assertThat(loud.isArmed() && loud.same().undecided() == 0).isFalse();
    }

    private static double smallest(Report report) {
        return report.found().stream()
                .filter(found -> found.injection() == Injection.TTFT)
                .findFirst()
                .orElseThrow()
                .smallest()
                .orElse(Double.POSITIVE_INFINITY);
    }

    @Test
    void runsOfFewRequestsMakeNone() {
        Report report = GateSelftest.of(runs(5, 2, 0.02), JudgementSettings.defaults());
        assertThat(report.isArmed()).isFalse();
        assertThat(report.faults()).anyMatch(fault -> fault.startsWith("it decides nothing"));
    }

    @Test
    void twoRunsAreTooFew() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GateSelftest.of(runs(2, 50, 0.02), JudgementSettings.defaults()))
                .withMessageContaining("3 are needed");
    }
}
