package dev.plumbline.cli.judge;

import dev.plumbline.cli.measured.BadFile;
import dev.plumbline.cli.measured.Facts;
import dev.plumbline.cli.measured.Measurement.OfBaseline;
import dev.plumbline.cli.measured.Measurement.OfRequests;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import dev.plumbline.judgement.result.SeriesResult;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.WholeRunJudge;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measured requests against others. Whoever names two files wants them compared, so what differs between them is no refusal as of a
 * run that is still to be made: it is named, and takes away the metrics that depend on it, unless {@code --vary} allows it.
 */
final class RequestContest {

    private static final String CONDITIONS = "conditions";

    private final OfRequests candidate;
    private final List<Budget> budgets;
    private final JudgementSettings settings;
    private final List<String> notes;

    /** @param notes where it is put what to know beside the numbers */
    RequestContest(OfRequests candidate, List<Budget> budgets, JudgementSettings settings, List<String> notes) {
        this.candidate = candidate;
        this.budgets = budgets;
        this.settings = settings;
        this.notes = notes;
    }

    /** Against any of them; all may be empty where there are budgets. */
    RunVerdict against(List<OfRequests> earlier, List<OfBaseline> detectors, List<RunBaseline> green) {
        Stream.concat(Stream.of(candidate), earlier.stream())
                .forEach(one -> one.notes().forEach(note -> notes.add(one.name() + ": " + note)));
        Map<String, Difference> differences = new LinkedHashMap<>();
        List<RunBaseline> baselines = new ArrayList<>(green);
        for (OfRequests one : earlier) {
            requireSameForm(one);
            differences(one.name(), one.facts()).forEach(found -> differences.putIfAbsent(found.key(), found));
            baselines.add(RunBaseline.of(asCandidate(one.run())));
        }
        for (OfBaseline one : detectors) {
            BaselineRecord baseline = one.baseline();
            differences(one.name(), facts(baseline)).forEach(found -> differences.putIfAbsent(found.key(), found));
            baselines.add(RunBaseline.of(
                    baseline,
                    candidate.run().identity().series(),
                    new Environment(Map.of(), candidate.run().environment().conditions())));
        }
        RunVerdict verdict = WholeRunJudge.judge(
                candidate.run(),
                baselines,
                budgets,
                settings.without(isVoid(differences.values().stream()
                        .filter(one -> !settings.vary().contains(one.key()))
                        .toList())),
                Optional.empty());
        return new RunVerdict(
                verdict.decision(),
                verdict.headline(),
                verdict.baselineRunId(),
                verdict.findings(),
                Stream.concat(differences.values().stream(), verdict.differences().stream())
                        .toList(),
                verdict.series());
    }

    /** A file of several loads is only held against one that has them, too: they are never pooled. */
    private void requireSameForm(OfRequests other) {
        if (candidate.run().series().isEmpty() != other.run().series().isEmpty()) {
            OfRequests several = candidate.run().series().isEmpty() ? other : candidate;
            throw new BadFile(several.name() + " holds several loads or series ("
                    + several.run().series().stream()
                            .map(SeriesResult::name)
                            .limit(4)
                            .collect(Collectors.joining(", "))
                    + "), " + (several == candidate ? other : candidate).name() + " one: judge like with like");
        }
    }

    private List<Difference> differences(String name, Map<String, String> there) {
        List<Difference> found = new ArrayList<>();
        Map<String, List<String>> silent = new LinkedHashMap<>();
        Set<String> keys = new TreeSet<>(candidate.facts().keySet());
        keys.addAll(there.keySet());
        for (String key : keys) {
            String now = candidate.facts().get(key);
            String before = there.get(key);
            if (now == null || before == null) {
                silent.computeIfAbsent(now == null ? candidate.name() : name, ignored -> new ArrayList<>())
                        .add(key + " (" + (now == null ? before : now) + ")");
            } else if (!now.equals(before)) {
                found.add(new Difference(key, now, before));
            }
        }
        silent.forEach((file, untold) -> notes.add(file + " does not tell what the other one does: "
                + String.join(", ", untold) + "; that it was the same is assumed"));
        return found;
    }

    private Map<String, String> facts(BaselineRecord baseline) {
        Map<String, String> facts = new LinkedHashMap<>(candidate.facts());
        facts.put(Facts.MODEL, baseline.group().model());
        facts.put(Facts.LOAD, baseline.group().loadPoint().key());
        Optional<String> now = candidate.run().identity().series().conditions();
        if (now.isPresent() && baseline.conditions().isPresent() && !now.equals(baseline.conditions())) {
            facts.put(CONDITIONS, baseline.conditions().get());
        }
        return facts;
    }

    /** For each metric that depends on something that differs, why it says nothing. */
    private static Map<JudgedMetric, String> isVoid(List<Difference> differences) {
        Map<JudgedMetric, String> reasons = new EnumMap<>(JudgedMetric.class);
        for (Difference one : differences) {
            String why = "the " + one.key() + " is '" + one.now() + "' here and '" + one.before()
                    + "' there: nothing to compare; --vary " + one.key() + " compares anyway";
            for (JudgedMetric metric : JudgedMetric.values()) {
                // Requests fail alike however fast the tokens of a model are.
                if (metric != JudgedMetric.ERROR_RATE || !one.key().equals(Facts.MODEL)) {
                    reasons.putIfAbsent(metric, why);
                }
            }
        }
        return reasons;
    }

    /** An earlier run under the name of the candidate's group and conditions: what differs was looked at before. */
    private RunResult asCandidate(RunResult earlier) {
        RunResult now = candidate.run();
        Map<String, Series> byName = now.series().stream()
                .collect(Collectors.toMap(SeriesResult::name, SeriesResult::series, (one, two) -> one));
        List<SeriesResult> series = earlier.series().stream()
                .map(one -> new SeriesResult(
                        byName.getOrDefault(one.name(), one.series()),
                        one.name(),
                        one.totals(),
                        one.windows(),
                        one.detectorWindows(),
                        one.openIncident(),
                        OptionalLong.empty()))
                .toList();
        RunIdentity identity = earlier.identity();
        return new RunResult(
                new RunIdentity(
                        identity.runId(),
                        now.identity().series(),
                        identity.url(),
                        identity.startEpochMillis(),
                        identity.endEpochMillis(),
                        identity.windowMillis()),
                earlier.plan(),
                new Environment(
                        earlier.environment().subject(), now.environment().conditions()),
                earlier.ending(),
                earlier.totals(),
                earlier.windows(),
                List.of(),
                earlier.detectorWindows(),
                Optional.empty(),
                List.of(),
                OptionalLong.empty(),
                series);
    }
}
