package dev.plumbline.cli;

import dev.plumbline.cli.check.CheckCommand;
import dev.plumbline.cli.control.AckCommand;
import dev.plumbline.cli.control.MarkCommand;
import dev.plumbline.cli.control.MuteCommand;
import dev.plumbline.cli.demo.DemoCommand;
import dev.plumbline.cli.history.BaselineCommand;
import dev.plumbline.cli.history.GateCommand;
import dev.plumbline.cli.history.RunsCommand;
import dev.plumbline.cli.judge.JudgeCommand;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.Crash;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.run.ConcurrencyCommand;
import dev.plumbline.cli.run.RateCommand;
import dev.plumbline.cli.run.RunCommand;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.sweep.SweepCommand;
import dev.plumbline.cli.target.TargetCommand;
import dev.plumbline.cli.trace.TraceCommand;
import dev.plumbline.cli.up.DownCommand;
import dev.plumbline.cli.up.StatusCommand;
import dev.plumbline.cli.up.UpCommand;
import dev.plumbline.cli.wording.Mistyped;
import dev.plumbline.judgement.run.UnfitBaselineException;
import dev.plumbline.reports.ArtifactException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry of {@code ./plumb}. */
@Command(
        name = "plumb",
        synopsisSubcommandLabel = "COMMAND",
        description = "Measures LLM inference continuously and stops regressions.",
        subcommands = {
            RunCommand.class,
            SweepCommand.class,
            ClassesCommand.class,
            CheckCommand.class,
            JudgeCommand.class,
            RunsCommand.class,
            BaselineCommand.class,
            GateCommand.class,
            UpCommand.class,
            StatusCommand.class,
            DownCommand.class,
            MarkCommand.class,
            AckCommand.class,
            MuteCommand.class,
            TraceCommand.class,
            RateCommand.class,
            ConcurrencyCommand.class,
            DemoCommand.class,
            TargetCommand.class,
            TestCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Start here:  ./plumb demo             the whole pipe: a baseline, a regression, an alert",
            "             ./plumb run --url URL    your own server: numbers, a verdict, files, an exit code",
            "             ./plumb target --port 8000    no server at hand? one with known timing, to try against",
            "",
            "Exit codes:  0 pass   1 regression or over budget   2 wrong usage   3 cannot tell   4 infrastructure",
            "             130 interrupted"
        })
public final class PlumblineMain implements Runnable {

    /** Keeps the level: loggers are only weakly held by the runtime. */
    private static final Logger LIBRARIES = Logger.getLogger("org.apache.kafka");

    /** What a byte becomes that is no letter in the encoding of the locale. */
    private static final char NO_CHARACTER = '\ufffd';

    private static final Pattern REFUSED_VALUE =
            Pattern.compile("^Invalid value for option '[^']*'[^:]*: ", Pattern.DOTALL);
    private static final Pattern NO_PAIR = Pattern.compile(
            "^Value for option option '[^']*' \\(([^)]*)\\) should be in KEY=VALUE format but was (.*)$",
            Pattern.DOTALL);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @CommandLine.Option(
            names = {"-V", "--version"},
            description = "Show the version, as 'plumb version' does.")
    private boolean version;

    PlumblineMain() {
        this.spec = CommandLine.Model.CommandSpec.create();
    }

    @Override
    public void run() {
        if (version) {
            new CommandLine(new VersionCommand())
                    .setOut(spec.commandLine().getOut())
                    .execute();
            return;
        }
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        LIBRARIES.setLevel(Level.OFF);
        System.exit(execute(commandLine(), args));
    }

