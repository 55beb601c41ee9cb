package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.scenario.ScenarioFile;
import dev.plumbline.cli.scenario.ScenarioFile.Setting;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.wording.Mistyped;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.probe.Words;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
public final class RunCommand implements Callable<Integer> {

    /** Of settings with their key. */
    private static final Pattern LEADING_FLAG = Pattern.compile("^(--set plumbline\\.[^ ]+|--[a-z0-9-]+)");

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

    /** Where settings of a scenario file stand, {@code file:line: key}, by flag; of those that no flag overrides. */
    private Map<String, String> origins = Map.of();

    @Override
    public Integer call() throws InterruptedException {
        if (scenario != null && Mistyped.isAddress(typed(scenario)) && !Files.exists(scenario)) {
            throw new ParameterException(spec.commandLine(), Mistyped.address(typed(scenario), spec.commandLine()));
        }
        if (scenario != null) {
            return withScenario(scenario);
        }
        try {
            return drive();
        } catch (ParameterException e) {
            throw new ParameterException(spec.commandLine(), told(e), e);
        } catch (CommandFailure e) {
            throw e.exitCode() == ExitCode.USAGE ? CommandFailure.usage(told(e)) : e;
        }
    }

    /** As it was written: a path has no double slashes. */
    private String typed(Path path) {
        return spec.commandLine().getParseResult().originalArgs().stream()
                .filter(argument -> Path.of(argument).equals(path))
                .findFirst()
                .orElse(path.toString());
    }

    /** The message of a fault, which names the line of the file where its flag stands in one. */
    private String told(RuntimeException fault) {
        String message = String.valueOf(fault.getMessage());
        Matcher flag = LEADING_FLAG.matcher(message);
        String origin = flag.find() ? origins.get(flag.group()) : null;
        return origin == null ? message : origin + message.substring(flag.end());
    }

    private int drive() throws InterruptedException {
        CommandLine line = spec.commandLine();
        TargetAddress typed = options.target.address(line, System::getenv);
        TargetAddress address =
                options.load.streaming ? typed : typed.with(typed.wanted().whole());
        boolean mayCostMoney = address.credentials().apiKey().isPresent();
        RunPlan plan;
        try {
            plan = RunPlan.checked(RunIds.next(), options, mayCostMoney);
        } catch (RunPlan.Wrong e) {
            throw new ParameterException(line, e.option() + " " + e.getMessage(), e);
        }
        Optional<Map<String, String>> cluster = options.kafka.clientProperties();
        if (cluster.isPresent() && options.stack.state != null) {
            throw new ParameterException(line, "--state is of the local stack and excludes --kafka: give one of them");
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        boolean silent = options.output.quiet || options.output.json;
        Screen screen = silent
                ? new Screen(
                        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false)
                : Screen.ofProcess(out);
        RunView view = new RunView(screen, plan, silent);
        Run run = new Run(
                plan,
                recorded(line),
                address,
                cluster.<Map<String, Object>>map(HashMap::new),
                view,
                Installation.ofSystemProperties());
        Run.Ended ended;
        try {
            ended = run.run();
        } finally {
            view.clear();
        }
        report(ended, out, screen);
        ended.missing().forEach(missing -> line.getErr().println("plumb: " + missing));
        line.getErr().flush();
        return ended.exitCode();
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
        }
        out.flush();
    }

    /** The same command with the file's settings in front of the flags; a flag that is given wins over the file. */
    private int withScenario(Path file) {
        CommandLine line = spec.commandLine();
        List<Setting> settings;
        try {
            settings = ScenarioFile.read(file);
        } catch (ScenarioFile.Unusable e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
        Collection<String> given = given(line);
        List<String> arguments = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        Map<String, Setting> before = new HashMap<>();
        for (Setting setting : settings) {
            String where = file + ":" + setting.line() + ": " + setting.key();
            OptionSpec option = optionOf(setting.key())
                    .orElseThrow(
                            () -> new ParameterException(line, where + " is no setting of a run; " + nearest(setting)));
            requireOnce(where, option, setting, before);
            boolean overridden =
                    !option.isMultiValue() && Arrays.stream(option.names()).anyMatch(given::contains);
            List<String> one = List.of(argument(where, option, setting, file));
            check(where, one);
            if (!overridden) {
                arguments.addAll(one);
            }
            if (!overridden && !option.isMultiValue()) {
                // Whatever of several is wrong alone was said above, and a flag may have added the one that is wrong
                // now.
                Arrays.stream(option.names()).forEach(name -> places.put(name, where));
            }
            if (name(option).equals("--set")) {
                places.put("--set " + one.getFirst().replaceFirst("^--set=", "").replaceFirst("(?s)=.*", ""), where);
            }
        }
        origins = Map.copyOf(places);
        List<String> typed = line.getParseResult().originalArgs();
        typed.subList(typed.indexOf(spec.name()) + 1, typed.size()).stream()
                .filter(argument -> !Path.of(argument).equals(file))
                .forEach(arguments::add);
        // Parsed anew from the top: fields go back to their defaults before.
        arguments.addFirst(spec.name());
        return line.getParent().execute(arguments.toArray(String[]::new));
    }

    /** A setting under two of its names, or a key of a map twice: one of them would win without a word. */
    private void requireOnce(String where, OptionSpec option, Setting setting, Map<String, Setting> before) {
        String entry = setting.entryKey().isEmpty() ? setting.value().replaceFirst("(?s)=.*", "") : setting.entryKey();
        boolean isMap = Map.class.isAssignableFrom(option.type());
        if (option.isMultiValue() && !isMap) {
            return;
        }
        Setting first = before.putIfAbsent(isMap ? name(option) + " " + entry : name(option), setting);
        if (first != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    where
                            + (isMap
                                    ? " " + entry + " is given twice, first in line " + first.line()
                                    : first.key().equals(setting.key())
                                            ? " takes one value, and there are several"
                                            : " is " + first.key() + ", which stands in line " + first.line())
                            + ": give it once");
        }
    }

