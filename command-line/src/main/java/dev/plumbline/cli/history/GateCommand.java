package dev.plumbline.cli.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.cli.number.ShareConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.terminal.Table;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.run.GateSelftest;
import dev.plumbline.judgement.run.GateSelftest.Found;
import dev.plumbline.judgement.run.GateSelftest.Report;
import dev.plumbline.judgement.run.GateSelftest.Trials;
import dev.plumbline.judgement.run.JudgementSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code plumb gate}: what stands between a change and its release. */
@Command(
        name = "gate",
        description = {
            "Whether the merge gate can be relied upon.",
            "",
            "'plumb run --baseline last-green' is the gate; its exit code is the verdict. 'selftest' tries that gate on",
            "the green runs that it has: would it find a regression, and how often would it go red without one?",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {GateCommand.Selftest.class, HelpCommand.class})
public final class GateCommand extends CommandGroup {

    public GateCommand() {
        super("which one? 'plumb gate selftest' tries the gate on the runs that it has");
    }

    @Command(
            name = "selftest",
            sortOptions = false,
            description = {
                "Tries the gate on green runs: each is held against the others, as it is, and with changes put into its numbers.",
                "",
                "Says how often it goes red although nothing changed, the smallest change that it finds in four of five runs, and",
                "whether twice that is red when it is worse and not when it is better. Nothing is run, no target is asked.",
                ""
            },
            footer = {
                "",
                "Exit codes:  0 armed   1 not armed: it cries wolf, or does not see what it should   2 wrong usage",
                "             3 cannot tell: fewer than three green runs, or of a series in them"
            })
    static final class Selftest implements Callable<Integer> {

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

        @Parameters(
                arity = "0..1",
                paramLabel = "RUN",
                description = {"A run of the kind that is gated: an id, the beginning of one, or last.", "Default: last"
                })
        private String run = "last";

        @Option(
                names = "--runs",
                defaultValue = "20",
                converter = WholeNumberConverter.class,
                paramLabel = "N",
                description = {"The newest so many green runs are tried.", "Default: ${DEFAULT-VALUE}"})
        private int most = 20;

        @Option(
                names = "--threshold",
                defaultValue = "0.1",
                converter = ShareConverter.class,
                paramLabel = "SHARE",
                description = {"The change that counts, as 'plumb run' has it.", "Default: 10%%"})
        private double threshold = 0.1;

        @Option(names = "--vary", paramLabel = "KEY", description = "A condition that may differ between the runs.")
        private List<String> vary = new ArrayList<>();

        @Option(names = "--json", description = "Print it as JSON.")
        private boolean asJson;

        @Mixin
        private StoreOption where = new StoreOption();

        @Override
        public Integer call() throws JsonProcessingException {
            if (!(threshold >= 0.01 && threshold <= 1)) {
                throw new ParameterException(
                        spec.commandLine(), "--threshold is " + percent(threshold) + ", allowed is 1 % to 100 %");
            }
            if (most < GateSelftest.FEWEST_RUNS) {
                throw new ParameterException(
                        spec.commandLine(), "--runs " + most + " is too few: " + GateSelftest.FEWEST_RUNS + " or more");
            }
            RunStore store = where.store();
            StoredRun like = store.find(run);
            List<RunResult> green = store.green(
                            new Candidate("", like.group(), like.result().environment(), new HashSet<>(vary)),
                            RunStore.LONGEST_SEARCH)
                    .limit(most)
                    .map(StoredRun::result)
                    .toList();
            PrintWriter out = spec.commandLine().getOut();
            if (green.size() < GateSelftest.FEWEST_RUNS) {
                throw CommandFailure.cannotTell("cannot tell: " + green.size() + " green "
                        + (green.size() == 1 ? "run" : "runs")
                        + " of " + GroupText.of(like.group()) + " in " + store.root() + ", "
                        + GateSelftest.FEWEST_RUNS + " are needed: run it a few times, unchanged, and try again");
            }
            JudgementSettings settings = new JudgementSettings(
                    threshold, JudgementSettings.defaults().runNoise(), new HashSet<>(vary));
            Map<String, Report> reports = new LinkedHashMap<>();
            List<String> untried = new ArrayList<>();
            RunSeries measured = like.result().measured();
            for (Series series : measured.parts()) {
                List<RunResult> same =
                        green.stream().flatMap(result -> part(result, series)).toList();
                if (measured.servedBeside(series).isPresent()) {
                    // A canary is held against what serves beside it, by a gate of its own.
                    continue;
                }
                if (same.size() < GateSelftest.FEWEST_RUNS) {
                    untried.add(measured.name(series));
                } else {
                    reports.put(measured.name(series), GateSelftest.of(same, settings));
                }
            }
            boolean isFaulty = !reports.values().stream().allMatch(Report::isArmed);
            boolean isArmed = !isFaulty && untried.isEmpty();
            if (asJson) {
                out.println(JsonMapper.builder()
                        .addModule(new Jdk8Module())
                        .build()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(
                                Map.of("armed", isArmed, "runs", green.size(), "series", reports, "untried", untried)));
            } else {
                out.println("gate selftest  " + GroupText.of(like.group()) + ": " + green.size()
                        + " green runs, each against the others; a change of " + percent(threshold) + " counts");
                reports.forEach((name, report) -> tell(reports.size() > 1 ? name : "", report, out));
                untried.forEach(name -> out.println("\n  " + name + "  not tried: in fewer than "
                        + GateSelftest.FEWEST_RUNS + " of the green runs"));
                out.println();
                out.println(
                        isFaulty
                                ? "NOT ARMED  see above"
                                : isArmed
                                        ? "ARMED      it goes red for what it should, and is quiet otherwise"
                                        : "CANNOT TELL  of " + String.join(", ", untried));
            }
            out.flush();
            return isFaulty ? ExitCode.REGRESSION : isArmed ? ExitCode.PASS : ExitCode.INCONCLUSIVE;
        }

        private static Stream<RunResult> part(RunResult run, Series series) {
            return run.parts().stream()
                    .filter(part -> part.identity().series().group().equals(series.group())
                            && part.identity().series().variant().equals(series.variant()));
        }

        private static void tell(String name, Report report, PrintWriter out) {
            out.println();
            if (!name.isEmpty()) {
                out.println("  " + name);
            }
            Trials same = report.same();
            out.println("  nothing changed    " + same.red() + " of " + same.all() + " red, " + same.undecided()
                    + " cannot tell; false alarms in at most " + percent(same.atMost()) + " of runs (95 %)");
            Table table = new Table(List.of("  made worse", "found from", "of +10 %", "twice that", "as much better"));
            report.found().forEach(found -> table.row(row(found)));
            table.lines().forEach(out::println);
            out.println(
                    "  Only runs that were green are tried: one that the gate refused without reason is not among them.");
            report.faults().forEach(fault -> out.println("  NOT ARMED  " + fault));
        }

        private static List<String> row(Found found) {
            String name = found.injection().name().toLowerCase(Locale.ROOT);
            return List.of(
                    "  " + name,
                    found.smallest().isPresent()
                            ? size(found, found.smallest().getAsDouble())
                            : "not by " + size(found, found.largest()),
                    found.atTenPercent().map(Selftest::counts).orElse("-"),
                    found.worse()
                            .map(worse -> size(found, 2 * found.smallest().orElseThrow()) + ": " + counts(worse))
                            .orElse("-"),
                    found.better().map(Selftest::counts).orElse("-"));
        }

        private static String size(Found found, double change) {
            return (found.injection().isOfAllRequests() ? "" : "+")
                    + percent(change)
                    + (found.injection().isOfAllRequests() ? " of requests" : "");
        }

        private static String counts(Trials trials) {
            return trials.red() + " of " + trials.all() + " red";
        }

        private static String percent(double share) {
            double percent = Math.round(share * 1_000) / 10.0;
            return (percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent)) + " %";
        }
    }
}
