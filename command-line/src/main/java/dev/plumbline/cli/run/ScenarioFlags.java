package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.scenario.ScenarioFile;
import dev.plumbline.cli.scenario.ScenarioFile.Setting;
import dev.plumbline.protocol.Nearest;
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
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The settings of a scenario file as flags of a command that runs loads, with the line of each for what is wrong with it. */
public final class ScenarioFlags {

    private final CommandSpec spec;
    private final Supplier<? extends OfRun> fresh;

    /** A command with the options of a run. */
    public interface OfRun {
        RunOptions options();
    }

    /**
     * @param spec of the command whose flags they are
     * @param fresh makes another such command, on which a setting is tried alone
     */
    public ScenarioFlags(CommandSpec spec, Supplier<? extends OfRun> fresh) {
        this.spec = spec;
        this.fresh = fresh;
    }

    /**
     * A command with a file's settings in front of its flags; a flag that is given wins over the file.
     *
     * @param arguments the command's name first
     */
    public record Merged(List<String> arguments, Origins origins) {}

    /**
     * Where settings stand, {@code file:line: key}, by flag; of those that no flag overrides.
     *
     * @param places by flag, dashes included
     */
    public record Origins(Map<String, String> places) {

        /** Of settings with their key. */
        private static final Pattern LEADING_FLAG = Pattern.compile("^(--set plumbline\\.[^ ]+|--[a-z0-9-]+)");

        /** There is no file. */
        public static final Origins NONE = new Origins(Map.of());

        public Origins {
            places = Map.copyOf(places);
        }

        /** Does something; what is wrong with a flag is said of the line where its setting stands. */
        public int naming(CommandLine line, Callable<Integer> what) throws Exception {
            try {
                return what.call();
            } catch (ParameterException e) {
                throw new ParameterException(line, told(e), e);
            } catch (CommandFailure e) {
                throw e.exitCode() == ExitCode.USAGE ? CommandFailure.usage(told(e)) : e;
            }
        }

        /** The message of a fault, which names the line of the file where its flag stands in one. */
        private String told(RuntimeException fault) {
            String message = String.valueOf(fault.getMessage());
            Matcher flag = LEADING_FLAG.matcher(message);
            String origin = flag.find() ? places.get(flag.group()) : null;
            return origin == null ? message : origin + message.substring(flag.end());
        }
    }

    /**
     * Reads a file.
     *
     * @throws ParameterException naming the line of the first setting that is wrong
     */
    public Merged withFile(Path file) {
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
                String key = one.getFirst().replaceFirst("^--set=", "").replaceFirst("(?s)=.*", "");
                places.put("--set " + key, where + " " + key);
            }
        }
        List<String> typed = line.getParseResult().originalArgs();
        typed.subList(typed.indexOf(spec.name()) + 1, typed.size()).stream()
                .filter(argument -> !Path.of(argument).equals(file))
                .forEach(arguments::add);
        arguments.addFirst(spec.name());
        return new Merged(arguments, new Origins(places));
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
        OfRun other = fresh.get();
        CommandLine alone = new CommandLine(other);
        alone.setCaseInsensitiveEnumValuesAllowed(true);
        try {
            alone.parseArgs(argument.toArray(String[]::new));
            other.options().target.headers(alone);
            RunPlan.checkStatements(other.options().judgement, other.options().shape);
            var unused = other.options().canary.headers();
            other.options().generation.generation();
        } catch (ParameterException e) {
            String problem = RunCommand.withoutValue(e.getArgSpec())
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
    public static String argument(OptionSpec option, Setting setting, Path file) {
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
        return (option.auxiliaryTypes()[0] == Path.class || TokenizerChoice.isFile(option, value))
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
        return "did you mean " + Nearest.closest(setting.key(), keys) + "? Allowed are " + String.join(", ", keys);
    }

    /** The name by which an option is known: its first long one. */
    public static String name(OptionSpec option) {
        return Arrays.stream(option.names())
                .filter(name -> name.startsWith("--"))
                .findFirst()
                .orElseThrow();
    }

    /** Its name in scenario files and records. */
    public static String key(OptionSpec option) {
        return name(option).replaceFirst("^--(no-)?", "");
    }

    /** Names of the options that were given, every name of each. */
    private static Collection<String> given(CommandLine line) {
        return line.getParseResult().matchedOptions().stream()
                .flatMap(option -> Arrays.stream(option.names()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
