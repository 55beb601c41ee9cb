package dev.plumbline.cli.run;

import dev.plumbline.cli.stack.Detaching;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.wording.Mistyped;
import dev.plumbline.probe.TargetAddress;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code plumb run}: drives an endpoint, judges what was measured, leaves files and an exit code. */
@Command(
        name = "run",
        sortOptions = false,
        customSynopsis = {"plumb run --url URL [OPTION]...", "   or: plumb run [OPTION]... SCENARIO.yaml"},
        description = {
            "Drive an endpoint for a minute or for ever: numbers, a verdict, files, an exit code.",
            "",
            "Needs nothing but --url: protocol and model are found by asking the server. Starts its own broker",
            "and apps, or uses those of 'plumb up' or of --kafka. Ctrl-C ends it in order.",
            "",
            "  ./plumb run --url localhost:8000",
            "  ./plumb run --url localhost:8000 --concurrency 16 --duration 5m --baseline last-green",
            "  ./plumb run --url localhost:8000 --duration forever --state ~/soak",
            "  ./plumb run nightly.yaml --budget 'p95(ttft)<500ms'",
            ""
        },
        footer = {
            "",
            "Every flag can stand in the scenario file without its dashes; a flag that is given wins.",
            "",
            "Exit codes:  0 pass, or nothing to judge against   1 regression, or over budget",
            "             2 wrong usage, or no such baseline     3 cannot tell",
            "             4 target, Kafka or disk failed         130 interrupted"
        })
public final class RunCommand implements Callable<Integer>, ScenarioFlags.OfRun {

