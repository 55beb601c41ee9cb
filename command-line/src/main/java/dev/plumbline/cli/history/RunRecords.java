package dev.plumbline.cli.history;

import dev.plumbline.contract.run.RunRecord;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunWindow;
import java.util.Optional;
import java.util.OptionalLong;

/** A run as the record of the runs topic: plan, environment, totals and decision, without its windows. */
public final class RunRecords {

    private RunRecords() {}

    /** The record of a run that has ended. */
    public static RunRecord of(RunResult result, RunVerdict verdict) {
        RequestCounts requests =
                result.windows().stream().map(RunRecords::requests).reduce(RequestCounts.none(), RequestCounts::plus);
        return new RunRecord(
                result.identity().runId(),
                result.measured().parts(),
                result.plan(),
                result.environment(),
                result.identity().startEpochMillis(),
                OptionalLong.of(result.identity().endEpochMillis()),
                Optional.of(new RunRecord.Totals(
                        requests,
                        result.totals().acknowledgedEvents(),
                        result.totals().lostEvents(),
                        verdict.decision())));
    }

    private static RequestCounts requests(RunWindow window) {
        return window.measured().requests().plus(window.excluded().requests());
    }
}