    /** Runs a command; an error, too, for which the parser has no handler, becomes one line and an exit code. */
    static int execute(CommandLine line, String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].indexOf(NO_CHARACTER) >= 0) {
                // Not repeated: what was meant is lost, and it may be a secret.
                line.getErr()
                        .println("plumb: argument " + (i + 1) + " is not UTF-8: write it in UTF-8, and where the"
                                + " locale is another, start with LC_ALL=C.UTF-8");
                line.getErr().flush();
                return ExitCode.USAGE;
            }
        }
        try {
            return line.execute(args);
        } catch (Error fault) {
            return crashed(line, fault);
        }
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new PlumblineMain());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(100);
        line.setUsageHelpAutoWidth(false);
        line.setParameterExceptionHandler(PlumblineMain::usage);
        line.setExecutionStrategy(parsed -> {
            requireOnce(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setExecutionExceptionHandler((exception, command, ignored) -> {
            return switch (exception) {
                case StackFailure failure -> failed(command, failure, failure.exitCode());
                case CommandFailure failure -> failed(command, failure, failure.exitCode());
                case UnfitBaselineException unfit -> failed(command, unfit, ExitCode.USAGE);
                case ArtifactException unwritten -> failed(command, unwritten, ExitCode.INFRASTRUCTURE);
                case InterruptedException interrupted -> {
                    command.getErr().println("plumb: interrupted");
                    command.getErr().flush();
                    yield ExitCode.INTERRUPTED;
                }
                default -> crashed(command, exception);
            };
        });
        return line;
    }

    private static int failed(CommandLine command, Exception failure, int exitCode) {
        command.getErr().println("plumb: " + failure.getMessage());
        command.getErr().flush();
        return exitCode;
    }

    private static int crashed(CommandLine command, Throwable fault) {
        command.getErr().println("plumb: " + Crash.line(fault, Path.of(System.getProperty("java.io.tmpdir"))));
        command.getErr().flush();
        return ExitCode.INFRASTRUCTURE;
    }

    /** What was typed is repeated where it helps and cannot be a secret. */
    private static String problem(ParameterException exception) {
        if (exception instanceof UnmatchedArgumentException unmatched) {
            List<String> flags = unmatched.getUnmatched().stream()
                    .filter(argument -> argument.startsWith("-"))
                    .map(argument -> argument.replaceFirst("(?s)=.*", ""))
                    .toList();
            if (!flags.isEmpty()) {
                return Mistyped.flags(flags, unmatched.getCommandLine());
            }
            Optional<String> word = unmatched.getUnmatched().stream()
                    .findFirst()
                    .flatMap(first -> Mistyped.word(first, unmatched.getCommandLine()));
            if (word.isPresent()) {
                return word.get();
            }
        }
        Optional<String> confidential = RunCommand.withoutValue(exception.getArgSpec());
        if (confidential.isPresent()) {
            return confidential.get();
        }
        String message = String.valueOf(exception.getMessage());
        if (exception.getArgSpec() instanceof OptionSpec option) {
            message = REFUSED_VALUE.matcher(message).replaceFirst(option.longestName() + " ");
            message = NO_PAIR.matcher(message).replaceFirst(option.longestName() + " is written $1, not '$2'");
        }
        return message;
    }

    /** A message in which a flag has the name under which it was written: many have two. */
    private static String asWritten(String message, CommandLine command, String[] arguments) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            for (String name : option.names()) {
                boolean isNamed = message.matches("(?s).*(?<![\\w-])" + Pattern.quote(name) + "(?![\\w-]).*");
                if (isNamed && !isWritten(name, arguments)) {
                    Optional<String> written = Arrays.stream(option.names())
                            .filter(other -> isWritten(other, arguments))
                            .findFirst();
                    if (written.isPresent()) {
                        return message.replaceFirst(
                                "(?<![\\w-])" + Pattern.quote(name) + "(?![\\w-])",
                                Matcher.quoteReplacement(written.get()));
                    }
                }
            }
        }
        return message;
    }

    /**
     * A flag that takes one value and is given twice: one of the two would win without a word, and in a group of options
     * neither does.
     */
    private static void requireOnce(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult leaf = parsed;
        while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
        }
        Set<OptionSpec> given = new HashSet<>();
        for (String argument : parsed.originalArgs()) {
            String name = argument.replaceFirst("(?s)=.*", "");
            OptionSpec option = option(leaf.commandSpec(), name);
            if (name.startsWith("-") && option != null && !option.isMultiValue() && !given.add(option)) {
                throw new ParameterException(
                        leaf.commandSpec().commandLine(),
                        option.negatable()
                                ? name + " is given beside itself or its opposite: give it once"
                                : name + " is given more than once: give it once");
            }
        }
    }

    /** By its name, or by that of its opposite. */
    private static @Nullable OptionSpec option(CommandLine.Model.CommandSpec command, String name) {
        OptionSpec found = command.findOption(name);
        return found == null ? command.negatedOptionsMap().get(name) : found;
    }

    private static boolean isWritten(String name, String[] arguments) {
        return Arrays.stream(arguments).anyMatch(argument -> argument.equals(name) || argument.startsWith(name + "="));
    }

    private static int usage(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr()
                .println(
                        "plumb: " + asWritten(problem(exception), command, arguments) + " (see '" + name + " --help')");
        command.getErr().flush();
        return ExitCode.USAGE;
    }
}
