package dev.plumbline.cli.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.terminal.Table;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.cli.time.SystemTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plumb runs}: the runs of the past; alone it lists them. */
@Command(
        name = "runs",
        description = "The runs of the past: list, show, prune. Alone it lists them.",
        synopsisSubcommandLabel = "[COMMAND]",
        subcommands = {RunsCommand.ListRuns.class, RunsCommand.Show.class, RunsCommand.Prune.class, HelpCommand.class})
public final class RunsCommand extends StoreCommand {

    @Mixin
    private Listing listing = new Listing();

    @Override
    void run(RunStore store) {
        listing.tell(store, this);
    }

    @Command(
            name = "list",
            description = "The newest runs, one line each; damaged and unfinished ones are said to be so.")
    static final class ListRuns extends StoreCommand {

        @Mixin
        private Listing listing = new Listing();

        @Override
        void run(RunStore store) {
            listing.tell(store, this);
        }
    }

    /** How runs are listed. */
    static final class Listing {

        @Option(
                names = "--limit",
                defaultValue = "50",
                converter = WholeNumberConverter.class,
                paramLabel = "N",
                description = {"How many.", "Default: ${DEFAULT-VALUE}"})
        private int limit;

        @Option(names = "--json", description = "As JSON, one array.")
        private boolean json;

        void tell(RunStore store, StoreCommand to) {
            if (limit < 1) {
                throw to.wrong("--limit = " + limit + " is outside 1 or more");
            }
            Map<String, String> pins = store.pins();
            // One after the other: all of them at once do not fit into memory.
            Stream<RunEntry> entries = store.entries().limit(limit);
            if (json) {
                to.say(json(entries.map(entry -> switch (entry) {
                            case RunEntry.Complete complete ->
                                (Object) RunLine.of(complete.run(), store.isGreen(complete.run()), pins);
                            case RunEntry.Damaged damaged -> new Unreadable(damaged.runId(), "damaged", damaged.why());
                            case RunEntry.Unfinished unfinished ->
                                new Unreadable(unfinished.runId(), "unfinished", "under way, or its process died");
                        })
                        .toList()));
            } else {
                Table table = new Table(RunLine.header());
                List<Row> rows = entries.map(entry -> row(entry, store, pins)).toList();
                rows.forEach(row -> table.row(row.cells()));
                to.say(rows.isEmpty() ? List.of("no runs in " + store.root()) : table.lines());
                if (rows.stream().anyMatch(Row::leavesOut)) {
                    to.say("TTFT, TPOT and TOK/S are of the JUDGED requests; the others were counted while the load"
                            + " generator was not well");
                }
            }
        }

        private record Row(List<String> cells, boolean leavesOut) {}

        private static Row row(RunEntry entry, RunStore store, Map<String, String> pins) {
            return switch (entry) {
                case RunEntry.Complete complete -> {
                    RunLine line = RunLine.of(complete.run(), store.isGreen(complete.run()), pins);
                    yield new Row(line.cells(), line.leavesOut());
                }
                case RunEntry.Damaged damaged -> new Row(List.of(damaged.runId(), "damaged: " + damaged.why()), false);
                case RunEntry.Unfinished unfinished ->
                    new Row(List.of(unfinished.runId(), "unfinished: under way, or its process died"), false);
            };
        }
    }

    /** A folder without a readable run, in JSON. */
    record Unreadable(String runId, String state, String why) {}

    @Command(name = "show", description = "One run: what was driven, the numbers, the verdict and its reasons.")
    static final class Show extends StoreCommand {

        @Parameters(paramLabel = "RUN", description = "Id of the run, a unique beginning of it, or last.")
        private String run = "";

        @Override
        void run(RunStore store) {
            StoredRun found = store.find(run);
            say(RunPage.lines(found, RunLine.of(found, store.isGreen(found), store.pins())));
        }
    }

    @Command(
            name = "prune",
            description = {
                "Removes old runs.",
                "",
                "Pinned runs stay, and so do the green ones that --baseline last-green would choose."
            })
    static final class Prune extends StoreCommand {

        private static final Pattern AGE = Pattern.compile("\\d{1,6}[dhm]");

        @Option(names = "--older-than", required = true, paramLabel = "AGE", description = "30d, 12h, 90m.")
        private String olderThan = "";

        @Option(
                names = "--keep",
                defaultValue = "0",
                converter = WholeNumberConverter.class,
                paramLabel = "N",
                description = {"The newest N stay, however old.", "Default: ${DEFAULT-VALUE}"})
        private int keep;

        @Option(names = "--dry-run", description = "Only say what would be removed.")
        private boolean dryRun;

        @Override
        void run(RunStore store) {
            if (!AGE.matcher(olderThan).matches()) {
                throw wrong("--older-than = " + olderThan + " is no age; allowed: 30d, 12h, 90m and the like");
            }
            if (keep < 0) {
                throw wrong("--keep = " + keep + " is outside 0 or more");
            }
            long before =
                    SystemTime.epochMillis() - DurationConverter.sum(olderThan).toMillis();
            Pruning.Result result = store.prune(new Pruning(before, keep, dryRun));
            List<String> lines = new ArrayList<>();
            result.removed().forEach(run -> lines.add((dryRun ? "would remove " : "removed ") + run));
            result.kept().forEach((run, why) -> lines.add("kept " + run + ": " + why));
            lines.add((dryRun ? "would remove " : "removed ") + result.removed().size() + " runs older than "
                    + olderThan + ", kept " + result.kept().size());
            say(lines);
        }
    }

    private static String json(Object value) {
        try {
            return RunFile.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw CommandFailure.infrastructure("cannot write JSON: " + e.getOriginalMessage());
        }
    }
}