    /** Lets the parser look at one setting of the file alone, so that what it says of it can name the line. */
    private void check(String where, List<String> argument) {
        RunCommand other = new RunCommand();
        CommandLine alone = new CommandLine(other);
        alone.setCaseInsensitiveEnumValuesAllowed(true);
        try {
            alone.parseArgs(argument.toArray(String[]::new));
            other.options.target.headers(alone);
            var unused = other.options.canary.headers();
            RunPlan.checkStatements(other.options.judgement);
        } catch (ParameterException e) {
            String problem = withoutValue(e.getArgSpec())
                    .orElseGet(() -> String.valueOf(e.getMessage()))
                    .replaceFirst("^(Invalid value for option '[^']*'[^:]*: |--[a-z0-9-]+: )", "");
            throw new ParameterException(spec.commandLine(), where + ": " + problem, e);
        } catch (RunPlan.Wrong e) {
            throw new ParameterException(spec.commandLine(), where + ": " + e.getMessage(), e);
        }
    }

    private String argument(String where, OptionSpec option, Setting setting, Path file) {
        try {
            return argument(option, setting, file);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), where + ": " + e.getMessage(), e);
        }
    }

    /**
     * A setting of a file as a flag.
     *
     * @param file from whose folder relative paths are taken
     * @throws IllegalArgumentException if a switch is neither on nor off
     */
    static String argument(OptionSpec option, Setting setting, Path file) {
        String name = name(option);
        boolean header = name.equals("--header") || name.equals("--canary-header");
        String value = setting.entryKey().isEmpty()
                ? setting.value()
                : setting.entryKey() + (header ? ": " : "=") + setting.value();
        boolean isSwitch = option.type() == boolean.class || option.type() == Boolean.class;
        if (option.negatable() && name.startsWith("--no-")) {
            // Under either of its names: "streaming: false" and "no-streaming: true" say the same.
            boolean wanted = isOn(value) != setting.key().startsWith("no-");
            return wanted ? "--" + name.substring("--no-".length()) : name;
        }
        if (isSwitch) {
            return name + "=" + isOn(value);
        }
        return name + "=" + (isPath(option, value, file) ? besideThe(file, value) : value);
    }

    /** As YAML has it. */
    private static boolean isOn(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default ->
                throw new IllegalArgumentException("'" + value + "' is neither true nor false: write one of these");
        };
    }

    /** A baseline may be a name as well: it is a path where there is something beside the file. */
    private static boolean isPath(OptionSpec option, String value, Path file) {
        return option.type() == Path.class
                || (name(option).equals("--baseline") && Files.exists(besideThe(file, value)));
    }

    private static Path besideThe(Path file, String value) {
        return value.equals("~") || value.startsWith("~/")
                ? Path.of(System.getProperty("user.home") + value.substring(1))
                : file.resolveSibling(value);
    }

    private Optional<OptionSpec> optionOf(String key) {
        String positive = "--" + key;
        String negative = "--no-" + key;
        return spec.options().stream()
                .filter(option -> !option.usageHelp())
                .filter(option -> Arrays.stream(option.names())
                        .anyMatch(name -> name.equals(positive) || (option.negatable() && name.equals(negative))))
                .findFirst();
    }

    private String nearest(Setting setting) {
        List<String> keys = spec.options().stream()
                .filter(option -> !option.usageHelp())
                .map(option -> key(option))
                .sorted()
                .toList();
        return "did you mean " + Words.closest(setting.key(), keys) + "? Allowed are " + String.join(", ", keys);
    }

    /** The name by which an option is known: its first long one. */
    private static String name(OptionSpec option) {
        return Arrays.stream(option.names())
                .filter(name -> name.startsWith("--"))
                .findFirst()
                .orElseThrow();
    }

    /** Its name in scenario files and records. */
    static String key(OptionSpec option) {
        return name(option).replaceFirst("^--(no-)?", "");
    }

    /** Names of the options that were given, every name of each. */
    private static Collection<String> given(CommandLine line) {
        return line.getParseResult().matchedOptions().stream()
                .flatMap(option -> Arrays.stream(option.names()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The settings of this run for its record. */
    static RecordedPlan recorded(CommandLine line) {
        return RecordedPlan.of(line.getCommandSpec().options())
                .with(
                        "plumblineVersion",
                        Optional.ofNullable(RunCommand.class.getPackage().getImplementationVersion())
                                .orElse("unknown"))
                .with("producerHost", HostName.ofThisMachine());
    }

    /** What to say of a value that cannot be taken and may be a secret; empty where the value may be repeated. */
    public static Optional<String> withoutValue(@Nullable ArgSpec argument) {
        return argument instanceof OptionSpec option && !option.usageHelp() && RecordedValue.mayBeSecret(option)
                ? Optional.of(name(option) + " takes " + option.paramLabel()
                        + "; what was given is not repeated here, because it may hold a secret")
                : Optional.empty();
    }
}
