package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.run.Conditions;
import dev.plumbline.judgement.run.RunBaseline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code --baseline} means: {@code last-green}, a name that was pinned, a run file, or a run id. */
public final class BaselineChoice {

    /** The newest green runs of the same group and conditions. */
    public static final String LAST_GREEN = "last-green";

    /** A hint is not worth reading more runs than these. */
    private static final int NEWEST_OF_GROUP = 10;

    private BaselineChoice() {}

    /**
     * The run that is, or will be, judged.
     *
     * @param vary conditions that may differ
     */
    public record Candidate(String runId, ComparisonGroup group, Environment environment, Set<String> vary) {
        public Candidate {
            vary = Set.copyOf(vary);
        }
    }

    /**
     * The runs to compare with, newest first; at least one. Can be asked before the load begins, so that a missing baseline
     * costs nothing.
     *
     * @throws CommandFailure with exit code 2: there is none, with what exists; or it is of another group or other conditions,
     *     or failed, or holds nothing that can be judged
     */
    public static List<RunBaseline> resolve(String choice, RunStore store, Candidate candidate) {
        if (choice.equals(LAST_GREEN)) {
            return lastGreen(store, candidate);
        }
        StoredRun chosen = stored(choice, store);
        RunStore.requireFit(chosen);
        RunBaseline baseline = RunBaseline.of(chosen.result());
        Conditions.requireEqual(
                candidate.group(),
                candidate.environment(),
                baseline.identity().runId(),
                baseline.identity().series().group(),
                baseline.environment(),
                candidate.vary());
        return List.of(baseline);
    }

    /**
     * The run of a name that was pinned, a file, an id, or {@code last}.
     *
     * @throws CommandFailure with exit code 2: there is none, with what exists
     */
    public static StoredRun stored(String choice, RunStore store) {
        String pinned = store.pins().get(choice);
        if (pinned != null) {
            return store.find(pinned);
        }
        Path file = Path.of(choice);
        if (Files.isRegularFile(file)) {
            return read(file);
        }
        if (Files.isRegularFile(file.resolve(RunFile.NAME))) {
            return read(file.resolve(RunFile.NAME));
        }
        if (choice.equals("last") || store.has(choice)) {
            return store.find(choice);
        }
        throw CommandFailure.usage("baseline '" + choice + "' is neither a file, nor a run or a name in " + store.root()
                + "; " + store.existing() + "; " + LAST_GREEN + " is possible, too");
    }

    private static StoredRun read(Path file) {
        try {
            return RunFile.read(file);
        } catch (IOException e) {
            throw CommandFailure.usage("baseline " + e.getMessage());
        }
    }

    /** The newest green run that {@link #LAST_GREEN} would take; looked for among the newest runs of the group only. */
    public static Optional<String> newestGreen(RunStore store, Candidate candidate) {
        return store.green(candidate, NEWEST_OF_GROUP).map(StoredRun::runId).findFirst();
    }

    /** One after the other: of each is kept what the judgement needs, not its windows. */
    private static List<RunBaseline> lastGreen(RunStore store, Candidate candidate) {
        List<RunBaseline> found = store.green(candidate, RunStore.LONGEST_SEARCH)
                .limit(RunStore.LAST_GREEN_RUNS)
                .map(run -> RunBaseline.of(run.result()))
                .toList();
        if (found.isEmpty()) {
            throw CommandFailure.usage("no green run of " + GroupText.of(candidate.group()) + " in " + store.root()
                    + ": " + instead(store, candidate));
        }
        return found;
    }

    /** What is kept of a run that was looked at: a history of soaks does not fit into memory. */
    private record Seen(String runId, ComparisonGroup group, Environment environment, boolean green, boolean fit) {}

    /** Why there is no green run, by what is there. */
    private static String instead(RunStore store, Candidate candidate) {
        List<Seen> runs = store.runs()
                .limit(RunStore.LONGEST_SEARCH)
                .filter(run -> !run.runId().equals(candidate.runId()))
                .map(run -> new Seen(
                        run.runId(),
                        run.group(),
                        run.result().environment(),
                        store.isGreen(run),
                        run.unfit().isEmpty()))
                .toList();
        List<Seen> same = runs.stream()
                .filter(run -> run.group().equals(candidate.group()))
                .toList();
        if (same.isEmpty()) {
            List<String> groups = runs.stream()
                    .map(run -> GroupText.of(run.group()))
                    .distinct()
                    .toList();
            return groups.isEmpty()
                    ? "it holds no run; make one without --baseline"
                    : "it holds runs of " + RunStore.some(groups);
        }
        List<Seen> green = same.stream().filter(Seen::green).toList();
        if (green.isEmpty()) {
            return same.size() + " runs of it, none of them green; "
                    + same.stream()
                            .filter(Seen::fit)
                            .findFirst()
                            .map(run -> "plumb baseline promote " + run.runId() + " makes the newest one so")
                            .orElse("each failed or holds nothing that can be judged: make one without --baseline");
        }
        try {
            Conditions.requireEqual(
                    candidate.group(),
                    candidate.environment(),
                    green.get(0).runId(),
                    green.get(0).group(),
                    green.get(0).environment(),
                    candidate.vary());
        } catch (CommandFailure failure) {
            return String.valueOf(failure.getMessage());
        }
        return "none among the newest " + RunStore.LONGEST_SEARCH;
    }
}
