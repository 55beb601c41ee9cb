package dev.plumbline.cli.sweep;

import dev.plumbline.cli.run.RunCommand;
import dev.plumbline.cli.run.ScenarioFlags;
import dev.plumbline.cli.scenario.ScenarioFile.Setting;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.sweep.LoadSearch;
import dev.plumbline.protocol.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * What a sweep shall run, checked.
 *
 * @param flags what all points have in common, as flags of a run by their names without dashes
 * @param factors what varies
 * @param points combinations, in the order in which they are run; one that is empty where nothing varies but the searched load
 * @param search empty where no goal is searched
 * @param repeat how often each point is run, 1 or more
 */
record SweepPlan(
        Map<String, List<String>> flags,
        List<Factor> factors,
        List<Point> points,
        Optional<Search> search,
        int repeat) {

    private static final int MOST_POINTS = 1_000;

    /** Of one point, unless they are given: long enough for a handful of windows, short enough for a dozen points. */
    private static final Map<String, String> DEFAULTS =
            Map.of("duration", "20s", "warmup-duration", "5s", "window", "2s");

    private static final Set<String> NOT_VARIED = Set.of(
            "artifact-dir", "state", "kafka", "kafka-config", "kafka-port", "window", "topic-bytes", "json", "quiet");

    /**
     * A search for the load at which goals break.
     *
     * @param load the flag that is searched, without dashes
     * @param goals as budgets are written
     * @param longer how many times as long as planned a point may last that cannot be told
     */
    record Search(String load, List<String> goals, LoadSearch.Bounds bounds, double longer) {}

    /**
     * @param given the options that were given, of run and sweep
     * @throws ParameterException for the first that is wrong
     */
    static SweepPlan checked(CommandLine line, SweepOptions options, List<OptionSpec> given) {
        try {
            Map<String, List<String>> flags = flags(given);
            List<Factor> factors = options.over.stream().map(Factor::parse).toList();
            requireSense(options, factors);
            if (flags.getOrDefault("duration", List.of()).stream().anyMatch("forever"::equalsIgnoreCase)) {
                throw new IllegalArgumentException("--duration is forever: a point of a sweep needs an end");
            }
            Optional<Search> search = search(options);
            Map<String, List<String>> common = new LinkedHashMap<>(flags);
            DEFAULTS.forEach((flag, value) -> {
                boolean isCounted = flag.equals("duration") && flags.containsKey("request-count");
                if (!isCounted) {
                    common.putIfAbsent(flag, List.of(value));
                }
            });
            factors.forEach(factor -> common.remove(factor.flag()));
            search.ifPresent(sought -> {
                common.remove(sought.load());
                List<String> goals = new ArrayList<>(common.getOrDefault("budget", List.of()));
                goals.addAll(sought.goals());
                common.put("budget", goals);
            });
            List<Point> points = points(options.design, factors);
            if (points.size() * (long) options.repeat > MOST_POINTS) {
                throw new IllegalArgumentException("--over makes " + points.size() + " points, " + options.repeat
                        + " times: " + MOST_POINTS + " runs at most, leave some out");
            }
            SweepPlan plan = new SweepPlan(common, factors, points, search, options.repeat);
            plan.requireRunnable();
            return plan;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireSense(SweepOptions options, List<Factor> factors) {
        if (factors.isEmpty() && options.until.isEmpty()) {
            throw new IllegalArgumentException("nothing varies: give --over concurrency=1,2,4,8 (any flag of a run), or"
                    + " --until 'p95(ttft)<500ms' to search the highest load that keeps it");
        }
        if (options.repeat < 1 || options.repeat > 100) {
            throw new IllegalArgumentException("--repeat is " + options.repeat + ", allowed is 1 to 100");
        }
        CommandLine run = new CommandLine(new RunCommand());
        List<String> all =
                run.getCommandSpec().options().stream().map(ScenarioFlags::key).toList();
        Set<String> seen = new HashSet<>();
        for (Factor factor : factors) {
            OptionSpec option = option(run, factor.flag());
            if (option == null || option.usageHelp()) {
                throw new IllegalArgumentException(
                        "--over: a run has no flag --" + factor.flag()
                                + Nearest.of(factor.flag(), all)
                                        .map(near -> "; did you mean " + near + "?")
                                        .orElse(
                                                ": any that has one value may vary, for example concurrency, request-rate, isl, osl"));
            }
            if (option.isMultiValue() || option.arity().max() == 0 || NOT_VARIED.contains(ScenarioFlags.key(option))) {
                throw new IllegalArgumentException(
                        "--over: --" + factor.flag() + " cannot vary: it is no setting of a load with one value");
            }
            if (!seen.add(ScenarioFlags.name(option))) {
                throw new IllegalArgumentException(
                        "--over: --" + factor.flag() + " is there twice: give all its values" + " at once");
            }
        }
        if (!options.until.isEmpty() && (seen.contains("--concurrency") || seen.contains("--request-rate"))) {
            throw new IllegalArgumentException(
                    "--until searches the load, and --over names loads: give one of them, or vary something else");
        }
    }

    private static Optional<Search> search(SweepOptions options) {
        SweepOptions.Searched load = options.searched();
        if (load == null) {
            return Optional.empty();
        }
        // Said before the load.
        List<String> goals =
                Budget.parseAll(options.until).stream().map(Budget::text).toList();
        if (!(options.longer >= 1)) {
            throw new IllegalArgumentException("--longer is " + options.longer + ", allowed is 1 or more");
        }
        try {
            return Optional.of(new Search(
                    load.toString(),
                    goals,
                    new LoadSearch.Bounds(
                            options.from, options.to, options.precision, load == SweepOptions.Searched.CONCURRENCY),
                    options.longer));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--from " + options.from + " --to " + options.to + " --precision " + options.precision
                            + ": the first load is above 0, the highest not below it, the precision above 0",
                    e);
        }
    }

    /** What was given, by flag; of a switch whether it is on. */
    private static Map<String, List<String>> flags(List<OptionSpec> given) {
        Map<String, List<String>> flags = new LinkedHashMap<>();
        for (OptionSpec option : given) {
            boolean isSwitch = option.type() == boolean.class || option.type() == Boolean.class;
            flags.put(
                    ScenarioFlags.key(option),
                    isSwitch ? List.of(String.valueOf((Object) option.getValue())) : option.originalStringValues());
        }
        return flags;
    }

    private static List<Point> points(SweepOptions.Design design, List<Factor> factors) {
        if (factors.isEmpty()) {
            return List.of(Point.EMPTY);
        }
        if (design == SweepOptions.Design.GRID) {
            List<Point> points = List.of(Point.EMPTY);
            for (Factor factor : factors) {
                points = points.stream()
                        .flatMap(point -> factor.values().stream().map(value -> point.with(factor.flag(), value)))
                        .toList();
            }
            return points;
        }
        Point first = Point.EMPTY;
        for (Factor factor : factors) {
            first = first.with(factor.flag(), factor.values().getFirst());
        }
        List<Point> points = new ArrayList<>(List.of(first));
        for (Factor factor : factors) {
            for (String value : factor.values().subList(1, factor.values().size())) {
                points.add(first.with(factor.flag(), value));
            }
        }
        return points;
    }

    /** Every point is tried on the parser and the plan of a run, before any load. */
    private void requireRunnable() {
        for (Point point : points) {
            Point whole = search.map(sought ->
                            point.with(sought.load(), loadText(sought.bounds().from())))
                    .orElse(point);
            try {
                RunCommand.check(arguments(whole, 1));
            } catch (ParameterException e) {
                throw new IllegalArgumentException(
                        points.size() == 1 ? String.valueOf(e.getMessage()) : whole.label() + ": " + e.getMessage(), e);
            }
        }
    }

    /**
     * The flags of one run.
     *
     * @param longer how many times as long as planned it lasts
     */
    List<String> arguments(Point point, double longer) {
        CommandLine run = new CommandLine(new RunCommand());
        List<String> arguments = new ArrayList<>();
        Map<String, List<String>> all = new LinkedHashMap<>(flags);
        point.settings().forEach((flag, value) -> all.put(flag, List.of(value)));
        if (longer > 1 && all.containsKey("duration")) {
            all.put("duration", List.of(scaled(all.get("duration").getFirst(), longer)));
        }
        all.forEach((flag, values) -> {
            OptionSpec option = Objects.requireNonNull(option(run, flag));
            for (String value : values) {
                arguments.add(ScenarioFlags.argument(option, new Setting(flag, value, "", 0), Path.of("")));
            }
        });
        return arguments;
    }

    /** The option of a flag, of a switch also under its positive name. */
    private static @Nullable OptionSpec option(CommandLine run, String flag) {
        OptionSpec option = run.getCommandSpec().findOption("--" + flag);
        return option == null ? run.getCommandSpec().findOption("--no-" + flag) : option;
    }

    private static String scaled(String duration, double factor) {
        return Math.round(DurationConverter.parse(duration, "").toMillis() * factor) + "ms";
    }

    /** A load as it is written. */
    static String loadText(double load) {
        return load == Math.rint(load)
                ? String.format(Locale.ROOT, "%.0f", load)
                : String.format(Locale.ROOT, "%.4g", load);
    }
}
