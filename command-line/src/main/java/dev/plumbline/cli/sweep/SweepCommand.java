package dev.plumbline.cli.sweep;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.run.RunCommand;
import dev.plumbline.cli.run.RunHost;
import dev.plumbline.cli.run.RunOptions;
import dev.plumbline.cli.run.ScenarioFlags;
import dev.plumbline.cli.stack.Detaching;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.sweep.LoadSearch;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plumb sweep}: many loads on one warm stack, one table. */
@Command(
        name = "sweep",
        sortOptions = false,
        customSynopsis = {
            "plumb sweep --url URL --over FLAG=A,B,... [OPTION]...",
            "   or: plumb sweep --url URL --until GOAL [OPTION]...",
            "   or: plumb sweep [OPTION]... SCENARIO.yaml"
        },
        description = {
            "Run many loads in one warm process: over values, or until a goal breaks.",
            "",
            "Each point is a run with a folder of its own, 20s after 5s of warm-up unless you say otherwise;",
            "all flags of 'plumb run' hold for each. What was run is kept when it is interrupted.",
            "",
            "  ./plumb sweep --url localhost:8000 --over concurrency=1,2,4,8,16,32",
            "  ./plumb sweep --url localhost:8000 --over isl=128,1024 --over concurrency=1,8,32",
            "  ./plumb sweep --url localhost:8000 --until 'p95(ttft)<500ms'",
            "  ./plumb sweep --url localhost:8000 --until 'p95(ttft)<500ms' --search request-rate --from 2",
            ""
        },
        footer = {
            "",
            "Exit codes:  0 all was run; with --until the load was found       1 a point regressed against --baseline",
            "             2 wrong usage     3 with --until: no load was found     4 target, Kafka or disk failed",
            "             130 interrupted"
        })
public final class SweepCommand implements Callable<Integer>, ScenarioFlags.OfRun {

