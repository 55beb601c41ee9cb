package dev.plumbline.cli.history;

import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.judgement.run.Conditions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The runs below an artifact root: {@code <root>/<runId>/run.json}, and {@code <root>/<runId>.partial/} while a run is under
 * way. Folders with other names are not ours and are neither read nor removed.
 *
 * <p>Any thread and any process may use one root at the same time.
 */
public final class RunStore {

    /** Where runs go unless told otherwise, below the working directory. */
    public static final String DEFAULT_ROOT = "plumbline-runs";

    /** How many green runs make a baseline. */
    public static final int LAST_GREEN_RUNS = 10;

    /** How many runs are looked through for green ones, newest first. */
    static final int LONGEST_SEARCH = 1_000;

    static final String PARTIAL = ".partial";

    private static final Pattern RUN_ID = Pattern.compile("\\d{8}T\\d{6}Z-[A-Za-z0-9]{1,16}");
    private static final Pattern PIN_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");
    private static final Set<String> RESERVED_NAMES = Set.of("last", BaselineChoice.LAST_GREEN);
    private static final int NAMED_AT_MOST = 5;

    private final Path root;
    private final MarksFile marks;

    public RunStore(Path root) {
        this.root = root;
        this.marks = new MarksFile(root);
    }

    /** The artifact root. */
    public Path root() {
        return root;
    }

    /** Where the files of a run lie, whether it exists or not. */
    public Path folder(String runId) {
        return root.resolve(requireRunId(runId));
    }

    /** Every folder of a run, newest first, each read when it is asked for, damaged and unfinished ones among them; none when there is no root. */
    public Stream<RunEntry> entries() {
        return folderNames().stream().map(this::entry);
    }

    /** Every run that can be read, newest first. */
    Stream<StoredRun> runs() {
        return entries()
                .flatMap(entry ->
                        entry instanceof RunEntry.Complete complete ? Stream.of(complete.run()) : Stream.empty());
    }

    /**
     * The run by its id, a unique beginning of it, or {@code last}.
     *
     * @throws CommandFailure with exit code 2 naming what exists
     */
    public StoredRun find(String text) {
        if (text.equals("last")) {
            return runs().findFirst().orElseThrow(() -> CommandFailure.usage("there is no run in " + root));
        }
        List<String> found = folderNames().stream()
                .filter(name -> !name.endsWith(PARTIAL) && name.startsWith(text))
                .toList();
        List<String> exact = found.contains(text) ? List.of(text) : found;
        if (exact.isEmpty()) {
            throw CommandFailure.usage("there is no run '" + text + "' in " + root + "; " + existing());
        }
        if (exact.size() > 1) {
            throw CommandFailure.usage("'" + text + "' is the beginning of " + exact.size() + " runs: " + some(exact));
        }
        return switch (entry(exact.get(0))) {
            case RunEntry.Complete complete -> complete.run();
            case RunEntry.Damaged damaged -> throw CommandFailure.usage(damaged.why());
            case RunEntry.Unfinished unfinished ->
                throw CommandFailure.usage("run " + unfinished.runId() + " is not finished");
        };
    }

    /** Whether there is a finished run whose id begins so. */
    public boolean has(String prefix) {
        return folderNames().stream().anyMatch(name -> !name.endsWith(PARTIAL) && name.startsWith(prefix));
    }

    /** Run ids by the names that were pinned to them. */
    public Map<String, String> pins() {
        return marks.read().pins();
    }

    /** Who gave a name to a run, and why; empty where an older version did. */
    Optional<Decision> decisionOnPin(String name) {
        return Optional.ofNullable(marks.read().decisions().get(Marks.PIN + name));
    }

    /** Who said of a run that it is green, or that it is not, and why; empty where nobody did, or an older version. */
    Optional<Decision> decisionOnRun(String runId) {
        return Optional.ofNullable(marks.read().decisions().get(Marks.RUN + runId));
    }

    /** Whether a run may serve as a baseline that nobody named. */
    public boolean isGreen(StoredRun run) {
        return marks.read().isGreen(run);
    }

    /**
     * The green runs that a run can be held against, newest first, each read when it is asked for; not itself.
     *
     * @param longestSearch how many runs of the group are looked at
     */
    Stream<StoredRun> green(Candidate candidate, int longestSearch) {
        Marks known = marks.read();
        return folderNames().stream()
                .limit(LONGEST_SEARCH)
                .filter(name -> RunFile.head(root.resolve(name).resolve(RunFile.NAME))
                        .filter(head -> head.identity().series().group().equals(candidate.group())
                                && areEqual(candidate, head.environment()))
                        .isPresent())
                .limit(longestSearch)
                .map(this::entry)
                .flatMap(entry ->
                        entry instanceof RunEntry.Complete complete ? Stream.of(complete.run()) : Stream.empty())
                .filter(run -> !run.runId().equals(candidate.runId())
                        && run.group().equals(candidate.group())
                        && areEqual(candidate, run.result().environment())
                        && known.isGreen(run));
    }

    private static boolean areEqual(Candidate candidate, Environment environment) {
        return Conditions.areEqual(candidate.environment(), environment, candidate.vary());
    }

