package dev.plumbline.cli.judge;

import dev.plumbline.cli.measured.BadFile;
import dev.plumbline.cli.measured.Measurement.OfRequests;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunTotals.Cause;
import dev.plumbline.judgement.result.RunTotals.Heard;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Several measurements of the same work as one: their windows follow each other. What changes from one to the next is in the windows,
 * so they look like one run that was interrupted.
 */
final class Pooled {

    private Pooled() {}

    /**
     * @param all at least one
     * @throws BadFile where they are of different work, or one has several loads
     */
    static OfRequests of(List<OfRequests> all) {
        OfRequests first = all.get(0);
        if (all.size() == 1) {
            return first;
        }
        for (OfRequests other : all) {
            if (!other.run().series().isEmpty()) {
                throw new BadFile(other.name() + " holds several loads or series: judge it alone");
            }
            first.facts().forEach((key, value) -> {
                String there = other.facts().getOrDefault(key, value);
                if (!there.equals(value)) {
                    throw new BadFile(first.name() + " and " + other.name() + " are judged together and differ in "
                            + key + " ('" + value + "', '" + there + "'): judge them one by one");
                }
            });
        }
        return new OfRequests(
                all.stream().map(OfRequests::name).collect(Collectors.joining(" + ")),
                run(all.stream().map(OfRequests::run).toList()),
                all.stream().map(OfRequests::facts).reduce(new TreeMap<>(), (sum, one) -> {
                    Map<String, String> both = new TreeMap<>(sum);
                    both.putAll(one);
                    return both;
                }),
                all.stream().flatMap(one -> one.notes().stream()).distinct().toList());
    }

    private static RunResult run(List<RunResult> runs) {
        RunResult first = runs.get(0);
        List<RunWindow> windows = new ArrayList<>();
        long at = first.identity().startEpochMillis();
        for (RunResult run : runs) {
            for (RunWindow window : run.windows()) {
                windows.add(new RunWindow(
                        at,
                        window.lengthMillis(),
                        window.measured(),
                        window.excluded(),
                        window.coverage(),
                        window.partial()));
                at += window.lengthMillis();
            }
        }
        RunIdentity identity = first.identity();
        return new RunResult(
                new RunIdentity(
                        identity.runId(),
                        identity.series(),
                        identity.url(),
                        identity.startEpochMillis(),
                        Math.max(at, identity.startEpochMillis()),
                        identity.windowMillis()),
                first.plan(),
                first.environment(),
                first.ending(),
                totals(runs),
                windows,
                runs.stream().flatMap(run -> run.alerts().stream()).toList());
    }

    private static RunTotals totals(List<RunResult> runs) {
        List<RunTotals> all = runs.stream().map(RunResult::totals).toList();
        List<Cause> causes = all.stream()
                .flatMap(one -> one.heard().stream())
                .flatMap(heard -> heard.causes().stream())
                .collect(Collectors.toMap(
                        Cause::kind,
                        cause -> cause,
                        (one, two) -> new Cause(
                                one.kind(),
                                one.count() + two.count(),
                                one.words().or(two::words)),
                        TreeMap::new))
                .values()
                .stream()
                .sorted(Comparator.comparingLong(Cause::count).reversed())
                .toList();
        return new RunTotals(
                all.stream().mapToLong(RunTotals::offered).sum(),
                all.stream().mapToLong(RunTotals::acknowledgedEvents).sum(),
                all.stream().mapToLong(RunTotals::lostEvents).sum(),
                all.stream().mapToLong(RunTotals::countedEvents).sum(),
                Optional.empty(),
                OptionalDouble.empty(),
                Optional.of(new Heard(causes, Map.of())));
    }
}