    @CommandLine.Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "SCENARIO.yaml",
            description = "Settings of this sweep, one flag without its dashes per line.")
    private @Nullable Path scenario;

    @ArgGroup(validate = false, heading = "%nSweep%n")
    private SweepOptions sweep = new SweepOptions();

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private ScenarioFlags.Origins origins = ScenarioFlags.Origins.NONE;

    @Override
    public RunOptions options() {
        return options;
    }

    @Override
    public Integer call() throws Exception {
        if (scenario != null) {
            ScenarioFlags.Merged merged = new ScenarioFlags(spec, SweepCommand::new).withFile(scenario);
            origins = merged.origins();
            // Parsed anew from the top: fields go back to their defaults before.
            return spec.commandLine().getParent().execute(merged.arguments().toArray(String[]::new));
        }
        return origins.naming(spec.commandLine(), this::drive);
    }

    private int drive() throws InterruptedException {
        CommandLine line = spec.commandLine();
        SweepPlan plan = plan(line);
        if (options.isDetaching()) {
            return Detaching.start(line, Installation.ofSystemProperties().home());
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        Screen screen = options.isJson()
                ? new Screen(
                        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false)
                : Screen.ofProcess(out);
        String id = "sweep-" + RunCommand.nextId();
        SweepFiles files = new SweepFiles(options.artifactFolder().resolve(id));
        screen.line("  sweep     " + id + "   " + told(plan));
        screen.block(List.of("  starting broker and apps ..."));
        try (WarmStack stack = WarmStack.start(options, Installation.ofSystemProperties())) {
            screen.line("  stack     " + stack.text() + "   windows of " + DurationConverter.format(stack.window()));
            Sweep running = new Sweep(plan, stack, screen, files, id, command(line));
            int code = running.run();
            SweepResult result = running.result();
            if (options.isJson()) {
                out.println(SweepFiles.json(result));
                out.flush();
            } else {
                screen.clearBlock();
                SweepView.lines(result, screen).forEach(screen::line);
                screen.line("  files     " + files.folder() + "/   sweep.json, sweep.csv, sweep.md");
            }
            return code;
        }
    }

    /** What is run by what was given. */
    SweepPlan plan(CommandLine line) {
        Set<String> own = new HashSet<>(Set.of("--json", "--quiet", "--help", Detaching.FLAG));
        CommandSpec.forAnnotatedObject(new SweepOptions())
                .options()
                .forEach(option -> own.add(ScenarioFlags.name(option)));
        return SweepPlan.checked(
                line,
                sweep,
                line.getParseResult().matchedOptions().stream()
                        .filter(option -> !own.contains(ScenarioFlags.name(option)))
                        .toList());
    }

    private static String told(SweepPlan plan) {
        int runs = plan.points().size() * plan.repeat();
        return plan.search()
                .map(search -> "searching the highest " + search.load() + " with "
                        + String.join(" and ", search.goals())
                        + (plan.points().size() > 1 ? ", in " + plan.points().size() + " cells" : ""))
                .orElseGet(() -> runs + " runs");
    }

    /** As it was typed, each argument such that a shell reads it again. */
    private static String command(CommandLine line) {
        List<String> words = new ArrayList<>(List.of("./plumb"));
        for (String argument : line.getParseResult().originalArgs()) {
            words.add(
                    argument.matches("[A-Za-z0-9_./:=,@%+-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'");
        }
        return String.join(" ", words);
    }

    /** A sweep while it goes. */
    private static final class Sweep implements RunHost {

        private final SweepPlan plan;
        private final WarmStack stack;
        private final Screen screen;
        private final SweepFiles files;
        private final String id;
        private final String command;
        private final List<Row> rows = new ArrayList<>();
        private final List<Found> found = new ArrayList<>();
        private Point at = Point.EMPTY;
        private Optional<Row> last = Optional.empty();
        private boolean isComplete;

        Sweep(SweepPlan plan, WarmStack stack, Screen screen, SweepFiles files, String id, String command) {
            this.plan = plan;
            this.stack = stack;
            this.screen = screen;
            this.files = files;
            this.id = id;
            this.command = command;
        }

        SweepResult result() {
            List<String> factors =
                    new ArrayList<>(plan.factors().stream().map(Factor::flag).toList());
            plan.search().ifPresent(search -> factors.add(search.load()));
            return new SweepResult(id, command, factors, rows, found, isComplete);
        }

        int run() throws InterruptedException {
            int code = plan.search().isPresent() ? searchAll(plan.search().get()) : runAll();
            isComplete = code != ExitCode.INTERRUPTED && code != ExitCode.INFRASTRUCTURE;
            files.write(result());
            return code;
        }

        private int runAll() throws InterruptedException {
            int runs = plan.points().size() * plan.repeat();
            int number = 0;
            for (int round = 0; round < plan.repeat(); round++) {
                for (Point point : plan.points()) {
                    number++;
                    int code = one(point, 1, number + " of " + runs);
                    if (code == ExitCode.INTERRUPTED || last.isEmpty()) {
                        return code;
                    }
                }
            }
            return result().bad().isEmpty() ? ExitCode.PASS : ExitCode.REGRESSION;
        }

        private int searchAll(SweepPlan.Search search) throws InterruptedException {
            for (Point cell : plan.points()) {
                LoadSearch looking = new LoadSearch(search.bounds());
                for (OptionalDouble load = looking.next(); load.isPresent(); load = looking.next()) {
                    Point point = cell.with(search.load(), SweepPlan.loadText(load.getAsDouble()));
                    String number = Integer.toString(looking.tried().size() + 1);
                    int code = one(point, 1, number);
                    if (code == ExitCode.INTERRUPTED || last.isEmpty()) {
                        return code;
                    }
                    LoadSearch.Tried tried = last.get().tried(load.getAsDouble(), search.goals());
                    if (tried.answer() == Answer.CANNOT_TELL && search.longer() > 1) {
                        code = one(point, search.longer(), number + ", longer");
                        if (code == ExitCode.INTERRUPTED || last.isEmpty()) {
                            return code;
                        }
                        tried = last.get().tried(load.getAsDouble(), search.goals());
                    }
                    looking.tell(tried);
                }
                found.add(new Found(
                        cell, search.load(), looking.knee(), search.bounds().most()));
            }
            return found.stream().allMatch(one -> one.knee().estimate().isPresent())
                    ? ExitCode.PASS
                    : ExitCode.INCONCLUSIVE;
        }

        /** Runs one point; {@link #last} is empty when nothing was measured. */
        private int one(Point point, double longer, String number) throws InterruptedException {
            at = point;
            last = Optional.empty();
            screen.block(List.of("  " + number + "   " + point.label() + " ..."));
            CommandLine root = new CommandLine(CommandSpec.create().name("plumb"));
            CommandLine run = new CommandLine(RunCommand.of(this));
            root.addSubcommand("run", run);
            root.setCaseInsensitiveEnumValuesAllowed(true);
            List<String> arguments = new ArrayList<>(List.of("run"));
            arguments.addAll(plan.arguments(point, longer));
            List<Exception> failure = new ArrayList<>();
            root.setExecutionExceptionHandler((exception, command, parsed) -> {
                failure.add(exception);
                return ExitCode.INFRASTRUCTURE;
            });
            int code = root.execute(arguments.toArray(String[]::new));
            if (!failure.isEmpty()) {
                return failed(failure.getFirst(), point);
            }
            return last.filter(row -> row.result().ending() instanceof RunEnding.Interrupted)
                            .isPresent()
                    ? ExitCode.INTERRUPTED
                    : code;
        }

        /** A point that could not be run ends the sweep; what was run before is kept. */
        private int failed(Exception why, Point point) throws InterruptedException {
            files.write(result());
            if (why instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            if (why instanceof RuntimeException known) {
                screen.line("  at " + point.label() + " it ends; what was run before is in " + files.folder());
                throw known;
            }
            throw CommandFailure.infrastructure(point.label() + ": " + why);
        }

        @Override
        public LocalPipe pipe() throws InterruptedException {
            return stack.next();
        }

        @Override
        public void progress(String what) {
            screen.block(List.of("  " + at.label() + ": " + what + " ..."));
        }

        @Override
        public void ended(RunResult result, RunVerdict verdict, Path folder) {
            Row row = new Row(at, result, verdict, folder);
            last = Optional.of(row);
            rows.add(row);
            files.write(result());
            screen.line("  " + at.label() + "   "
                    + row.figures().throughput(result.totals().outputUnit()) + "   "
                    + verdict.word().label()
                    + (verdict.word() == RunVerdict.Word.FAILED ? ": " + verdict.reason() : ""));
        }
    }
}
