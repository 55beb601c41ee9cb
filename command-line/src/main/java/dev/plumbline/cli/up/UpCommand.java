package dev.plumbline.cli.up;

import dev.plumbline.cli.exposition.MetricsServer;
import dev.plumbline.cli.exposition.OutagePage;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.run.StackOptions;
import dev.plumbline.cli.stack.Detached;
import dev.plumbline.cli.stack.Detaching;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.Interrupts;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.stack.StateFolder;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.reports.Figures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Broker, aggregator and detector, up until told to end. */
@Command(
        name = "up",
        sortOptions = false,
        description = {
            "Keep the local stack running for several runs.",
            "",
            "Starts broker, aggregator and detector and stays until Ctrl-C, SIGTERM or 'plumb down'. 'plumb run' and 'plumb mark'",
            "of the same checkout find it by themselves. A load producer stands by for the next run, which starts in",
            "a second or two, and the detector goes on learning from one run to the next. A part that ends is started",
            "again, a bounded number of times.",
            ""
        },
        footer = {
            "",
            "Exit codes:  0 ended by Ctrl-C, SIGTERM or 'plumb down'; detached: it is up   2 wrong usage, or one runs already   4 a part was lost for good"
        })
public final class UpCommand implements Callable<Integer> {

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @ArgGroup(validate = false, heading = "")
    private StackOptions stack = new StackOptions();

    @Option(
            names = "--detach",
            description = {
                "Come back when it is up: it goes on without this terminal.",
                "'plumb status' shows it, 'plumb down' ends it."
            })
    private boolean detach;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        stack.check(spec.commandLine());
        Installation installation = Installation.ofSystemProperties();
        RunningStack.read(installation.home()).ifPresent(running -> {
            throw CommandFailure.usage("a stack of this checkout runs already (process " + running.pid() + ", Kafka at "
                    + running.bootstrapServers() + "): end it first, with 'plumb down'");
        });
        if (detach && !Detached.isThisProcess()) {
            return Detaching.start(spec.commandLine(), installation.home());
        }
        Screen screen = Screen.ofProcess(new PrintStream(System.out, false, StandardCharsets.UTF_8));
        Interrupts interrupts = Interrupts.listen();
        interrupts.whileStarting();
        long start = SystemTime.elapsedMillis();
        Optional<StateFolder> state = stack.openState();
        try (LocalPipe pipe = LocalPipe.begin(stack.plan(state), installation)) {
            pipe.awaitBroker();
            for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
                pipe.startApp(app);
            }
            for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
                pipe.awaitApp(app);
            }
            OutagePage page = new OutagePage(
                    Stream.of(Part.BROKER, Part.AGGREGATOR, Part.DETECTOR)
                            .map(Part::label)
                            .toList(),
                    SystemTime::monotonicNanos);
            pipe.heal(new UpHealing(screen, page, SystemTime::epochMillis));
            Standby standby = new Standby(pipe.standbySocket(), new Producers(pipe), SystemTime::monotonicNanos);
            RunningStack running = running(pipe);
            running.write(installation.home());
            try (MetricsServer metrics = MetricsServer.start(page)) {
                screen.line("  broker      " + pipe.bootstrapServers());
                running.urls().forEach((part, url) -> screen.line(String.format("  %-11s %s/metrics", part, url)));
                screen.line("  stack       " + metrics.url() + "/metrics");
                screen.line("  producer    stands by for the next run");
                screen.line("  up after " + Figures.seconds(SystemTime.elapsedMillis() - start)
                        + (Detached.isThisProcess()
                                ? "; now './plumb run --url ...'; './plumb down' ends it"
                                : "; now './plumb run --url ...' in another terminal; Ctrl-C ends it"));
                interrupts.started();
                Detached.begun();
                while (!interrupts.requested()) {
                    pipe.tend();
                    if (pipe.isWhole() && !running.equals(running(pipe))) {
                        // A part came back at another port.
                        running = running(pipe);
                        running.write(installation.home());
                    }
                    pipe.failure().ifPresent(failure -> {
                        throw failure;
                    });
                    standby.keep().ifPresent(screen::line);
                    Thread.sleep(LOOK_EVERY);
                }
                screen.line("  ending");
            } finally {
                running.delete(installation.home());
            }
        } finally {
            close(state);
        }
        return ExitCode.PASS;
    }

    private RunningStack running(LocalPipe pipe) {
        Map<String, String> urls = new LinkedHashMap<>();
        for (Part app : List.of(Part.AGGREGATOR, Part.DETECTOR)) {
            urls.put(app.label(), pipe.url(app));
        }
        return RunningStack.ofThisProcess(
                pipe.bootstrapServers(),
                pipe.window().toMillis(),
                OptionalDouble.of(stack.thresholdOr(OptionalDouble.empty())),
                urls,
                Optional.of(pipe.standbySocket()));
    }

    /** Producers of this stack. */
    private record Producers(LocalPipe pipe) implements Standby.Source {

        @Override
        public void start() {
            pipe.standBy();
        }

        @Override
        public OptionalInt exitCode() {
            return pipe.exitCode(Part.PRODUCER);
        }

        @Override
        public boolean isRebuilt() {
            return pipe.isStandbyOutdated();
        }

        @Override
        public String endAndGiveLog() throws InterruptedException {
            return pipe.end(Part.PRODUCER);
        }
    }

    private static void close(Optional<StateFolder> state) {
        state.ifPresent(folder -> {
            try {
                folder.close();
            } catch (IOException e) {
                throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot let the state folder go: " + e.getMessage());
            }
        });
    }
}
