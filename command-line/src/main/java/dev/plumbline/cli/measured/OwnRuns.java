package dev.plumbline.cli.measured;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunResult;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs of our own, as they are stored. */
public final class OwnRuns {

    private OwnRuns() {}

    /** A stored run, by its own name. */
    public static Measurement.OfRequests of(RunResult run) {
        return new Measurement.OfRequests(run.identity().runId(), run, facts(run), List.of());
    }

    static Map<String, String> facts(RunResult run) {
        ComparisonGroup group = run.identity().series().group();
        Map<String, String> facts = new TreeMap<>(run.environment().conditions());
        facts.put(Facts.TOOL, "plumbline");
        facts.put(Facts.MODEL, group.model());
        facts.put(Facts.LOAD, group.loadPoint().key());
        return facts;
    }
}