    /** The fact under which a run says how prompts were asked together, and how many answers each had; none for one each. */
    public static final String BATCHED = "batched";

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "SCENARIO.yaml",
            description = "Settings of this run, one flag without its dashes per line.")
    private @Nullable Path scenario;

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final Optional<RunHost> host;
    private ScenarioFlags.Origins origins = ScenarioFlags.Origins.NONE;

    /** A run of its own. */
    public RunCommand() {
        this(Optional.empty());
    }

    private RunCommand(Optional<RunHost> host) {
        this.host = host;
    }

    /** The runs of another command. */
    public static RunCommand of(RunHost host) {
        return new RunCommand(Optional.of(host));
    }

    /** A name that sorts by time and differs from all others. */
    public static String nextId() {
        return RunIds.next();
    }

    /**
     * Checks flags as a run would, and starts nothing.
     *
     * @throws ParameterException for the first that is wrong
     */
    public static void check(List<String> flags) {
        RunCommand checked = new RunCommand();
        CommandLine line = new CommandLine(checked);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.parseArgs(flags.toArray(String[]::new));
        checked.plan(line, checked.options.target.address(line, System::getenv));
    }

    @Override
    public RunOptions options() {
        return options;
    }

    @Override
    public Integer call() throws Exception {
        if (scenario != null && Mistyped.isAddress(typed(scenario)) && !Files.exists(scenario)) {
            throw new ParameterException(spec.commandLine(), Mistyped.address(typed(scenario), spec.commandLine()));
        }
        ScenarioFlags flags = new ScenarioFlags(spec, RunCommand::new);
        if (scenario != null) {
            ScenarioFlags.Merged merged = flags.withFile(scenario);
            origins = merged.origins();
            // Parsed anew from the top: fields go back to their defaults before.
            return spec.commandLine().getParent().execute(merged.arguments().toArray(String[]::new));
        }
        return origins.naming(spec.commandLine(), this::drive);
    }

    /** As it was written: a path has no double slashes. */
    private String typed(Path path) {
        return spec.commandLine().getParseResult().originalArgs().stream()
                .filter(argument -> Path.of(argument).equals(path))
                .findFirst()
                .orElse(path.toString());
    }

    private int drive() throws InterruptedException {
        CommandLine line = spec.commandLine();
        TargetAddress typed = options.target.address(line, System::getenv);
        requireClassesSayTheirLengths(line);
        RunPlan plan = plan(line, typed);
        TargetAddress.Wanted wanted =
                typed.wanted().generating(plan.generation().generation());
        TargetAddress address = typed.with(options.load.streaming ? wanted : wanted.whole());
        Optional<Map<String, String>> cluster = options.kafka.clientProperties();
        if (cluster.isPresent() && options.stack.state != null) {
            throw new ParameterException(line, "--state is of the local stack and excludes --kafka: give one of them");
        }
        if (options.output.isDetaching()) {
            return Detaching.start(line, Installation.ofSystemProperties().home());
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        boolean silent = options.output.quiet || options.output.json || host.isPresent();
        Screen screen = silent
                ? new Screen(
                        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false)
                : Screen.ofProcess(out);
        RunView view = new RunView(screen, plan, silent);
        Run run = new Run(
                plan,
                (plan.hasClasses()
                                ? recorded(line)
                                        .without(WorkloadOptions.OF_ONE_CLASS.stream()
                                                .map(option -> option.substring(2))
                                                .toList())
                                : recorded(line))
                        .with("cache", plan.cache().name()),
                address,
                cluster.<Map<String, Object>>map(HashMap::new),
                view,
                Installation.ofSystemProperties(),
                host);
        Run.Ended ended = ended(run, view);
        host.ifPresentOrElse(
                told -> told.ended(ended.result(), ended.verdict(), ended.folder()), () -> report(ended, out, screen));
        ended.missing().forEach(missing -> line.getErr().println("plumb: " + missing));
        line.getErr().flush();
        return ended.exitCode();
    }

    private RunPlan plan(CommandLine line, TargetAddress address) {
        try {
            return RunPlan.checked(
                    RunIds.next(), options, address.credentials().apiKey().isPresent());
        } catch (RunPlan.Wrong e) {
            throw new ParameterException(line, e.option() + " " + e.getMessage(), e);
        }
    }

    private void requireClassesSayTheirLengths(CommandLine line) {
        if (options.trace.file != null) {
            WorkloadOptions.OF_ONE_CLASS.stream()
                    .filter(line.getParseResult()::hasMatchedOption)
                    .findFirst()
                    .ifPresent(option -> {
                        throw new ParameterException(
                                line,
                                option + " excludes --trace: each row says how long its prompt and its answer are");
                    });
        }
        if (!options.workload.hasClasses()) {
            return;
        }
        WorkloadOptions.OF_ONE_CLASS.stream()
                .filter(line.getParseResult()::hasMatchedOption)
                .findFirst()
                .ifPresent(option -> {
                    throw new ParameterException(
                            line,
                            option + " is of a load without classes: with "
                                    + (options.workload.mix == null ? "--workload" : "--mix")
                                    + " each class says how long its prompts and answers are");
                });
    }

    private static Run.Ended ended(Run run, RunView view) throws InterruptedException {
        try {
            return run.run();
        } finally {
            view.clear();
        }
    }

    private void report(Run.Ended ended, PrintStream out, Screen screen) {
        if (options.output.json) {
            out.println(ended.summaryJson());
        } else if (options.output.quiet) {
            out.println(ended.verdict().word().label().toUpperCase(Locale.ROOT) + "  "
                    + ended.verdict().reason());
            out.println(ended.folder());
        } else {
            SummaryView.lines(ended.result(), ended.verdict(), ended.folder(), screen)
                    .forEach(screen::line);
            ended.foreign()
                    .ifPresent(foreign -> ForeignView.lines(foreign, screen).forEach(screen::line));
        }
        out.flush();
    }

    /** The settings of this run for its record. */
    static RecordedPlan recorded(CommandLine line) {
        return RecordedPlan.of(line.getCommandSpec().options())
                .without(List.of("detach"))
                .with(
                        "plumblineVersion",
                        Optional.ofNullable(RunCommand.class.getPackage().getImplementationVersion())
                                .orElse("unknown"))
                .with("producerHost", HostName.ofThisMachine());
    }

    /** What to say of a value that cannot be taken and may be a secret; empty where the value may be repeated. */
    public static Optional<String> withoutValue(@Nullable ArgSpec argument) {
        return argument instanceof OptionSpec option && !option.usageHelp() && RecordedValue.mayBeSecret(option)
                ? Optional.of(ScenarioFlags.name(option) + " takes " + option.paramLabel()
                        + "; what was given is not repeated here, because it may hold a secret")
                : Optional.empty();
    }
}
