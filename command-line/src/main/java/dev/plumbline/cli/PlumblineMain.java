package dev.plumbline.cli;

import dev.plumbline.cli.check.CheckCommand;
import dev.plumbline.cli.control.MarkCommand;
import dev.plumbline.cli.demo.DemoCommand;
import dev.plumbline.cli.history.BaselineCommand;
import dev.plumbline.cli.history.RunsCommand;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.Crash;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.run.RunCommand;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.up.UpCommand;
import dev.plumbline.judgement.run.UnfitBaselineException;
import dev.plumbline.reports.ArtifactException;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry of {@code ./plumb}. */
@Command(
        name = "plumb",
        synopsisSubcommandLabel = "COMMAND",
        description = "Measures LLM inference continuously and stops regressions.",
        subcommands = {
            RunCommand.class,
            ClassesCommand.class,
            CheckCommand.class,
            RunsCommand.class,
            BaselineCommand.class,
            UpCommand.class,
            MarkCommand.class,
            DemoCommand.class,
            TestCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Start here:  ./plumb demo             the whole pipe on this machine: a baseline, a regression, an alert",
            "             ./plumb run --url URL    your own server: numbers, a verdict, files, an exit code",
            "",
            "Exit codes:  0 pass   1 regression   2 wrong usage   3 cannot tell   4 infrastructure",
            "             130 interrupted"
        })
public final class PlumblineMain implements Runnable {

    /** Keeps the level: loggers are only weakly held by the runtime. */
    private static final Logger LIBRARIES = Logger.getLogger("org.apache.kafka");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    PlumblineMain() {
        this.spec = CommandLine.Model.CommandSpec.create();
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        LIBRARIES.setLevel(Level.OFF);
        System.exit(execute(commandLine(), args));
    }

    /** Runs a command; an error, too, for which the parser has no handler, becomes one line and an exit code. */
    static int execute(CommandLine line, String... args) {
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
        line.setParameterExceptionHandler((exception, ignored) -> usage(exception));
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
                return "there is no option " + String.join(", ", flags);
            }
        }
        return RunCommand.withoutValue(exception.getArgSpec()).orElseGet(() -> String.valueOf(exception.getMessage()));
    }

    private static int usage(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println("plumb: " + problem(exception) + " (see '" + name + " --help')");
        command.getErr().flush();
        return ExitCode.USAGE;
    }
}
