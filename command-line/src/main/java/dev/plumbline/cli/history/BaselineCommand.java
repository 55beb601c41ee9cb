package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.terminal.Table;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plumb baseline}: which runs others are held against. */
@Command(
        name = "baseline",
        description = {
            "Which runs others are held against: list, pin, promote, export, import.",
            "",
            "A run is green when it ended by itself and was not judged bad, or was promoted. --baseline of a run takes a",
            "name, a run, a file, or last-green: the newest green runs of the same group and conditions, up to ten."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BaselineCommand.ListBaselines.class,
            BaselineCommand.Pin.class,
            BaselineCommand.Promote.class,
            BaselineCommand.Export.class,
            BaselineCommand.Import.class,
            HelpCommand.class
        })
public final class BaselineCommand extends CommandGroup {

    public BaselineCommand() {
        super("what about baselines? list, pin, promote, export or import");
    }

    @Command(name = "list", description = "Names, and the green runs of each group.")
    static final class ListBaselines extends StoreCommand {

        @Override
        void run(RunStore store) {
            Table table = new Table(List.of("BASELINE", "RUN", "TARGET/MODEL/SCENARIO/LOAD", "CONDITIONS"));
            store.pins().forEach((name, run) -> table.row(pin(store, name, run)));
            Map<List<String>, Greens> greens = new LinkedHashMap<>();
            store.runs()
                    .limit(RunStore.LONGEST_SEARCH)
                    .filter(store::isGreen)
                    .forEach(run -> greens.merge(
                            List.of(GroupText.of(run.group()), conditions(run)),
                            new Greens(run.runId(), 1),
                            (newest, older) -> new Greens(newest.newest(), newest.count() + 1)));
            greens.forEach((group, green) -> table.row(List.of(
                    BaselineChoice.LAST_GREEN + " (" + Math.min(RunStore.LAST_GREEN_RUNS, green.count()) + ")",
                    green.newest(),
                    group.get(0),
                    group.get(1))));
            List<String> lines = table.lines();
            say(lines.size() == 1 ? List.of("no green run and no name in " + store.root()) : lines);
        }

        private record Greens(String newest, int count) {}

        private static List<String> pin(RunStore store, String name, String run) {
            try {
                StoredRun found = store.find(run);
                return List.of(name, run, GroupText.of(found.group()), conditions(found));
            } catch (CommandFailure damaged) {
                return List.of(name, String.valueOf(damaged.getMessage()));
            }
        }

        private static String conditions(StoredRun run) {
            return String.join(
                    ", ",
                    run.result().environment().conditions().entrySet().stream()
                            .map(condition -> condition.getKey() + "=" + condition.getValue())
                            .toList());
        }
    }

    @Command(name = "pin", description = "Gives a run a name, which never moves to another one.")
    static final class Pin extends StoreCommand {

        @Option(names = "--remove", description = "Forget the name instead.")
        private boolean remove;

        @Parameters(index = "0", paramLabel = "NAME", description = "The name.")
        private String name = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "RUN",
                description = "Id of the run, a unique beginning of it, or last.")
        private Optional<String> run = Optional.empty();

        @Override
        void run(RunStore store) {
            if (remove) {
                store.unpin(name);
                say(name + " is forgotten");
                return;
            }
            StoredRun found = store.find(run.orElseThrow(() -> wrong("which RUN?")));
            store.pin(name, found);
            say(name + " is " + found.runId());
        }
    }

    @Command(name = "promote", description = "Makes a run green by hand, or with --demote not green.")
    static final class Promote extends StoreCommand {

        @Option(names = "--demote", description = "The run is not green.")
        private boolean demote;

        @Parameters(paramLabel = "RUN", description = "Id of the run, a unique beginning of it, or last.")
        private String run = "";

        @Override
        void run(RunStore store) {
            StoredRun found = store.find(run);
            store.promote(found, !demote);
            say(found.runId() + (demote ? " is not green" : " is green"));
        }
    }

    @Command(name = "export", description = "Writes a run as one file that --baseline and import take.")
    static final class Export extends StoreCommand {

        @Parameters(index = "0", paramLabel = "RUN", description = "Id of the run, a unique beginning of it, or last.")
        private String run = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "FILE",
                description = {"The file, which must not exist.", "Default: RUN.json here."})
        private Optional<Path> file = Optional.empty();

        @Override
        void run(RunStore store) {
            StoredRun found = store.find(run);
            Path to = file.orElse(Path.of(found.runId() + ".json"));
            try {
                RunFile.copyNew(store.folder(found.runId()).resolve(RunFile.NAME), to);
            } catch (FileAlreadyExistsException e) {
                throw CommandFailure.usage(to + " exists already");
            } catch (IOException e) {
                throw CommandFailure.infrastructure("cannot write " + to + ": " + e.getMessage());
            }
            say(found.runId() + " is in " + to);
        }
    }

    @Command(name = "import", description = "Takes an exported run in.")
    static final class Import extends StoreCommand {

        @Parameters(paramLabel = "FILE", description = "A file that export wrote, or a run.json.")
        private Path file = Path.of("");

        @Override
        void run(RunStore store) {
            StoredRun imported = store.importFile(file);
            say(imported.runId() + " is in " + store.root() + (store.isGreen(imported) ? ", green" : ", not green"));
        }
    }
}