    /**
     * Gives a run a name that stays with it.
     *
     * @param decision who does, and why
     * @throws CommandFailure with exit code 2 for a name that is unfit or belongs to another run, and for a run that nothing can be
     *     held against
     */
    public void pin(String name, StoredRun run, Decision decision) {
        if (!PIN_NAME.matcher(name).matches() || RESERVED_NAMES.contains(name)) {
            throw CommandFailure.usage(
                    "'" + name + "' is no name for a baseline; a letter, then up to 63 letters, digits, "
                            + "'.', '_' and '-', and not " + BaselineChoice.LAST_GREEN + " or last");
        }
        requireFit(run);
        marks.update(before -> {
            String pinned = before.pins().get(name);
            if (pinned != null && !pinned.equals(run.runId())) {
                throw CommandFailure.usage("'" + name + "' is pinned to " + pinned
                        + " and a pin never moves; choose another name, or remove it: plumb baseline pin --remove "
                        + name);
            }
            requireStillThere(run);
            return before.withPin(name, run.runId(), decision);
        });
    }

    /**
     * Forgets a name; the run stays.
     *
     * @throws CommandFailure with exit code 2 when there is no such name
     */
    public void unpin(String name) {
        marks.update(before -> {
            if (!before.pins().containsKey(name)) {
                throw CommandFailure.usage("no baseline is named '" + name + "'; there are "
                        + (before.pins().isEmpty()
                                ? "none"
                                : some(List.copyOf(before.pins().keySet()))));
            }
            return before.withoutPin(name);
        });
    }

    /**
     * Says by hand that a run is green, or that it is not.
     *
     * @param decision who does, and why
     * @throws CommandFailure with exit code 2 when it is to be green and nothing can be held against it
     */
    public void promote(StoredRun run, boolean green, Decision decision) {
        if (green) {
            requireFit(run);
        }
        marks.update(before -> {
            requireStillThere(run);
            return before.marked(run.runId(), green, decision);
        });
    }

    /**
     * Takes a run file of another store in.
     *
     * @return the run; the same file twice is no error
     * @throws CommandFailure with exit code 2 when it is no run, or another one of that id is here
     */
    public StoredRun importFile(Path file) {
        StoredRun run;
        try {
            run = RunFile.read(file);
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        Path folder = folder(run.runId());
        marks.update(unchanged -> {
            try {
                if (Files.exists(folder)) {
                    requireSame(run, folder);
                } else {
                    Path partial = Files.createDirectories(root.resolve(run.runId() + PARTIAL));
                    RunFile.write(partial.resolve(RunFile.NAME), run.result(), run.verdict());
                    Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
                }
            } catch (IOException e) {
                throw CommandFailure.infrastructure("cannot write " + folder + ": " + e.getMessage());
            }
            return unchanged;
        });
        return run;
    }

    /**
     * Removes old runs.
     *
     * @see Pruning
     */
    Pruning.Result prune(Pruning pruning) {
        List<Pruning.Result> results = new ArrayList<>();
        marks.update(before -> {
            Pruning.Result result = pruning.apply(this, before);
            results.add(result);
            return pruning.dryRun() ? before : before.without(Set.copyOf(result.removed()));
        });
        return results.get(0);
    }

    /** What there is, for messages: a few names and ids. */
    String existing() {
        List<String> ids =
                folderNames().stream().filter(name -> !name.endsWith(PARTIAL)).toList();
        Map<String, String> pins = pins();
        return ids.isEmpty()
                ? "it holds no run"
                : "it holds " + some(ids)
                        + (pins.isEmpty() ? "" : ", and the names " + some(List.copyOf(pins.keySet())));
    }

    static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMED_AT_MOST, names.size())))
                + (names.size() > NAMED_AT_MOST ? " and " + (names.size() - NAMED_AT_MOST) + " more" : "");
    }

    /** Names of the folders that are ours, newest first. */
    private List<String> folderNames() {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            List<String> names = new ArrayList<>();
            for (Path folder : folders) {
                String name = String.valueOf(folder.getFileName());
                String id = name.endsWith(PARTIAL) ? name.substring(0, name.length() - PARTIAL.length()) : name;
                if (RUN_ID.matcher(id).matches() && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                    names.add(name);
                }
            }
            names.sort(Comparator.reverseOrder());
            return names;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw CommandFailure.infrastructure("cannot read " + root + ": " + e.getMessage());
        }
    }

    private RunEntry entry(String name) {
        if (name.endsWith(PARTIAL)) {
            return new RunEntry.Unfinished(name.substring(0, name.length() - PARTIAL.length()));
        }
        try {
            StoredRun run = RunFile.read(root.resolve(name).resolve(RunFile.NAME));
            return run.runId().equals(name)
                    ? new RunEntry.Complete(name, run)
                    : new RunEntry.Damaged(name, "the folder " + name + " holds the run " + run.runId());
        } catch (IOException e) {
            return new RunEntry.Damaged(name, String.valueOf(e.getMessage()));
        }
    }

    /** @throws CommandFailure with exit code 2, the reason and what to do */
    static void requireFit(StoredRun run) {
        run.unfit().ifPresent(why -> {
            throw CommandFailure.usage(why + ", so it is no baseline: choose another one of 'plumb runs list', or make"
                    + " one with 'plumb run'");
        });
    }

    private void requireStillThere(StoredRun run) {
        if (!Files.exists(folder(run.runId()))) {
            throw CommandFailure.usage("run " + run.runId() + " is not in " + root);
        }
    }

    private static void requireSame(StoredRun run, Path folder) throws IOException {
        Optional<StoredRun> here;
        try {
            here = Optional.of(RunFile.read(folder.resolve(RunFile.NAME)));
        } catch (IOException e) {
            here = Optional.empty();
        }
        if (!here.equals(Optional.of(run))) {
            throw CommandFailure.usage(folder + " is there already and holds something else");
        }
    }

    private static String requireRunId(String runId) {
        if (!RUN_ID.matcher(runId).matches()) {
            throw CommandFailure.usage(
                    "'" + RunFile.oneLine(runId) + "' is no id of a run, such as 20261125T201503Z-k3f9");
        }
        return runId;
    }
}
