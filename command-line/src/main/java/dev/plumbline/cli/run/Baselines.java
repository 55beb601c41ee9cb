package dev.plumbline.cli.run;

import dev.plumbline.cli.history.BaselineChoice;
import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.cli.history.RunStore;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.RunForesight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run is held against: found before the load begins, so that a missing baseline costs nothing, and told then, so that
 * nobody learns only at the end what the run could not tell.
 *
 * @param asked as it was asked for; empty when the plan asks for none
 * @param runs newest first; none when none was asked for
 * @param newestGreen where none was asked for, the run that could have been
 */
record Baselines(Optional<String> asked, List<RunBaseline> runs, Optional<String> newestGreen) {

    Baselines {
        runs = List.copyOf(runs);
    }

    /**
     * @throws dev.plumbline.cli.outcome.CommandFailure with exit code 2 when the one that was asked for is missing or does
     *     not fit
     */
    static Baselines of(RunPlan plan, ComparisonGroup group, Environment environment) {
        RunStore store = new RunStore(plan.output().artifactDir);
        Candidate candidate = new Candidate(plan.runId(), group, environment, new HashSet<>(plan.judgement().vary));
        String asked = plan.judgement().baseline;
        return asked == null
                ? new Baselines(Optional.empty(), List.of(), BaselineChoice.newestGreen(store, candidate))
                : new Baselines(Optional.of(asked), BaselineChoice.resolve(asked, store, candidate), Optional.empty());
    }

    /**
     * What there is to say before the load.
     *
     * @param series what is measured apart
     * @param duration of the measured load, where it has one
     * @param window length of a window
     */
    List<String> lines(RunSeries series, Optional<Duration> duration, Duration window, JudgementSettings settings) {
        if (asked.isEmpty()) {
            return List.of("none is asked for, so nothing is compared; "
                    + newestGreen
                            .map(run -> "--baseline last-green holds a run against " + run
                                    + " and the green ones before it")
                            .orElse("no run like this is green yet: when this one is, --baseline last-green compares"
                                    + " the next with it"));
        }
        String newest = runs.get(0).identity().runId();
        String which = asked.get().equals(newest)
                ? newest
                : asked.get() + ": "
                        + (runs.size() == 1 ? "one run, " + newest : runs.size() + " runs, the newest " + newest);
        List<String> lines = new ArrayList<>(List.of(which, foresight(series, duration, window, settings)));
        news(series).ifPresent(lines::add);
        return List.copyOf(lines);
    }

    /** Of a run of several series: which of them the newest baseline did not measure, and which it alone did. */
    private Optional<String> news(RunSeries series) {
        if (!series.areSeveral()) {
            return Optional.empty();
        }
        RunBaseline newest = runs.get(0);
        String added = series.parts().stream()
                .filter(part ->
                        series.servedBeside(part).isEmpty() && newest.part(part).isEmpty())
                .map(series::name)
                .collect(Collectors.joining(", "));
        RunSeries before = newest.measured();
        String gone = before.parts().stream()
                .filter(part -> before.servedBeside(part).isEmpty()
                        && series.parts().stream()
                                .noneMatch(here -> here.group().equals(part.group())))
                .map(before::name)
                .collect(Collectors.joining(", "));
        return added.isEmpty() && gone.isEmpty()
                ? Optional.empty()
                : Optional.of((added.isEmpty() ? "" : "new, so held against nothing: " + added)
                        + (added.isEmpty() || gone.isEmpty() ? "" : "; ")
                        + (gone.isEmpty() ? "" : "gone, though the baseline has it: " + gone));
    }

    /** What of a run's series takes longest. */
    private record Slowest(String name, RunForesight foresight) {

        static Slowest of(Slowest one, Slowest two) {
            if (one.foresight instanceof RunForesight.From first && two.foresight instanceof RunForesight.From second) {
                return first.seconds() >= second.seconds() ? one : two;
            }
            return one.foresight instanceof RunForesight.Never ? one : two;
        }
    }

    private Optional<Slowest> slowest(RunSeries series, Duration window, JudgementSettings settings) {
        return series.parts().stream()
                .filter(part -> series.servedBeside(part).isEmpty())
                .flatMap(part -> {
                    List<RunBaseline> same = runs.stream()
                            .flatMap(run -> run.part(part).stream())
                            .toList();
                    return same.isEmpty()
                            ? Stream.empty()
                            : Stream.of(new Slowest(
                                    series.areSeveral() ? series.name(part) + ": " : "",
                                    RunForesight.of(same, window.toMillis(), settings)));
                })
                .reduce(Slowest::of);
    }

    private String foresight(
            RunSeries series, Optional<Duration> duration, Duration window, JudgementSettings settings) {
        Optional<Slowest> slowest = slowest(series, window, settings);
        if (slowest.isEmpty()) {
            return "it measured none of the series of this run";
        }
        String name = slowest.get().name();
        return switch (slowest.get().foresight()) {
            case RunForesight.Never never -> "a run of any length may end as 'cannot tell': " + name + never.why();
            case RunForesight.From from -> {
                String needed = span(from.seconds());
                String decides = name + from.decides().displayName();
                yield duration.isEmpty() || duration.get().toMillis() >= from.seconds() * 1e3
                        ? "it can be told from about " + needed + " on whether anything got worse (" + decides
                                + " takes longest)"
                        : "this run is likely to end as 'cannot tell': it measures "
                                + DurationConverter.format(duration.get()) + ", and " + decides + " takes about "
                                + needed + " (--duration)";
            }
        };
    }

    /** Two digits are more than is known. */
    private static String span(double seconds) {
        if (seconds < 120) {
            return Math.max(1, Math.round(seconds)) + "s";
        }
        return seconds < 7_200 ? Math.round(seconds / 60) + "m" : Math.round(seconds / 3_600) + "h";
    }
}
