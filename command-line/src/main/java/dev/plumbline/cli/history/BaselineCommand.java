package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.terminal.Table;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.series.BaselineMaker;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plumb baseline}: what runs and series are held against. */
@Command(
        name = "baseline",
        description = {
            "What runs and series are held against: list, show, pin, promote, export, import, reset.",
            "",
            "Without --kafka or --stack it is about runs, in the folder of runs. A run is green when it ended by itself and",
            "was not judged bad, or was promoted. --baseline of a run takes a name, a run, a file, or last-green: the",
            "newest green runs of the same group and conditions, up to ten.",
            "",
            "With --kafka, or --stack for the local stack that is up, it is about detectors: what they learned, and what",
            "they shall use instead. pin and promote make a baseline of stored runs; detectors judge by it from the next",
            "window on. Of several they take the first of: pinned, promoted, learned."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BaselineCommand.ListBaselines.class,
            BaselineCommand.Show.class,
            BaselineCommand.Pin.class,
            BaselineCommand.Promote.class,
            BaselineCommand.Export.class,
            BaselineCommand.Import.class,
            ResetBaselinesCommand.class,
            HelpCommand.class
        })
public final class BaselineCommand extends CommandGroup {

    public BaselineCommand() {
        super("what about baselines? list, show, pin, promote, export, import or reset");
    }

    @Command(
            name = "list",
            description = "Names, and the green runs of each group; with --kafka or --stack those of detectors.")
    static final class ListBaselines extends HomeCommand {

