package dev.plumbline.cli.run;

import dev.plumbline.cli.result.RunResult;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import java.util.List;

/** What a run is held against, as its plan asks. */
final class Baselines {

    private final List<RunResult> runs;

    private Baselines(List<RunResult> runs) {
        this.runs = runs;
    }

    static Baselines asked(RunPlan plan) {
        return new Baselines(List.of());
    }

    void requireFit(ComparisonGroup group, Environment environment) {}

    List<RunResult> runs() {
        return runs;
    }
}
