package dev.plumbline.cli.run;

import dev.plumbline.cli.history.BaselineChoice;
import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.cli.history.RunStore;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunResult;
import java.util.HashSet;
import java.util.List;

/** What a run is held against: found before the load begins, so that a missing baseline costs nothing. */
final class Baselines {

    private Baselines() {}

    /**
     * @return none when the plan asks for none
     * @throws dev.plumbline.cli.outcome.CommandFailure with exit code 2 when the one that was asked for is missing or does
     *     not fit
     */
    static List<RunResult> of(RunPlan plan, ComparisonGroup group, Environment environment) {
        String asked = plan.judgement().baseline;
        if (asked == null) {
            return List.of();
        }
        return BaselineChoice.resolve(
                asked,
                new RunStore(plan.output().artifactDir),
                new Candidate(plan.runId(), group, environment, new HashSet<>(plan.judgement().vary)));
    }
}