        @Override
        void run(RunStore store) {
            Optional<TopicBaselines> topic = topic();
            if (topic.isPresent()) {
                List<BaselineRecord> all = topic.get().all();
                say(all.isEmpty() ? List.of("no baseline in " + topic.get().place()) : BaselineText.table(all));
                return;
            }
            Table table = new Table(List.of("BASELINE", "RUN", "TARGET/MODEL/SCENARIO/LOAD", "CONDITIONS", "DECIDED"));
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
                    group.get(1),
                    store.decisionOnRun(green.newest()).map(BaselineText::told).orElse("-"))));
            List<String> lines = table.lines();
            say(lines.size() == 1 ? List.of("no green run and no name in " + store.root()) : lines);
            List<BaselineRecord> taken = new FolderBaselines(store.root()).all();
            if (!taken.isEmpty()) {
                say("");
                say(BaselineText.table(taken));
            }
        }

        private record Greens(String newest, int count) {}

        private static List<String> pin(RunStore store, String name, String run) {
            try {
                StoredRun found = store.find(run);
                return List.of(
                        name,
                        run,
                        GroupText.of(found.group()),
                        conditions(found),
                        store.decisionOnPin(name).map(BaselineText::told).orElse("-"));
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

    @Command(
            name = "show",
            description = {
                "One baseline in full: where it is from, who decided, its grade and numbers.",
                "Without --kafka or --stack also a name or a run, as a detector would take it."
            })
    static final class Show extends HomeCommand.Deciding {

        @Parameters(paramLabel = "BASELINE", description = "Its id or a unique beginning of it.")
        private String what = "";

        @Override
        void run(RunStore store) {
            Optional<TopicBaselines> topic = topic();
            BaselineStore home = topic.isPresent() ? topic.get() : new FolderBaselines(store.root());
            if (topic.isPresent()) {
                say(BaselineText.page(home.require(what)));
                return;
            }
            Optional<BaselineRecord> taken = home.find(what);
            if (taken.isPresent()) {
                say(BaselineText.page(taken.get()));
                return;
            }
            StoredRun run = store.find(store.pins().getOrDefault(what, what));
            for (BaselineRecord made : made(List.of(run.result()), Kind.PINNED, forFolder(), Optional.empty())) {
                say(BaselineText.page(made));
            }
        }
    }

    @Command(
            name = "pin",
            description = {
                "Gives a run a name, which never moves to another one.",
                "With --kafka or --stack: lets detectors hold its series against this run."
            })
    static final class Pin extends HomeCommand.Deciding {

        @Option(
                names = "--remove",
                description = "Forget the name instead; with --kafka or --stack the baseline of this id.")
        private boolean remove;

        @Parameters(
                arity = "1..2",
                paramLabel = "NAME RUN",
                description = {
                    "The name, and the id of the run, a unique beginning of it, or last.",
                    "With --kafka or --stack the run alone, a name of one, or the file of an exported run."
                })
        private List<String> what = List.of();

        @Override
        void run(RunStore store) {
            Optional<TopicBaselines> topic = topic();
            if (topic.isPresent()) {
                ofDetectors(store, topic.get());
                return;
            }
            String name = what.get(0);
            if (remove) {
                store.unpin(name);
                say(name + " is forgotten");
                return;
            }
            if (what.size() < 2) {
                throw wrong("which RUN?");
            }
            StoredRun found = store.find(what.get(1));
            store.pin(name, found, forFolder());
            say(name + " is " + found.runId());
        }

        private void ofDetectors(RunStore store, TopicBaselines topic) {
            if (what.size() > 1) {
                throw wrong("detectors know no names: give the run alone, plumb baseline pin " + what.get(1)
                        + " --reason ...");
            }
            if (remove) {
                BaselineRecord gone = topic.require(what.get(0));
                if (gone.kind() == Kind.LEARNED) {
                    throw wrong(gone.baselineId()
                            + " was learned and not pinned: plumb baseline reset lets it be learned" + " anew");
                }
                topic.remove(gone);
                say(gone.baselineId() + " is taken back from " + topic.place());
                return;
            }
            StoredRun run = BaselineChoice.stored(what.get(0), store);
            RunStore.requireFit(run);
            told(publish(topic, List.of(run.result()), Kind.PINNED), topic);
        }

        private void told(List<BaselineRecord> made, TopicBaselines topic) {
            for (BaselineRecord baseline : made) {
                say(GroupText.of(baseline.group()) + " is held against " + baseline.baselineId() + " from now on, "
                        + baseline.learned().windows() + " windows"
                        + BaselineText.doubt(baseline)
                                .map(doubt -> " (" + doubt + ")")
                                .orElse("") + "; in "
                        + topic.place());
            }
        }
    }

    @Command(
            name = "promote",
            description = {
                "Makes a run green by hand, or with --demote not green.",
                "With --kafka or --stack also: lets detectors hold its series against it and the green runs before it."
            })
    static final class Promote extends HomeCommand.Deciding {

        @Option(names = "--demote", description = "The run is not green.")
        private boolean demote;

        @Parameters(paramLabel = "RUN", description = "Id of the run, a unique beginning of it, or last.")
        private String run = "";

        @Override
        void run(RunStore store) {
            Optional<TopicBaselines> topic = topic();
            StoredRun found = store.find(run);
            if (topic.isEmpty()) {
                store.promote(found, !demote, forFolder());
                say(found.runId() + (demote ? " is not green" : " is green"));
                return;
            }
            if (demote) {
                throw wrong("detectors know no runs: plumb baseline pin --remove takes a baseline back");
            }
            RunStore.requireFit(found);
            List<RunResult> green = new ArrayList<>();
            green.add(found.result());
            store.green(
                            new BaselineChoice.Candidate(
                                    found.runId(), found.group(), found.result().environment(), Set.of()),
                            RunStore.LONGEST_SEARCH)
                    .filter(earlier -> earlier.runId().compareTo(found.runId()) < 0)
                    .limit(RunStore.LAST_GREEN_RUNS - 1L)
                    .forEach(earlier -> green.add(0, earlier.result()));
            List<BaselineRecord> made = publish(topic.get(), green, Kind.LAST_GREEN);
            store.promote(found, true, forDetectors());
            for (BaselineRecord baseline : made) {
                say(GroupText.of(baseline.group()) + " is held against " + baseline.baselineId() + ", "
                        + baseline.provenance().orElseThrow().sources().size() + " green runs, where nothing is pinned"
                        + BaselineText.doubt(baseline)
                                .map(doubt -> " (" + doubt + ")")
                                .orElse("") + "; in "
                        + topic.get().place());
            }
        }
    }

    @Command(
            name = "export",
            description = {
                "Writes a run as one file that --baseline and import take.",
                "With --kafka or --stack: a detector's baseline, as one file that import takes."
            })
    static final class Export extends HomeCommand {

        @Parameters(
                index = "0",
                paramLabel = "RUN|BASELINE",
                description = "Id of the run or the baseline, a unique beginning of it, or last.")
        private String what = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "FILE",
                description = {"The file, which must not exist.", "Default: its id and .json here."})
        private Optional<Path> file = Optional.empty();

        @Override
        void run(RunStore store) {
            Optional<TopicBaselines> topic = topic();
            Optional<BaselineRecord> baseline = topic.map(home -> home.require(what))
                    .or(() -> store.has(what) ? Optional.empty() : new FolderBaselines(store.root()).find(what));
            if (baseline.isPresent()) {
                String id = baseline.get().baselineId();
                Path to = file.orElse(Path.of(id.replace(':', '_') + ".json"));
                written(to, () -> RunFile.writeNew(to, BaselineFile.encode(baseline.get())));
                say(id + " is in " + to);
                return;
            }
            StoredRun found = store.find(what);
            Path to = file.orElse(Path.of(found.runId() + ".json"));
            written(to, () -> RunFile.copyNew(store.folder(found.runId()).resolve(RunFile.NAME), to));
            say(found.runId() + " is in " + to);
        }

        /** Something that writes a file. */
        @FunctionalInterface
        private interface Writing {
            void write() throws IOException;
        }

        private static void written(Path to, Writing writing) {
            try {
                writing.write();
            } catch (FileAlreadyExistsException e) {
                throw CommandFailure.usage(to + " exists already");
            } catch (IOException e) {
                throw CommandFailure.infrastructure("cannot write " + to + ": " + e.getMessage());
            }
        }
    }

    @Command(
            name = "import",
            description = {
                "Takes an exported run or an exported baseline in.",
                "With --kafka or --stack: lets detectors hold its series against it, as pin does."
            })
    static final class Import extends HomeCommand.Deciding {

        @Parameters(paramLabel = "FILE", description = "A file that export wrote, or a run.json.")
        private Path file = Path.of("");

        @Override
        void run(RunStore store) {
            Optional<TopicBaselines> topic = topic();
            if (topic.isPresent()) {
                taken(topic.get(), store)
                        .forEach(baseline ->
                                say(GroupText.of(baseline.group()) + " is held against " + baseline.baselineId()
                                        + " from now on; in " + topic.get().place()));
                return;
            }
            if (BaselineFile.isOne(file)) {
                BaselineRecord baseline = read();
                new FolderBaselines(store.root()).put(baseline);
                say(baseline.baselineId() + " is in " + store.root());
                return;
            }
            StoredRun imported = store.importFile(file);
            say(imported.runId() + " is in " + store.root() + (store.isGreen(imported) ? ", green" : ", not green"));
        }

        private List<BaselineRecord> taken(TopicBaselines topic, RunStore store) {
            if (!BaselineFile.isOne(file)) {
                StoredRun run = BaselineChoice.stored(file.toString(), store);
                RunStore.requireFit(run);
                return publish(topic, List.of(run.result()), Kind.PINNED);
            }
            BaselineRecord pinned = pinned(read());
            topic.put(pinned);
            return List.of(pinned);
        }

        private BaselineRecord read() {
            try {
                return BaselineFile.read(file);
            } catch (IOException e) {
                throw CommandFailure.usage(String.valueOf(e.getMessage()));
            }
        }

        /** What was learned elsewhere is chosen here, by whoever takes it in. */
        private BaselineRecord pinned(BaselineRecord there) {
            BaselineMaker.whyUnfit(there).ifPresent(why -> {
                throw CommandFailure.usage(there.baselineId() + " cannot be a baseline: " + why);
            });
            return BaselineMaker.chosen(there, forDetectors());
        }
    }
}
