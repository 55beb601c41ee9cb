package dev.plumbline.cli.run;

import dev.plumbline.cli.history.BaselineChoice;
import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.cli.history.RunStore;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.RunForesight;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

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
     * @param duration of the measured load, where it has one
     * @param window length of a window
     */
    List<String> lines(Optional<Duration> duration, Duration window, JudgementSettings settings) {
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
        return List.of(which, foresight(duration, window, settings));
    }

    private String foresight(Optional<Duration> duration, Duration window, JudgementSettings settings) {
        return switch (RunForesight.of(runs, window.toMillis(), settings)) {
            case RunForesight.Never never -> "a run of any length may end as 'cannot tell': " + never.why();
            case RunForesight.From from -> {
                String needed = span(from.seconds());
                String decides = from.decides().displayName();
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
