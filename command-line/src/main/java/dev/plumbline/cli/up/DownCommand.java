package dev.plumbline.cli.up;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Detached;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.reports.Figures;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends what goes on in the background of a checkout: in order, as Ctrl-C would. */
@Command(
        name = "down",
        sortOptions = false,
        description = {
            "End what goes on in the background: runs that were started with --detach, and then the stack of 'plumb up'.",
            "",
            "Everything is ended in order, as by Ctrl-C: a run counts what is on its way, judges and writes its files.",
            ""
        },
        footer = {"", "Exit codes:  0 nothing of it runs any more   2 wrong usage   4 something has not ended in time"})
public final class DownCommand implements Callable<Integer> {

    private static final String STACK = "up";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "NAME",
            description = {
                "Only these, by the names that 'plumb status' tells; " + STACK + " is the stack.",
                "Default: everything"
            })
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--timeout",
            defaultValue = "3m",
            converter = DurationConverter.class,
            paramLabel = "SPAN",
            description = {"How long each may take to end.", "Default: ${DEFAULT-VALUE}"})
    private Duration timeout = Duration.ofMinutes(3);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        Path home = Installation.ofSystemProperties().home();
        Optional<RunningStack> stack = RunningStack.read(home);
        List<Detached> all = Detached.running(home);
        // The stack of a detached 'plumb up' is ended as the stack that it is, after what uses it.
        List<Detached> runs = all.stream()
                .filter(process -> stack.map(RunningStack::pid)
                        .filter(pid -> pid == process.pid())
                        .isEmpty())
                .toList();
        Optional<String> nameOfStack = all.stream()
                .filter(process -> !runs.contains(process))
                .map(Detached::name)
                .findFirst();
        requireKnown(runs, stack.isPresent(), nameOfStack);
        PrintWriter out = spec.commandLine().getOut();
        for (Detached run : runs) {
            if (isMeant(run.name())) {
                ended(run.name(), run.pid(), run.end(timeout), out);
                out.println("            " + run.lastWords());
                out.println("            " + run.log());
                out.flush();
            }
        }
        if (stack.isPresent()
                && (isMeant(STACK) || nameOfStack.filter(this::isMeant).isPresent())) {
            ended("the stack", stack.get().pid(), stack.get().end(timeout), out);
            out.flush();
        }
        if (runs.isEmpty() && stack.isEmpty()) {
            out.println("  nothing goes on in the background of this checkout");
            out.flush();
        }
        return ExitCode.PASS;
    }

    private boolean isMeant(String name) {
        return names.isEmpty() || names.contains(name);
    }

    private void requireKnown(List<Detached> runs, boolean isStackUp, Optional<String> nameOfStack) {
        List<String> known = Stream.of(
                        runs.stream().map(Detached::name),
                        isStackUp ? Stream.of(STACK) : Stream.<String>empty(),
                        nameOfStack.stream())
                .flatMap(named -> named)
                .toList();
        names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new ParameterException(
                    spec.commandLine(),
                    "nothing that is called '" + name + "' goes on in the background"
                            + (known.isEmpty() ? "" : "; what does is " + String.join(", ", known)));
        });
    }

    private void ended(String what, long pid, boolean isOver, PrintWriter out) {
        if (!isOver) {
            throw CommandFailure.infrastructure(what + " has been asked to end and is not over after "
                    + DurationConverter.format(timeout) + ": wait for it with 'plumb down' again, or end process " + pid
                    + " at once with kill -9, and nothing more of it is counted");
        }
        out.println("  ended     " + what + "  " + Figures.clock(SystemTime.epochMillis()));
    }
}
